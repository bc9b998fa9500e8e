//! Lists that are searched, filtered, sorted and paged by their address alone.

/// A list's address, and where it goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The path.
    pub path: String,
    /// Search, filters, sorting: everything but the place.
    pub query: Vec<(String, String)>,
    /// Where the page before begins, and the page after.
    pub before: Option<String>,
    /// As above.
    pub after: Option<String>,
}

impl Listing {
    /// The value of a parameter; empty where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Whether anything narrows the list.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.query.iter().any(|(name, value)| name != "sort" && !value.is_empty())
    }

    /// The address with one parameter changed, from the first page; an empty value takes it away.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let others =
            self.query.iter().filter(|(known, _)| known != name).map(|(name, value)| (name.as_str(), value.as_str()));
        address(&self.path, others.chain([(name, value)]))
    }

    /// The address of the list as it is, from the first page.
    #[must_use]
    pub fn first(&self) -> String {
        address(&self.path, self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The address of the page before, if there is one.
    #[must_use]
    pub fn previous(&self) -> Option<String> {
        self.before.as_ref().map(|place| self.with("before", place))
    }

    /// The address of the page after, if there is one.
    #[must_use]
    pub fn next(&self) -> Option<String> {
        self.after.as_ref().map(|place| self.with("after", place))
    }
}

fn address<'a>(path: &str, query: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    let mut mark = '?';
    for (name, value) in query.filter(|(_, value)| !value.is_empty()) {
        address.push(mark);
        address.extend([&escaped(name), "=", &escaped(value)]);
        mark = '&';
    }
    address
}

/// Percent-encoded but for what RFC 3986 calls unreserved.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_what_narrows_the_list() {
        let query = vec![("q".to_owned(), "Ani & co".to_owned()), ("status".to_owned(), "shipped".to_owned())];
        let list = Listing { path: "/admin/orders".into(), query, before: None, after: Some("9~x".into()) };
        assert_eq!(list.first(), "/admin/orders?q=Ani%20%26%20co&status=shipped");
        assert_eq!(list.with("status", ""), "/admin/orders?q=Ani%20%26%20co");
        assert_eq!(list.next().unwrap(), "/admin/orders?q=Ani%20%26%20co&status=shipped&after=9~x");
        assert_eq!(list.previous(), None);
        assert!(list.is_narrowed());
    }
}
