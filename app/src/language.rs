//! The languages of the pages, and their texts (Project Fluent; `locales/`).
//!
//! `locales/islands` holds the texts that browsers need too, `locales/pages` those that only the server shows and mails; each
//! has a folder for each language, with a file for each part. A text that a language lacks is shown in English; a test holds
//! all languages to the same texts, but for those of errors (`error-` and the code): in English an error says itself what is
//! wrong, with its numbers.

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{LanguageIdentifier, StaticLoader, fluent_bundle::FluentValue, langid, static_loader};
use serde::{Deserialize, Serialize};

static_loader! {
    static ISLANDS = { locales: "./locales/islands", fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false) };
}
#[cfg(feature = "ssr")]
static_loader! {
    static PAGES = { locales: "./locales/pages", fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false) };
}

/// What a text is filled in with.
pub type Arguments<'a> = HashMap<Cow<'static, str>, FluentValue<'a>>;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
    /// Armenian.
    Hy,
}

const EN: LanguageIdentifier = langid!("en");
const RU: LanguageIdentifier = langid!("ru");
const HY: LanguageIdentifier = langid!("hy");

impl Language {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::En, Self::Ru, Self::Hy];

    /// ISO 639-1, as in HTML's `lang`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
            Self::Hy => "hy",
        }
    }

    /// The language of a code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// What its speakers call it.
    #[must_use]
    pub fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Ru => "Русский",
            Self::Hy => "Հայերեն",
        }
    }

    /// The text of an id.
    #[must_use]
    pub fn text(self, id: &str) -> String {
        self.look_up(id, None).unwrap_or_else(|| id.to_owned())
    }

    /// The text of an id, filled in. Numbers choose plural forms; give them as numbers.
    #[must_use]
    pub fn text_with<'a>(self, id: &str, arguments: &[(&'static str, FluentValue<'a>)]) -> String {
        let arguments: Arguments<'a> =
            arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect();
        self.look_up(id, Some(&arguments)).unwrap_or_else(|| id.to_owned())
    }

    /// The text of an id, if there is one.
    #[must_use]
    pub fn find(self, id: &str) -> Option<String> {
        self.look_up(id, None)
    }

    fn look_up(self, id: &str, arguments: Option<&Arguments<'_>>) -> Option<String> {
        let own = match self {
            Self::En => &EN,
            Self::Ru => &RU,
            Self::Hy => &HY,
        };
        loaders()
            .find_map(|loader| loader.lookup_single_language(own, id, arguments).ok())
            .or_else(|| loaders().find_map(|loader| loader.lookup_single_language(&EN, id, arguments).ok()))
    }
}

#[cfg(feature = "ssr")]
fn loaders() -> impl Iterator<Item = &'static StaticLoader> {
    [&*ISLANDS, &*PAGES].into_iter()
}

#[cfg(not(feature = "ssr"))]
fn loaders() -> impl Iterator<Item = &'static StaticLoader> {
    [&*ISLANDS].into_iter()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The ids of the texts below a folder, each with the names of what it is filled in with.
    fn texts(folder: &str, language: Language) -> BTreeSet<(String, BTreeSet<String>)> {
        let folder = format!("{}/locales/{folder}/{}", env!("CARGO_MANIFEST_DIR"), language.code());
        let mut texts = BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let mut id = None;
            let mut names = BTreeSet::new();
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                if line.starts_with(|first: char| first.is_ascii_lowercase()) {
                    texts.extend(id.take().map(|id| (id, std::mem::take(&mut names))));
                    id = line.split_once(" =").map(|(id, _)| id.to_owned());
                    assert!(id.is_some(), "not a text: {line}");
                }
                let filled = line.split('$').skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_lowercase()).next());
                names.extend(filled.flatten().map(str::to_owned));
            }
            texts.extend(id.map(|id| (id, names)));
        }
        texts
    }

    /// English has no texts of errors: there each error says itself what is wrong, with its numbers.
    fn is_error((id, _): &(String, BTreeSet<String>)) -> bool {
        id.starts_with("error-")
    }

    #[test]
    fn all_languages_have_the_same_texts() {
        for folder in ["islands", "pages"] {
            let [english, russian, armenian] = Language::ALL.map(|language| texts(folder, language));
            assert!(english.len() > 10 && !english.iter().any(is_error), "{folder}");
            let (errors, russian): (BTreeSet<_>, BTreeSet<_>) = russian.into_iter().partition(is_error);
            assert!(errors.len() > 10, "{folder}");
            let whole: BTreeSet<_> = english.union(&errors).cloned().collect();
            for (language, wanted, own) in [(Language::Ru, &english, &russian), (Language::Hy, &whole, &armenian)] {
                let missing: Vec<_> = wanted.difference(own).collect();
                let odd: Vec<_> = own.difference(wanted).collect();
                assert!(missing.is_empty() && odd.is_empty(), "{folder}, {language:?}: lacks {missing:?}, has {odd:?}");
            }
        }
    }

    #[test]
    fn every_text_can_be_shown() {
        for folder in ["islands", "pages"] {
            for language in Language::ALL {
                for (id, names) in texts(folder, language) {
                    let arguments: Arguments<'_> =
                        names.iter().map(|name| (Cow::Owned(name.clone()), FluentValue::from(5))).collect();
                    assert!(language.look_up(&id, Some(&arguments)).is_some(), "{language:?}: {id}");
                }
            }
        }
    }

    #[test]
    fn numbers_choose_their_form() {
        let days = |language: Language, days: i64| language.text_with("days", &[("days", days.into())]);
        assert_eq!([1, 2].map(|count| days(Language::En, count)), ["1 day", "2 days"]);
        assert_eq!([1, 3, 5, 21].map(|count| days(Language::Ru, count)), ["1 день", "3 дня", "5 дней", "21 день"]);
        assert_eq!(days(Language::Hy, 5), "5 օր");
    }
}
