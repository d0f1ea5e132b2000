//! Layout: which topics a log has, in how many partitions, and who is refused first when room gets short.
//!
//! A layout is fixed when a log is created. Topics may be added at the end by a later release; the number
//! of partitions of a topic never changes, because records were placed by it.

use crate::contract::{PARTITIONS_MAX, Slot, Topic};

/// Most slots of one log, all topics together: the disk log keeps a row per slot and segment.
pub const SLOTS_MAX: usize = 8192;

/// Whose appends go on when room gets short (`house.md` 6, "Full is defined").
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// New work from outside: refused from the reserve on, and from half of the queue's bound on.
    Door,
    /// Orders of people, climbs, receipts, facts: they have room kept for them, so that the ring can drain.
    Ring,
}

impl Room {
    /// The word in the manifest.
    pub fn word(self) -> &'static str {
        match self {
            Room::Door => "door",
            Room::Ring => "ring",
        }
    }
}

/// One topic of a layout.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TopicLayout {
    /// Its name.
    pub topic: Topic,
    /// 1 to [`PARTITIONS_MAX`].
    pub partitions: u16,
    /// Who is refused first.
    pub room: Room,
}

/// The topics of a log, in the order in which their slots are numbered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    topics: Vec<TopicLayout>,
    slots: usize,
}

/// Why a layout cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LayoutError {
    /// A topic has no partitions or too many.
    #[error("topic {0} has {1} partitions; 1 to {PARTITIONS_MAX} are possible")]
    Partitions(&'static str, u16),
    /// A topic is named twice, or its name does not fit (lowercase ASCII letters, digits, `-`, `_`).
    #[error("topic name {0:?} is doubled or does not fit")]
    Name(&'static str),
    /// More slots than [`SLOTS_MAX`], or none.
    #[error("{0} slots in all; 1 to {SLOTS_MAX} are possible")]
    Slots(usize),
}

impl Layout {
    /// Checks and numbers the slots.
    pub fn new(topics: Vec<TopicLayout>) -> Result<Self, LayoutError> {
        for (i, t) in topics.iter().enumerate() {
            let name = t.topic.0;
            let fits = !name.is_empty()
                && name.len() <= 64
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
            if !fits || topics[..i].iter().any(|earlier| earlier.topic == t.topic) {
                return Err(LayoutError::Name(name));
            }
            if t.partitions == 0 || t.partitions > PARTITIONS_MAX {
                return Err(LayoutError::Partitions(name, t.partitions));
            }
        }
        let slots = topics.iter().map(|t| usize::from(t.partitions)).sum();
        if slots == 0 || slots > SLOTS_MAX {
            return Err(LayoutError::Slots(slots));
        }
        Ok(Layout { topics, slots })
    }

    /// The topics, in order.
    pub fn topics(&self) -> &[TopicLayout] {
        &self.topics
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// How many partitions the topic has; 0 when it is not here.
    pub fn partitions(&self, topic: Topic) -> u16 {
        self.topics.iter().find(|t| t.topic == topic).map_or(0, |t| t.partitions)
    }

    /// The number of the slot and its room; `None` when it is not here.
    pub fn number(&self, slot: Slot) -> Option<(usize, Room)> {
        let mut base = 0;
        for t in &self.topics {
            if t.topic == slot.topic {
                return (slot.partition < t.partitions).then_some((base + usize::from(slot.partition), t.room));
            }
            base += usize::from(t.partitions);
        }
        None
    }

    /// The slot of a number; `None` when there is none.
    pub fn slot(&self, number: usize) -> Option<Slot> {
        let mut rest = number;
        for t in &self.topics {
            if rest < usize::from(t.partitions) {
                // `rest` is below a u16, so the conversion holds.
                return Some(Slot { topic: t.topic, partition: rest as u16 });
            }
            rest -= usize::from(t.partitions);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic(name: &'static str, partitions: u16) -> TopicLayout {
        TopicLayout { topic: Topic(name), partitions, room: Room::Ring }
    }

    #[test]
    fn slots_are_numbered_in_order_and_back() {
        let layout = Layout::new(vec![topic("reports", 3), topic("facts", 2)]).unwrap();
        assert_eq!(layout.slots(), 5);
        for number in 0..5 {
            let slot = layout.slot(number).unwrap();
            assert_eq!(layout.number(slot), Some((number, Room::Ring)));
        }
        assert_eq!(layout.slot(5), None);
        assert_eq!(layout.number(Slot { topic: Topic("facts"), partition: 2 }), None);
        assert_eq!(layout.number(Slot { topic: Topic("orders"), partition: 0 }), None);
    }

    #[test]
    fn a_layout_that_cannot_be_is_refused_with_its_reason() {
        assert_eq!(Layout::new(vec![topic("a", 0)]), Err(LayoutError::Partitions("a", 0)));
        assert_eq!(Layout::new(vec![topic("a", 1025)]), Err(LayoutError::Partitions("a", 1025)));
        assert_eq!(Layout::new(vec![topic("a", 1), topic("a", 1)]), Err(LayoutError::Name("a")));
        assert_eq!(Layout::new(vec![topic("A b", 1)]), Err(LayoutError::Name("A b")));
        assert_eq!(Layout::new(vec![]), Err(LayoutError::Slots(0)));
    }
}
