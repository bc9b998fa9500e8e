//! Public ids, and the tokens that let their owners change what they name.
//!
//! A token is an HMAC of the id under the installation's key (RFC 2104, SHA-256): it is checked without the database, so
//! that uploads touch the object store only.

use std::net::IpAddr;

use hmac::{Hmac, Mac};
use rand::{TryRngCore, rngs::OsRng};
use sha2::Sha256;

/// Letters and digits that are not mistaken for each other when typed: 5 bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 100 bits.
const ID_CHARS: usize = 20;
const KEY_BYTES: usize = 32;
const PSEUDONYM_BYTES: usize = 12;

/// What the id of a trial begins with; it keeps it when it is made permanent, since its link may be printed.
const TRIAL_PREFIX: &str = "demo-";

/// A new unguessable id, or the reason why the system gives no randomness.
pub(crate) fn new_id(is_trial: bool) -> anyhow::Result<String> {
    let mut random = [0u8; ID_CHARS];
    OsRng.try_fill_bytes(&mut random)?;
    let id: String = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    Ok(if is_trial { format!("{TRIAL_PREFIX}{id}") } else { id })
}

/// Whether this can be an id; anything else is looked up nowhere.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let random = text.strip_prefix(TRIAL_PREFIX).unwrap_or(text);
    random.len() == ID_CHARS && random.bytes().all(|byte| ALPHABET.contains(&byte))
}

/// The installation's key.
#[derive(Clone)]
pub struct TokenKey(Vec<u8>);

impl TokenKey {
    /// A random key as text, to be kept.
    pub(crate) fn generate() -> anyhow::Result<String> {
        let mut key = [0u8; KEY_BYTES];
        OsRng.try_fill_bytes(&mut key)?;
        Ok(hex(&key))
    }

    pub(crate) fn from_text(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }

    /// The owner's token of a project.
    #[must_use]
    pub fn token(&self, id: &str) -> String {
        hex(&self.mac("project", id).finalize().into_bytes())
    }

    /// Whether this is the owner's token of the project, in constant time.
    #[must_use]
    pub fn accepts(&self, id: &str, token: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.token(id).as_bytes().ct_eq(token.as_bytes()).into()
    }

    /// What proves that a text of a kind came from us, such as the id of an order in its link.
    #[must_use]
    pub fn sign(&self, kind: &str, text: &str) -> String {
        hex(&self.mac(kind, text).finalize().into_bytes())
    }

    /// Whether it does, in constant time.
    #[must_use]
    pub fn is_signed(&self, kind: &str, text: &str, signature: &str) -> bool {
        use subtle::ConstantTimeEq;
        self.sign(kind, text).as_bytes().ct_eq(signature.as_bytes()).into()
    }

    /// An id that follows from a text of a kind and is as unguessable as a new one.
    #[must_use]
    pub(crate) fn id(&self, kind: &str, text: &str) -> String {
        let code = self.mac(kind, text).finalize().into_bytes();
        code.iter().take(ID_CHARS).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
    }

    /// A name for whoever has an address, from which the address can't be told.
    #[must_use]
    pub fn pseudonym(&self, address: IpAddr) -> String {
        hex(&self.mac("address", &address.to_string()).finalize().into_bytes()[..PSEUDONYM_BYTES])
    }

    fn mac(&self, kind: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(kind.as_bytes());
        mac.update(b":");
        mac.update(text.as_bytes());
        mac
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_are_known_as_such() {
        let (a, b) = (new_id(false).unwrap(), new_id(true).unwrap());
        assert_ne!(a, b);
        assert!(is_id(&a) && is_id(&b));
        for other in
            ["", "short", "demo-", "demo-demo-abcdefghijkmnpqrstuv", "../../../etc/passwd0", "ABCDEFGHIJKMNPQRSTUV"]
        {
            assert!(!is_id(other), "{other}");
        }
    }

    #[test]
    fn a_signature_is_of_its_kind_only() {
        let key = TokenKey::from_text("key");
        let signature = key.sign("order", "abc");
        assert!(key.is_signed("order", "abc", &signature));
        assert!(!key.is_signed("order", "abd", &signature) && !key.is_signed("project", "abc", &signature));
        assert!(!key.accepts("abc", &signature));
    }

    #[test]
    fn the_same_text_has_the_same_id() {
        let key = TokenKey::from_text("key");
        assert!(is_id(&key.id("order", "abc")));
        assert_eq!(key.id("order", "abc"), key.id("order", "abc"));
        assert_ne!(key.id("order", "abc"), key.id("order", "abd"));
        assert_ne!(key.id("order", "abc"), TokenKey::from_text("another").id("order", "abc"));
    }

    #[test]
    fn a_token_opens_its_own_project_only() {
        let key = TokenKey::from_text(&TokenKey::generate().unwrap());
        let token = key.token("abc");
        assert!(key.accepts("abc", &token));
        assert!(!key.accepts("abd", &token));
        assert!(!key.accepts("abc", &token[1..]));
        assert!(!TokenKey::from_text("another").accepts("abc", &token));
    }
}
