//! The server-rendered page as a browser without scripts uses it: fetches a need's page, finds a form in it, fills
//! in its fields and sends them with everything hidden in it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::node::Client;
use crate::street::{Street, token};

/// A need's page, asked for by one person after the other.
pub struct Page<'s> {
    pub street: &'s Street,
    pub number: String,
    /// Kinds of forms that were sent and taken.
    pub taken: &'s RefCell<BTreeSet<String>>,
}

/// A form as it stands in a page.
struct Form {
    html: String,
}

impl Form {
    /// What stands in an attribute of an input.
    fn hidden(&self) -> Vec<(String, String)> {
        let inputs = self.html.split("<input type=\"hidden\" ").skip(1);
        inputs.map(|input| (between(input, "name=\"", "\""), between(input, "value=\"", "\""))).collect()
    }

    fn has_field(&self, name: &str) -> bool {
        self.html.contains(&format!(" name=\"{name}\""))
    }

    fn is_select(&self, name: &str) -> bool {
        self.html
            .split("<select ")
            .skip(1)
            .any(|select| between(select, "", ">").contains(&format!(" name=\"{name}\"")))
    }

    fn is(&self, kind: &str, item: &str) -> bool {
        let has = |name: &str, value: &str| self.hidden().contains(&(name.to_owned(), value.to_owned()));
        has("kind", kind) && (item.is_empty() || has("item", item))
    }
}

/// The text between two marks.
fn between(text: &str, from: &str, to: &str) -> String {
    let rest = text.split_once(from).map(|(_, rest)| rest).unwrap_or_default();
    rest.split_once(to).map(|(found, _)| found).unwrap_or_default().to_owned()
}

/// Undoes what a page does to text.
fn plain(html: &str) -> String {
    html.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

impl Page<'_> {
    /// The page as a person sees it.
    pub fn seen_by(&self, who: &str) -> String {
        let (status, html) = self.ask(who, "GET", &format!("/needs/{}", self.number), "");
        assert_eq!(status, 200, "{html}");
        html
    }

    fn ask(&self, who: &str, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut browser = Client::browser(self.street.node().listen, &token(who));
        let form = "application/x-www-form-urlencoded";
        let (status, html) = browser.send_raw(method, path, form, body.as_bytes());
        (status, String::from_utf8(html).expect("a page is UTF-8"))
    }

    fn form(&self, who: &str, kind: &str, item: &str) -> Form {
        let html = self.seen_by(who);
        let forms = html.split("<form method=\"post\"").skip(1).map(|rest| Form { html: between(rest, "", "</form>") });
        let mut found = forms.filter(|form| form.is(kind, item));
        found.next().unwrap_or_else(|| panic!("{who} is offered no form {kind} {item}"))
    }

    /// A person fills in a form and sends it; gives the page that comes back.
    fn send(&self, who: &str, kind: &str, item: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let form = self.form(who, kind, item);
        for (name, _) in fields {
            assert!(form.has_field(name), "the form {kind} has no field {name}");
        }
        let hidden = form.hidden();
        let pairs = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(fields.iter().copied());
        let body: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask(who, "POST", &format!("/needs/{}/act", self.number), &body.join("&"))
    }

    /// It is taken, and the page says so.
    pub fn takes(&self, who: &str, kind: &str, item: &str, fields: &[(&str, &str)]) -> &Self {
        let (status, html) = self.send(who, kind, item, fields);
        assert_eq!(status, 200, "{kind}: {}", alert(&html));
        assert!(html.contains("role=\"status\"") && html.contains("已入账"), "{kind} was not told to be done");
        self.taken.borrow_mut().insert(kind.to_owned());
        self
    }

    /// It is refused in words that a clerk understands, and what was filled in stands in the form again.
    pub fn refuses(&self, who: &str, kind: &str, item: &str, fields: &[(&str, &str)], words: &str) -> &Self {
        let before = self.street.need(&self.number);
        let (status, html) = self.send(who, kind, item, fields);
        assert_eq!(self.street.need(&self.number), before, "{kind} was refused and changed something");
        assert!((400..500).contains(&status), "{kind}: {status}");
        assert!(alert(&html).contains(words), "{kind}: “{words}” is not said: {}", alert(&html));
        for (name, value) in fields.iter().filter(|(name, _)| *name != "passed") {
            let again = plain(&html);
            let kept = [
                format!("name=\"{name}\" value=\"{value}\""),
                format!(">{value}</textarea>"),
                format!("<option value=\"{value}\" selected>"),
            ];
            let form = self.form(who, kind, item);
            let is_offered = !form.is_select(name) || form.html.contains(&format!("<option value=\"{value}\""));
            let is_kept = kept.iter().any(|kept| again.contains(kept));
            assert!(value.is_empty() || is_kept || !is_offered, "{kind}: {name} is lost");
        }
        self
    }

    /// Whether a person's page says these words.
    pub fn shows(&self, who: &str, words: &str) -> &Self {
        let html = self.seen_by(who);
        assert!(html.contains(words), "“{words}” is not shown on {}", self.number);
        self
    }
}

fn alert(html: &str) -> String {
    between(html, "role=\"alert\">", "</p>")
}

/// A value in a form's body.
fn encoded(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
