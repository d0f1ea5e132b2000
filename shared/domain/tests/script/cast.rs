//! Who is meant: a post of the example street (whoever sits in it at that minute), somebody outside the office,
//! or one of the house's own roles.

use xh_domain::actor::{Actor, Channel, SystemRole};
use xh_domain::catalogue::Catalogue;
use xh_domain::ids::{PersonId, PostId, UnitId};

use crate::street::{at, id};

/// Somebody of whom there are many.
pub const VOLUNTEER: &str = "volunteer";

/// People without a post in the catalogue.
const OUTSIDERS: [(&str, &str); 6] = [
    ("居民", "resident"),
    ("居民乙", "resident-2"),
    ("热线员", "hotline-7"),
    ("回访员", "callback-1"),
    ("志愿者", VOLUNTEER),
    ("导入", "import"),
];

const HOUSE: [(&str, SystemRole); 3] =
    [("分派系统", SystemRole::Router), ("督办系统", SystemRole::Escalator), ("通知系统", SystemRole::Notifier)];

/// The actor that a line names: `值班长`, `区人社局经办人 代 值班长` (that person in another's post), `值班长 替
/// 区人社局经办人` (on behalf of that person).
pub fn actor(catalogue: &Catalogue, who: &str, time: &str) -> Result<Actor, String> {
    if let Some((_, role)) = HOUSE.iter().find(|(name, _)| *name == who) {
        return Ok(Actor::system(*role));
    }
    if let Some((person, post)) = who.split_once(" 代 ") {
        let post = Some(self::post(catalogue, post)?);
        return Ok(Actor { post, ..actor(catalogue, person, time)? });
    }
    if let Some((person, other)) = who.split_once(" 替 ") {
        let on_behalf_of = Some(actor(catalogue, other, time)?.person);
        return Ok(Actor { on_behalf_of, ..actor(catalogue, person, time)? });
    }
    if let Some((_, person)) = OUTSIDERS.iter().find(|(name, _)| *name == who) {
        let channel = if who == "导入" { Channel::Import } else { Channel::Desk };
        return Ok(Actor::person(id(person), channel));
    }
    let post = post(catalogue, who)?;
    let person = sitting(catalogue, &post, time).ok_or_else(|| format!("nobody sits in {who} at {time}"))?;
    Ok(Actor { post: Some(post), ..Actor::person(person, Channel::Desk) })
}

fn sitting(catalogue: &Catalogue, post: &PostId, time: &str) -> Option<PersonId> {
    catalogue.sitting(post, at(time)).persons.first().map(|person| (*person).clone())
}

/// A post by its title.
pub fn post(catalogue: &Catalogue, name: &str) -> Result<PostId, String> {
    let found = catalogue.posts().rows().iter().find(|post| post.name == name);
    found.map(|post| post.id.clone()).ok_or_else(|| format!("nobody is called `{name}`"))
}

/// A unit by its name; an id (`U-…`) as it stands, so that a script can name one that is not there.
pub fn unit(catalogue: &Catalogue, name: &str) -> Result<UnitId, String> {
    if name.starts_with("U-") {
        return Ok(id(name));
    }
    let found = catalogue.units().rows().iter().find(|unit| unit.name == name);
    found.map(|unit| unit.id.clone()).ok_or_else(|| format!("no unit is called `{name}`"))
}
