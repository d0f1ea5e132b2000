//! The marks: how far each slot is trimmed, and which segments were freed by it.
//!
//! Freed segments are named, so that one that is missing for another reason is noticed. The file is
//! written before a segment is removed: after a crash in between, the removal is done again.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use super::OpenError;
use super::lines::{seal, unseal};
use crate::contract::Slot;
use crate::files::{Files, read_whole, replace_durably};
use crate::layout::Layout;

/// The file's name.
pub const NAME: &str = "marks";
const TITLE: &str = "xiaohao-marks 1";

/// Low-water marks by slot number, and the numbers of freed segments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marks {
    /// First position kept, by slot number.
    pub low_waters: Vec<u64>,
    /// Segments that are gone on purpose.
    pub freed: BTreeSet<u64>,
}

impl Marks {
    /// Nothing trimmed.
    pub fn none(slots: usize) -> Self {
        Marks { low_waters: vec![0; slots], freed: BTreeSet::new() }
    }

    /// Reads the marks; none when there is no file.
    pub fn load(files: &dyn Files, folder: &Path, layout: &Layout) -> Result<Self, OpenError> {
        let mut marks = Marks::none(layout.slots());
        let Some(bytes) = read_whole(files, &folder.join(NAME))? else {
            return Ok(marks);
        };
        let lines = unseal(&bytes, TITLE).ok_or_else(|| OpenError::Marks("checksum".into()))?;
        for line in lines {
            marks.take_line(line, layout).ok_or_else(|| OpenError::Marks(line.into()))?;
        }
        Ok(marks)
    }

    /// Writes the marks durably.
    pub fn store(&self, files: &dyn Files, folder: &Path, layout: &Layout) -> io::Result<()> {
        let mut text = format!("{TITLE}\n");
        for (number, low_water) in self.low_waters.iter().enumerate().filter(|(_, low)| **low > 0) {
            if let Some(Slot { topic, partition }) = layout.slot(number) {
                text += &format!("low {} {partition} {low_water}\n", topic.0);
            }
        }
        for (first, last) in ranges(&self.freed) {
            text += &format!("freed {first} {last}\n");
        }
        replace_durably(files, folder, NAME, &seal(text))
    }

    fn take_line(&mut self, line: &str, layout: &Layout) -> Option<()> {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["low", topic, partition, low_water] => {
                let topic = layout.topics().iter().find(|t| t.topic.0 == topic)?.topic;
                let (number, _) = layout.number(Slot { topic, partition: partition.parse().ok()? })?;
                self.low_waters[number] = low_water.parse().ok()?;
            }
            ["freed", first, last] => {
                let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
                self.freed.extend(first..=last);
            }
            _ => return None,
        }
        Some(())
    }
}

/// Neighbouring numbers as inclusive ranges.
fn ranges(numbers: &BTreeSet<u64>) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Topic;
    use crate::files::MachineFiles;
    use crate::layout::{Room, TopicLayout};

    #[test]
    fn marks_come_back_as_they_were_stored() {
        let topic = |name| TopicLayout { topic: Topic(name), partitions: 2, room: Room::Ring };
        let layout = Layout::new(vec![topic("orders"), topic("facts")]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Marks::load(&MachineFiles, folder.path(), &layout).unwrap(), Marks::none(4));
        let marks = Marks { low_waters: vec![0, 17, 0, 3], freed: BTreeSet::from([1, 2, 3, 7]) };
        marks.store(&MachineFiles, folder.path(), &layout).unwrap();
        assert_eq!(Marks::load(&MachineFiles, folder.path(), &layout).unwrap(), marks);
        let text = std::fs::read_to_string(folder.path().join(NAME)).unwrap();
        assert!(text.contains("freed 1 3\nfreed 7 7\n"), "{text}");
    }
}
