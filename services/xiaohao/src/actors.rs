//! Who may come in, until accounts come: a token file (令牌文件) that names actors.
//!
//! ```toml
//! [[token]]
//! sha256 = "…"                  # of the token; or, for a demonstration, token = "…"
//! person = "M0107"
//! name = "周海燕"
//! post = "T-CENTER-DISPATCH"
//! organisation = "P-STREET"
//! ledgers = ["999901001"]       # or ["*"]
//! roles = ["dispatch"]
//! channel = "DESK"
//! ```
//!
//! A token is compared by its SHA-256 only; the file may hold nothing that opens a door. The table answers
//! who somebody is; what he may do is judged at each door and by the ledger.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use xh_desk::filter::Scope;
use xh_desk::gate::{Pass, Right};
use xh_domain::actor::{Actor, Channel};
use xh_domain::ids::{LedgerCode, OrgId, PersonId, PostId};
use xh_intake::shell::parts::Caller;

/// Most tokens of one file.
pub const TOKENS_MAX: usize = 10_000;
/// Fewest characters of a token: 128 bits in hex.
pub const TOKEN_CHARS_MIN: usize = 32;

/// What a token opens.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Send reports and photos.
    Report,
    /// See queue, items and ledger of the token's ledgers.
    Read,
    /// Order what the domain's rules allow the person.
    Act,
    /// See photos.
    Photos,
    /// Erase a resident's key.
    Erase,
    /// Import, publish a catalogue, step a stepped clock, verify.
    Administer,
}

/// One person at the doors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Admitted {
    /// As whom orders and reports are written.
    pub actor: Actor,
    /// What the office calls the person; shown to the person only.
    pub name: String,
    /// Ledgers he sees and acts in; `None` is all of them.
    pub ledgers: Option<Vec<LedgerCode>>,
    /// What the token opens.
    pub roles: Vec<Role>,
}

/// All tokens of a file, by the SHA-256 of the token.
#[derive(Debug, Default)]
pub struct TokenTable {
    by_hash: BTreeMap<[u8; 32], Known>,
}

/// One person as each door knows him.
#[derive(Debug)]
struct Known {
    admitted: Admitted,
    /// At the doors for reports; absent when the token does not open them.
    caller: Option<Arc<Caller>>,
    /// At the desk.
    pass: Arc<Pass>,
}

impl Known {
    fn new(admitted: Admitted) -> Known {
        let reports = admitted.may(Role::Report) || admitted.may(Role::Administer);
        let caller = Caller { actor: admitted.actor.clone(), may_import: admitted.may(Role::Administer) };
        let rights = [
            (Role::Read, Right::See),
            (Role::Act, Right::Act),
            (Role::Photos, Right::Photos),
            (Role::Erase, Right::Erase),
        ];
        let pass = Pass {
            actor: admitted.actor.clone(),
            name: admitted.name.clone(),
            scope: admitted.ledgers.as_ref().map_or(Scope::All, |l| Scope::Ledgers(l.iter().copied().collect())),
            rights: rights.into_iter().filter(|(role, _)| admitted.may(*role)).map(|(_, right)| right).collect(),
        };
        Known { admitted, caller: reports.then(|| Arc::new(caller)), pass: Arc::new(pass) }
    }
}

impl xh_intake::shell::parts::Gate for TokenTable {
    fn caller(&self, token: &str) -> Option<Arc<Caller>> {
        self.by_hash.get(&hash_of(token))?.caller.clone()
    }
}

impl xh_desk::gate::Gate for TokenTable {
    fn admit(&self, token: &str) -> Option<Arc<Pass>> {
        Some(Arc::clone(&self.by_hash.get(&hash_of(token))?.pass))
    }
}

