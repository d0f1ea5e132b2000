//! What is a cell?
//!
//! A piece of ground in one of two grids: code, name, kind, the Party organisation that leads there, the days.
//! Its parents are in its code. Whom the organisation answers to is the catalogue's matter; here
//! `party_org` is an opaque string.

use serde::{Deserialize, Serialize};

use crate::code::CellCode;
use crate::day::Validity;
use crate::shape::Shape;

/// Basic or exclusive; where both claim a point the exclusive cell has it (`domain.md` 4), hence the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CellKind {
    /// 专属网格: a hospital, school, mall or enterprise inside other cells.
    Exclusive,
    /// 基础网格: covers the ground.
    Basic,
}

/// Which of the two grids a set of cells is (`domain.md` 2.3). Codes of the two may look alike: both have
/// 15 digits, the community's in front.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Layer {
    /// 社区网格: 300 to 500 households; places the needs of people.
    #[default]
    Service,
    /// 万米单元网格: about 100 m x 100 m; places the components of the city (部件).
    Unit,
}

impl Layer {
    /// Whether it is the layer that is meant where none is named.
    #[must_use]
    pub fn is_service(&self) -> bool {
        *self == Self::Service
    }
}

/// One cell of one boundary version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// 15 digits; community, street and division are its front.
    pub code: CellCode,
    /// As the office calls it, for example 东风社区第1网格.
    pub name: String,
    /// Basic or exclusive.
    pub kind: CellKind,
    /// The lead Party organisation, opaque here; absent where the community's leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_org: Option<String>,
    /// Households, where known.
    pub households: Option<u32>,
    /// The days on which the cell exists.
    #[serde(flatten)]
    pub validity: Validity,
    /// The ground that it covers.
    pub shape: Shape,
}

impl Cell {
    /// Who comes first where cells claim one point: exclusive before basic, then the lowest code.
    #[must_use]
    pub const fn precedence(&self) -> (CellKind, CellCode) {
        (self.kind, self.code)
    }
}
