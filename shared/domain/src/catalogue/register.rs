//! A register: rows in the order in which the office wrote them, found by their id.
//!
//! On the wire it is the plain list of its rows; a list that names an id twice is refused when it is read.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A row that has an id.
pub trait Keyed {
    /// The kind of id.
    type Id: Ord + Clone + std::fmt::Display;
    /// The row's own.
    fn id(&self) -> &Self::Id;
}

/// Rows in order, found by id. Immutable once made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Register<R: Keyed> {
    rows: Vec<R>,
    by_id: BTreeMap<R::Id, u32>,
}

/// An id that two rows of one register bear.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("row {row} repeats the id {id} of row {first}")]
pub struct RepeatedId {
    /// The later row, from 0.
    pub row: usize,
    /// The earlier row.
    pub first: usize,
    /// The id.
    pub id: String,
}

impl<R: Keyed> Register<R> {
    /// A register of these rows.
    ///
    /// # Errors
    /// The first id that is there twice.
    pub fn new(rows: Vec<R>) -> Result<Register<R>, RepeatedId> {
        let mut by_id = BTreeMap::new();
        for (row, content) in rows.iter().enumerate() {
            if let Some(first) = by_id.insert(content.id().clone(), row as u32) {
                return Err(RepeatedId { row, first: first as usize, id: content.id().to_string() });
            }
        }
        Ok(Register { rows, by_id })
    }

    /// The row of an id.
    pub fn get<Q: Ord + ?Sized>(&self, id: &Q) -> Option<&R>
    where
        R::Id: std::borrow::Borrow<Q>,
    {
        self.by_id.get(id).map(|&row| &self.rows[row as usize])
    }

    /// All rows, in the office's order.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }
}

impl<R: Keyed> Default for Register<R> {
    fn default() -> Self {
        Register { rows: Vec::new(), by_id: BTreeMap::new() }
    }
}

impl<R: Keyed + Serialize> Serialize for Register<R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.rows.serialize(to)
    }
}

impl<'de, R: Keyed + Deserialize<'de>> Deserialize<'de> for Register<R> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Register::new(Vec::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Says which field of a row is its id.
macro_rules! keyed {
    ($($row:ty => $field:ident: $id:ty),+ $(,)?) => {$(
        impl $crate::catalogue::register::Keyed for $row {
            type Id = $id;
            fn id(&self) -> &$id {
                &self.$field
            }
        }
    )+};
}
pub(crate) use keyed;
