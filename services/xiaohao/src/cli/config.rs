//! `xiaohao config`: every setting and where it came from.

use super::{Failure, Globals, tell};

/// Shows them.
pub fn run(globals: &Globals) -> Result<(), Failure> {
    let lines = globals.sourced(&[])?.lines();
    if globals.json {
        let rows: Vec<_> = lines
            .iter()
            .map(|(key, value, origin)| serde_json::json!({"key": key, "value": value, "origin": origin.to_string()}))
            .collect();
        tell(&serde_json::Value::from(rows).to_string());
        return Ok(());
    }
    for (key, value, origin) in lines {
        tell(&format!("{key:<28} {value:<32} {origin}"));
    }
    Ok(())
}
