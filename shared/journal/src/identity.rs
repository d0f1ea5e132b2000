//! New identities for new logs.

use crate::contract::LogId;

/// A new random identity, for a log that is being created. It names an incarnation and enters no decision.
#[allow(clippy::disallowed_methods, reason = "a log's identity is made once, at its creation, by the log itself")]
pub fn fresh_identity() -> std::io::Result<LogId> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|e| std::io::Error::other(e.to_string()))?;
    Ok(LogId(id))
}
