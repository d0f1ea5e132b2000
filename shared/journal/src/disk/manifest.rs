//! The manifest: which log this folder holds, and in which order its slots are numbered.
//!
//! Slots are numbered by the manifest, not by the program, so that a later release may add topics and
//! order them as it likes.

use std::io;
use std::path::Path;

use super::OpenError;
use super::lines::{seal, unseal};
use crate::contract::LogId;
use crate::files::{Files, read_whole, replace_durably};
use crate::layout::{Layout, TopicLayout};

/// The file's name.
pub const NAME: &str = "manifest";
const TITLE: &str = "xiaohao-log 1";

/// What the manifest says, with the layout in its own order.
#[derive(Debug)]
pub struct Manifest {
    /// The log's identity.
    pub identity: LogId,
    /// The layout asked for, in the order in which this log numbers it.
    pub layout: Layout,
}

/// Reads the manifest and brings it in line with the layout asked for; `None` when there is none.
pub fn load(files: &dyn Files, folder: &Path, asked: &Layout) -> Result<Option<Manifest>, OpenError> {
    let Some(bytes) = read_whole(files, &folder.join(NAME))? else {
        return Ok(None);
    };
    let damaged = || OpenError::Manifest("its checksum or form is wrong".into());
    let lines = unseal(&bytes, TITLE).ok_or_else(damaged)?;
    let (first, topics) = lines.split_first().ok_or_else(damaged)?;
    let id = first.strip_prefix("id ").and_then(|id| <[u8; 16]>::try_from(hex::decode(id).ok()?).ok());
    let identity = LogId(id.ok_or_else(damaged)?);
    let mut ordered = Vec::new();
    for line in topics {
        ordered.push(topic_asked(line, asked)?);
    }
    let known = ordered.len();
    ordered.extend(asked.topics().iter().filter(|t| !topics.iter().any(|l| names(l, t.topic.0))));
    let added = ordered.len() > known;
    let layout = Layout::new(ordered).map_err(|e| OpenError::Manifest(e.to_string()))?;
    let manifest = Manifest { identity, layout };
    if added {
        store(files, folder, &manifest)?;
    }
    Ok(Some(manifest))
}

/// Writes the manifest durably.
pub fn store(files: &dyn Files, folder: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut text = format!("{TITLE}\nid {}\n", manifest.identity);
    for t in manifest.layout.topics() {
        text += &format!("topic {} {} {}\n", t.topic.0, t.partitions, t.room.word());
    }
    replace_durably(files, folder, NAME, &seal(text))
}

fn names(line: &str, topic: &str) -> bool {
    line.split(' ').nth(1) == Some(topic)
}

/// The topic of the layout asked for that a line of the manifest names, with the same partitions.
fn topic_asked(line: &str, asked: &Layout) -> Result<TopicLayout, OpenError> {
    let refuse = |why: String| Err(OpenError::Manifest(why));
    let Some(&topic) = asked.topics().iter().find(|t| names(line, t.topic.0)) else {
        return refuse(format!("the log has a topic that this program does not know: {line:?}"));
    };
    if line.split(' ').nth(2) != Some(topic.partitions.to_string().as_str()) {
        return refuse(format!("the log was created as {line:?}; {} partitions were asked for", topic.partitions));
    }
    Ok(topic)
}
