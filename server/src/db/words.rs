//! Search: what is found by the words it holds, or by how they begin.

use std::collections::BTreeSet;

use sqlx::AnyConnection;

use super::list::{Bind, Conditions};

/// Longest word that is kept, and most words of one thing.
const WORD_BYTES_MAX: usize = 64;
const WORDS_MAX: usize = 64;
/// Most words of a search; and most things that its rarest word is taken to mean, so that its time is bounded.
const SEARCH_WORDS_MAX: usize = 6;
pub const FOUND_MAX: i64 = 2000;
/// Fewest digits at the end of a phone number by which it is found.
const PHONE_DIGITS_MIN: usize = 6;

/// The words of texts: lower case, without marks. Letters and digits make words; whole e-mail addresses are words as well.
fn words(texts: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for text in texts {
        let text = text.to_lowercase().replace('ё', "е");
        let split = text.split(|letter: char| !letter.is_alphanumeric());
        words.extend(split.filter(|word| !word.is_empty()).map(str::to_owned));
        words.extend(text.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned));
    }
    words.iter().map(|word| cut(word).to_owned()).take(WORDS_MAX).collect()
}

/// The digits of a phone number as words: whole, and its ends, since few type the country.
fn phone_words(phone: &str) -> BTreeSet<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).take(WORD_BYTES_MAX).collect();
    let last = digits.len().saturating_sub(PHONE_DIGITS_MIN);
    if digits.len() < PHONE_DIGITS_MIN {
        BTreeSet::new()
    } else {
        (0..=last).map(|from| digits[from..].to_owned()).collect()
    }
}

fn cut(word: &str) -> &str {
    let end = (0..=WORD_BYTES_MAX.min(word.len())).rev().find(|end| word.is_char_boundary(*end));
    &word[..end.unwrap_or(0)]
}

/// All words of a thing, as they are kept.
pub(super) fn all(texts: &[&str], phone: &str) -> Vec<Vec<u8>> {
    words(texts).into_iter().chain(phone_words(phone)).map(String::into_bytes).collect()
}

/// Makes a thing found by its texts and phone number, and by nothing else.
pub(super) async fn index(
    connection: &mut AnyConnection,
    entity: &str,
    id: &str,
    texts: &[&str],
    phone: &str,
) -> Result<(), sqlx::Error> {
    let delete = "DELETE FROM words WHERE entity = $1 AND entity_id = $2";
    sqlx::query(delete).bind(entity).bind(id).execute(&mut *connection).await?;
    let words = all(texts, phone);
    if words.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = (0..words.len()).map(|index| format!("($1, $2, ${})", index + 3)).collect();
    let insert =
        format!("INSERT INTO words (entity, entity_id, word) VALUES {} ON CONFLICT DO NOTHING", places.join(", "));
    let mut insert = sqlx::query(sqlx::AssertSqlSafe(insert)).bind(entity).bind(id);
    for word in words {
        insert = insert.bind(word);
    }
    insert.execute(&mut *connection).await.map(drop)
}

/// The words of a search, longest first.
pub(super) fn searched(text: &str) -> Vec<String> {
    let mut words: Vec<String> = if is_phone(text) {
        vec![text.chars().filter(char::is_ascii_digit).collect()]
    } else {
        words(&[text]).into_iter().filter(|word| !word.contains('@') || !text.contains(char::is_whitespace)).collect()
    };
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.truncate(SEARCH_WORDS_MAX);
    words
}

/// What fills in the three places of `entity = ? AND word >= ? AND word < ?` for what begins like a word.
pub(super) fn range(entity: &str, word: &str) -> [Bind; 3] {
    [Bind::from(entity), Bind::Bytes(word.as_bytes().to_vec()), Bind::Bytes(end_of(word))]
}

/// Only what holds a word that begins like each of the search's. The longest is looked up first and may be found in
/// [`FOUND_MAX`] things.
pub(super) fn search(conditions: &mut Conditions, entity: &str, text: &str) {
    for (index, word) in searched(text).iter().enumerate() {
        let range = range(entity, word);
        let sql = if index == 0 {
            format!(
                "t.id IN (SELECT w.entity_id FROM words w WHERE w.entity = ? AND w.word >= ? AND w.word < ? LIMIT {FOUND_MAX})"
            )
        } else {
            "EXISTS (SELECT 1 FROM words w WHERE w.entity = ? AND w.entity_id = t.id AND w.word >= ? AND w.word < ?)"
                .to_owned()
        };
        conditions.and(&sql, range);
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits >= PHONE_DIGITS_MIN && text.chars().all(|letter| letter.is_ascii_digit() || " +()-./".contains(letter))
}

/// The first bytes that do not begin like the word: no UTF-8 has a byte 0xFF.
fn end_of(word: &str) -> Vec<u8> {
    let mut end = word.as_bytes().to_vec();
    end.push(0xFF);
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_words_and_addresses() {
        let words = words(&["Анна-Мария Алёхина", "anna@example.com"]);
        let wanted = ["anna", "anna@example.com", "com", "example", "алехина", "анна", "мария"];
        assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), wanted);
        assert_eq!(super::words(&[&"щ".repeat(40)]).first().unwrap().chars().count(), 32, "cut between letters");
    }

    #[test]
    fn phones_are_found_by_their_ends() {
        let words = phone_words("+374 (91) 12-34-56");
        assert!(words.contains("37491123456") && words.contains("91123456") && words.contains("123456"));
        assert!(!words.contains("23456"));
        assert!(phone_words("123").is_empty());
    }
}
