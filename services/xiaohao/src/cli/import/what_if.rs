//! `xiaohao import cells --what-if`: who would gain and who would lose, as a table or as JSON.

use serde_json::Value;
use xh_almanac::Day;

use super::super::owner::Owner;
use super::super::{Failure, Globals, tell};
use crate::administration::Upload;
use crate::imports::what_if::{Balance, WhatIf};

/// Asks, and shows the answer.
pub fn ask(globals: &Globals, upload: &Upload, since: Option<Day>) -> Result<(), Failure> {
    let owner = Owner::of(globals)?;
    let body = serde_json::to_vec(upload).expect("names and base64 are JSON");
    let since = since.map(|day| format!("?since={day}")).unwrap_or_default();
    let found = owner.send("POST", &format!("/admin/what-if{since}"), &body);
    owner.close()?;
    let found: Value = found?;
    if globals.json {
        tell(&found.to_string());
        return Ok(());
    }
    let found: WhatIf = serde_json::from_value(found).map_err(Failure::io)?;
    lines(&found).iter().for_each(|line| tell(line));
    Ok(())
}

fn lines(found: &WhatIf) -> Vec<String> {
    let WhatIf { boundary, reports, unplaceable, moved, open_moved, without_cell, .. } = found;
    let mut lines = vec![
        format!("网格试算 what-if {boundary}: 重算 replayed {reports}，无法定位 unplaceable {unplaceable}"),
        format!("  换网格 moved {moved}（在办 open {open_moved}），无归属 without a cell {without_cell}"),
        format!("  {:>8} {:>8} {:>8} {:>8}", "before", "after", "gained", "lost"),
    ];
    let line = |balance: &Balance| {
        let Balance { code, name, before, after, gained, lost } = balance;
        format!("  {before:>8} {after:>8} {:>8} {:>8}  {code} {name}", format!("+{gained}"), format!("-{lost}"))
    };
    lines.extend(found.streets.iter().chain(&found.cells).map(line));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_how_many_move_and_who_gains_and_loses() {
        let balance = Balance {
            code: "999901001001003".to_owned(),
            name: "东风社区第3网格".to_owned(),
            before: 10,
            after: 12,
            gained: 3,
            lost: 1,
        };
        let cells = vec![balance];
        let found = WhatIf { boundary: "new".to_owned(), reports: 40, moved: 4, cells, ..WhatIf::default() };
        let lines = lines(&found);
        assert!(lines[0].contains("replayed 40") && lines[1].contains("moved 4"), "{lines:?}");
        assert_eq!(lines[3], "        10       12       +3       -1  999901001001003 东风社区第3网格");
    }
}