/// What is wrong with a token file, and where.
#[derive(Debug, thiserror::Error)]
pub enum TokenFault {
    /// The file cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not of the form.
    #[error("{path}: {source}")]
    Form {
        /// The file.
        path: PathBuf,
        /// Line and reason.
        source: Box<toml::de::Error>,
    },
    /// An entry is of the form but does not hold.
    #[error("{path}: token {number} ({person}): {reason}")]
    Entry {
        /// The file.
        path: PathBuf,
        /// Which `[[token]]`, from 1.
        number: usize,
        /// Whose.
        person: String,
        /// What to do.
        reason: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenFile {
    #[serde(default)]
    token: Vec<TokenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenEntry {
    sha256: Option<String>,
    token: Option<String>,
    person: String,
    #[serde(default)]
    name: String,
    post: Option<PostId>,
    organisation: Option<OrgId>,
    ledgers: Vec<String>,
    roles: Vec<Role>,
    channel: Channel,
}

impl TokenTable {
    /// Reads a token file whole or not at all.
    pub fn read(path: &Path) -> Result<TokenTable, TokenFault> {
        let text =
            std::fs::read_to_string(path).map_err(|source| TokenFault::Unreadable { path: path.to_owned(), source })?;
        TokenTable::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<TokenTable, TokenFault> {
        let file: TokenFile = toml::from_str(text)
            .map_err(|source| TokenFault::Form { path: path.to_owned(), source: Box::new(source) })?;
        let mut table = TokenTable::default();
        for (index, entry) in file.token.into_iter().enumerate() {
            let person = entry.person.clone();
            let fault =
                |reason| TokenFault::Entry { path: path.to_owned(), number: index + 1, person: person.clone(), reason };
            if index >= TOKENS_MAX {
                return Err(fault("too many tokens in one file"));
            }
            let (hash, admitted) = admit(entry).map_err(fault)?;
            if table.by_hash.insert(hash, Known::new(admitted)).is_some() {
                return Err(fault("this token stands in the file twice"));
            }
        }
        Ok(table)
    }

    /// Adds a token that lives as long as the process (the command line's own).
    pub fn add(&mut self, token: &str, admitted: Admitted) {
        self.by_hash.insert(hash_of(token), Known::new(admitted));
    }

    /// The person of a token. The look-up compares hashes: how long it takes tells nothing of a token.
    pub fn admit(&self, token: &str) -> Option<&Admitted> {
        self.by_hash.get(&hash_of(token)).map(|known| &known.admitted)
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.by_hash.len()
    }

    /// Whether nobody can come in.
    pub fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }
}

fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn admit(entry: TokenEntry) -> Result<([u8; 32], Admitted), &'static str> {
    let hash = match (&entry.sha256, &entry.token) {
        (Some(hash), None) => parse_hash(hash)?,
        (None, Some(token)) if token.len() >= TOKEN_CHARS_MIN => hash_of(token),
        (None, Some(_)) => return Err("a token has at least 32 characters"),
        _ => return Err("give either sha256 or token"),
    };
    let person: PersonId = entry.person.parse().map_err(|_| "person is not a valid id")?;
    if person.as_str().starts_with("system:") {
        return Err("the names of the system's roles are reserved");
    }
    let ledgers = if entry.ledgers.iter().any(|l| l == "*") {
        None
    } else {
        Some(
            entry
                .ledgers
                .iter()
                .map(|l| l.parse())
                .collect::<Result<Vec<LedgerCode>, _>>()
                .map_err(|_| "a ledger is 9 digits, or *")?,
        )
    };
    let actor = Actor { post: entry.post, organisation: entry.organisation, ..Actor::person(person, entry.channel) };
    Ok((hash, Admitted { actor, name: entry.name, ledgers, roles: entry.roles }))
}

fn parse_hash(text: &str) -> Result<[u8; 32], &'static str> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).map_err(|_| "sha256 is 64 hex digits")?;
    Ok(hash)
}

impl Admitted {
    /// Whether the token opens this.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the token reaches this ledger.
    pub fn reaches(&self, ledger: LedgerCode) -> bool {
        self.ledgers.as_ref().is_none_or(|ledgers| ledgers.contains(&ledger))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn parse(text: &str) -> Result<TokenTable, TokenFault> {
        TokenTable::parse(Path::new("actors.toml"), text)
    }

    fn entry(person: &str) -> String {
        format!(
            "[[token]]\ntoken = \"{TOKEN}\"\nperson = \"{person}\"\nledgers = [\"999901001\"]\nroles = [\"read\"]\nchannel = \"DESK\"\n"
        )
    }

    #[test]
    fn a_token_opens_what_its_entry_says_and_nothing_else() {
        let table = parse(&entry("M0001")).unwrap();
        let admitted = table.admit(TOKEN).unwrap();
        assert!(admitted.may(Role::Read) && !admitted.may(Role::Act));
        assert!(admitted.reaches("999901001".parse().unwrap()) && !admitted.reaches("999901002".parse().unwrap()));
        assert!(table.admit("0123456789abcdef0123456789abcdee").is_none());
    }

    #[test]
    fn nobody_acts_as_the_system() {
        let fault = parse(&entry("system:router")).unwrap_err();
        assert!(fault.to_string().contains("token 1 (system:router)"), "{fault}");
    }

    #[test]
    fn a_token_that_stands_twice_is_refused_with_its_place() {
        let fault = parse(&(entry("M0001") + &entry("M0002"))).unwrap_err();
        assert!(fault.to_string().contains("token 2 (M0002)"), "{fault}");
    }
}
