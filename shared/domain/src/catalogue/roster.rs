//! 排班与 A/B 角: who fills a post when, who stands in for whom, who is away.
//!
//! A person's row in the people's table names the posts held without dates. A post that stands in the roster
//! is filled by the roster alone, so that a turn that ends leaves the chair empty instead of falling back to
//! somebody who left. Who sits there at an instant is [`super::sitting`]'s answer.

use serde::{Deserialize, Serialize};

use super::span::Span;
use crate::ids::{PersonId, PostId};

/// In which part a person stands in the roster.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum RosterPart {
    /// A角: holds the post.
    A,
    /// B角: sits there while nobody who holds it is present.
    B,
}

/// One turn of one person in one post.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterRow {
    /// The post.
    pub post: PostId,
    /// Who.
    pub person: PersonId,
    /// Holder or deputy.
    pub part: RosterPart,
    /// When.
    #[serde(default)]
    pub span: Span,
}

/// A time in which a person is away. Why is nobody's business here: no column asks for it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// Who.
    pub person: PersonId,
    /// When.
    #[serde(default)]
    pub span: Span,
}

/// All turns and absences of an installation.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rosters {
    /// Turns.
    pub turns: Vec<RosterRow>,
    /// Absences.
    pub absences: Vec<Absence>,
}
