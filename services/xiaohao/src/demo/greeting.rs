//! What the demonstration tells the person in front of it: where, as whom, and three things to try. Pure.

use std::fmt::Write as _;
use std::path::Path;

use super::people::{People, Person};
use super::script::rfc3339;

/// The greeting.
pub fn words(people: &People, base: &str, data: &Path, now_ms: i64) -> String {
    let now = rfc3339(now_ms).replace('T', " ");
    let now = now.get(..16).unwrap_or_default();
    let data = data.display();
    let mut text = format!(
        "\n销号 xiaohao  {base}\nThe street's clock stands at {now} and runs on. Sign in on the page with a token:\n\n"
    );
    let cast: [(&str, Option<&Person>); 5] = [
        ("dispatcher", people.holder("T-CENTER-DISPATCH")),
        ("handler", people.handler("U-ENFORCE")),
        ("checker", people.checker("999901001001001")),
        ("approver", people.holder("T-PARTY-APPROVE")),
        ("leader", people.holder("T-STREET-SEC")),
    ];
    for (part, person) in cast.into_iter().filter_map(|(part, person)| Some((part, person?))) {
        let _ = writeln!(text, "  {}  {part:<10}  {} {}", person.token, person.name, person.post);
    }
    let _ = write!(
        text,
        "  (everybody else: {data}/actors.toml)\n\nThree things to try:\n\
         1. {base}/?light=red  What is overdue: open one; each deadline says why it falls then, and who was told when.\n\
         2. As dispatcher register and dispatch a new report (one comes every 15 s); as the unit's handler sign it,\n   \
            contact, apply for tick-off; then try to check it yourself: refused, another person must (四眼).\n\
         3. What reached the leader: ls {data}/messages/T-STREET-SEC\n   \
            and whether the books hold: xiaohao --data {data} verify\n\n\
         Ctrl-C stops; the next start goes on where this one ended.\n"
    );
    text
}
