//! The form of limits and ladders, `profile.toml`: windows, tiers, waits, ladders, approvals.
//!
//! A file may say `like = "beijing-4tier"` (or `"default"`) and then only what is different: its tables are
//! laid over those of the built-in profile, value by value, lists as a whole.

use toml::{Table, Value};
use xh_domain::catalogue::profile::Profile;

use super::table::{Faults, FormFault};

/// Reads `profile.toml`.
///
/// # Errors
/// The text is no TOML, or no profile.
pub fn profile(file: &str, bytes: &[u8]) -> Result<Profile, Vec<FormFault>> {
    let text = super::sheet::text(bytes);
    read(&text).map_err(|(row, reason)| {
        let mut faults = Faults::of(file);
        faults.add(row, "", reason);
        faults.list()
    })
}

/// A line (0: none) and what is wrong there.
type Fault = (usize, String);

fn read(text: &str) -> Result<Profile, Fault> {
    let told = |error: toml::de::Error| {
        let row = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        (row, error.message().to_owned())
    };
    let mut written: Table = toml::from_str(text).map_err(told)?;
    let Some(like) = written.remove("like") else { return toml::from_str(text).map_err(told) };
    let mut whole = built_in(&like)?;
    for (key, value) in written {
        lay_over(&mut whole, key, value);
    }
    Value::Table(whole).try_into().map_err(|error: toml::de::Error| (0, error.message().to_owned()))
}

fn built_in(like: &Value) -> Result<Table, Fault> {
    let built_in = [Profile::office_default(), Profile::beijing_4tier()];
    let names = built_in.iter().map(|profile| profile.name.clone()).collect::<Vec<_>>().join(", ");
    let found = built_in.into_iter().find(|profile| Some(profile.name.as_str()) == like.as_str());
    let found = found.ok_or_else(|| (0, format!("like = {like}: the built-in profiles are {names}")))?;
    Table::try_from(found).map_err(|error| (0, error.to_string()))
}

/// A limit or a ladder's rung is one value; any other table is laid over key by key.
fn lay_over(under: &mut Table, key: String, value: Value) {
    match (under.get_mut(&key), value) {
        (Some(Value::Table(under)), Value::Table(over)) if !over.contains_key("amount") => {
            for (key, value) in over {
                lay_over(under, key, value);
            }
        }
        (_, value) => {
            under.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xh_city::qiming;
    use xh_domain::category::Tier;

    #[test]
    fn the_example_streets_profile_is_the_built_in_default() {
        let file = qiming::FILES.iter().find(|file| file.name == "profile.toml").unwrap();
        let read = profile(file.name, file.text.as_bytes()).unwrap();
        let built_in = Profile::office_default();
        assert_eq!(read, Profile { windows: read.windows.clone(), ..built_in }, "but for the windows' name");
    }

    #[test]
    fn a_built_in_profile_may_be_taken_as_it_is_or_with_one_limit_changed() {
        assert_eq!(read("like = \"beijing-4tier\"").unwrap(), Profile::beijing_4tier());
        let text = "like = \"beijing-4tier\"\nname = \"ours\"\n\
                    [tiers.P2]\nresolve = { amount = 6, unit = \"NaturalDays\" }\n\
                    [approvals.suspension]\nroles = [\"STREET_PARTY_SECRETARY\"]\n";
        let (ours, beijing) = (read(text).unwrap(), Profile::beijing_4tier());
        assert_eq!(ours.name, "ours");
        assert_eq!(ours.tiers[&Tier::P2].resolve.amount(), 6);
        assert_eq!(ours.tiers[&Tier::P2].sign, beijing.tiers[&Tier::P2].sign, "what is not said stays");
        assert_eq!((ours.tiers[&Tier::P3].clone(), ours.ladders), (beijing.tiers[&Tier::P3].clone(), beijing.ladders));
        assert_ne!(ours.approvals, beijing.approvals);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let row = |text: &str| profile("profile.toml", text.as_bytes()).unwrap_err()[0].row;
        assert_eq!(row("name = \"x\"\nwindows = 3\n"), 2);
        let fault = &profile("profile.toml", b"like = \"shanghai\"").unwrap_err()[0];
        assert!(fault.reason.contains("default, beijing-4tier"), "{fault}");
        assert!(profile("profile.toml", b"like = \"default\"\n[tiers.P2]\nresolv = 3\n").is_err());
    }
}
