//! Whom: from a post to the people who hold it and the ways that reach them. Pure.
//!
//! Who sits in the post is asked at the instant at which the message leaves: the roster's turn, a deputy (B角)
//! while everybody who holds it is away. A post in which nobody sits, or nobody whom a courier of this office
//! reaches, does not swallow a message: it goes up at once to the next post (一级抓一级), and the message says
//! so. Looked up is the catalogue version that the fact names, like everything else about a need.

use xh_domain::catalogue::office::{Contact, Role, RoleScope};
use xh_domain::catalogue::{Catalogue, Seat};
use xh_domain::ids::{PersonId, PostId};
use xh_domain::order::Courier;

use crate::notice::{Addressee, Notice};

/// Most steps up: more than the ladder of posts has.
const STEPS_UP_MAX: usize = 8;

/// One way of telling a post: every holder by the same rank of his contacts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Way {
    /// The post that is told.
    pub post: PostId,
    /// The post that should have been told, where this one stands in for it.
    pub instead_of: Option<PostId>,
    /// By which courier, to which address; each once.
    pub targets: Vec<Target>,
}

/// One address.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Target {
    /// Who stands behind it.
    pub person: PersonId,
    /// Which courier.
    pub courier: Courier,
    /// What the courier needs; empty for the post's own folder.
    pub address: String,
}

/// The couriers that this office has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Means {
    /// Webhooks.
    pub webhook: bool,
    /// The folder of readable files: reaches everybody who names no other way.
    pub file: bool,
}

/// The ways to tell now what a notice says, best first. Empty: nobody up to the top can be told.
pub fn ways(notice: &Notice, catalogue: &Catalogue, means: Means, now_ms: i64) -> Vec<Way> {
    let first = first_posts(notice, catalogue, now_ms);
    let wanted = first.first().cloned();
    let mut posts = first;
    for _ in 0..STEPS_UP_MAX {
        if let Some(post) = posts.iter().find(|post| !ranks(post, catalogue, means, now_ms).is_empty()) {
            let instead_of = wanted.filter(|wanted| wanted != post);
            let way = |targets| Way { post: post.clone(), instead_of: instead_of.clone(), targets };
            return ranks(post, catalogue, means, now_ms).into_iter().map(way).collect();
        }
        posts = match &posts[..] {
            [] => next_up(notice, None, catalogue, now_ms),
            [post, ..] => next_up(notice, Some(post), catalogue, now_ms),
        };
    }
    Vec::new()
}

/// The post that a notice names, or those of the unit's handlers.
fn first_posts(notice: &Notice, catalogue: &Catalogue, now_ms: i64) -> Vec<PostId> {
    match &notice.to {
        Addressee::Post(post) => vec![post.clone()],
        Addressee::Unit(_) => holders_of(Role::UnitHandler, notice, None, catalogue, now_ms),
    }
}

/// The post that a receipt names when nobody could be told.
pub fn wanted_post(notice: &Notice, catalogue: &Catalogue, now_ms: i64) -> Option<PostId> {
    first_posts(notice, catalogue, now_ms).into_iter().next()
}

/// The next post up that the catalogue has, from a post or, without one, from the unit's handlers.
fn next_up(notice: &Notice, from: Option<&PostId>, catalogue: &Catalogue, now_ms: i64) -> Vec<PostId> {
    let post = from.and_then(|id| catalogue.posts().get(id));
    let mut role = post.map_or(Role::UnitHandler, |post| post.role);
    while let Some(above) = role.above() {
        let posts = holders_of(above, notice, from, catalogue, now_ms);
        if !posts.is_empty() {
            return posts;
        }
        role = above;
    }
    Vec::new()
}

/// The posts of a role for this need, those that are filled first.
fn holders_of(role: Role, notice: &Notice, from: Option<&PostId>, catalogue: &Catalogue, now_ms: i64) -> Vec<PostId> {
    let post = from.and_then(|id| catalogue.posts().get(id));
    let unit = match &notice.to {
        Addressee::Unit(unit) => Some(unit),
        Addressee::Post(_) => post.and_then(|post| post.unit.as_ref()),
    };
    let in_cell = post.filter(|post| post.role.scope() == RoleScope::Lead);
    let seat = Seat {
        ledger: notice.need.ledger,
        cell: notice.cell,
        lead: in_cell.and_then(|post| post.organisation.as_ref()),
        unit,
        line: post.and_then(|post| post.line.as_ref()),
    };
    let found = catalogue.posts_for(&[role], seat, now_ms);
    found.filled.into_iter().chain(found.vacant).collect()
}

/// The targets of a post by rank: first everybody's best contact, then everybody's second.
fn ranks(post: &PostId, catalogue: &Catalogue, means: Means, now_ms: i64) -> Vec<Vec<Target>> {
    let sitting = catalogue.sitting(post, now_ms);
    let people = sitting.persons.into_iter().filter_map(|id| catalogue.people().get(id));
    let each: Vec<Vec<Target>> = people.map(|person| targets(&person.id, &person.contacts, means)).collect();
    let most = each.iter().map(Vec::len).max().unwrap_or(0);
    let rank = |rank: usize| {
        let mut targets: Vec<Target> = each.iter().filter_map(|targets| targets.get(rank).cloned()).collect();
        targets.dedup_by(|a, b| (a.courier, &a.address) == (b.courier, &b.address));
        targets
    };
    (0..most).map(rank).collect()
}

fn targets(person: &PersonId, contacts: &[Contact], means: Means) -> Vec<Target> {
    let target = |courier, address: &str| Target { person: person.clone(), courier, address: address.to_owned() };
    if contacts.is_empty() {
        return if means.file { vec![target(Courier::File, "")] } else { Vec::new() };
    }
    let reached = contacts.iter().filter_map(|contact| match contact.channel.as_str() {
        "webhook" if means.webhook => Some(target(Courier::Webhook, &contact.address)),
        "file" if means.file => Some(target(Courier::File, "")),
        _ => None,
    });
    reached.collect()
}
