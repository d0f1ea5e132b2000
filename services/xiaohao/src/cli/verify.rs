//! `xiaohao verify`: every chain followed, every fact folded anew. Exit code 1 when something does not hold.

use super::owner::Owner;
use super::{Failure, Globals, tell};

/// Verifies the directory, through its server when there is one.
pub fn run(globals: &Globals) -> Result<(), Failure> {
    let owner = Owner::of(globals)?;
    let report = owner.send("POST", "/admin/verify", b"")?;
    owner.close()?;
    if globals.json {
        tell(&report.to_string());
    } else {
        let ledgers = report["ledgers"].as_object().map_or(0, serde_json::Map::len);
        tell(&format!(
            "{} records, {} facts count in {ledgers} ledgers, digest {}",
            report["records"],
            report["counted"],
            report["digest"].as_str().unwrap_or_default()
        ));
        for fault in report["faults"].as_array().into_iter().flatten() {
            tell(fault.as_str().unwrap_or_default());
        }
    }
    if report["holds"] == true { Ok(()) } else { Err(Failure::check("the ledger does not hold: see the places above")) }
}
