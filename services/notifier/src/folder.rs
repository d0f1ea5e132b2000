//! The folder courier: one folder per post, one readable UTF-8 text file per message.
//!
//! For offices without any messenger, and for everybody's first look. A file appears whole or not at all:
//! written beside, synced, renamed, folder synced. A repeated errand writes the same name again.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use xh_domain::order::DeliveryFault;
use xh_domain::texts::moment::rfc3339;

use crate::courier::{Carrying, Courier, Letter, Mishap};

/// Writes letters into folders.
#[derive(Debug)]
pub struct FolderCourier {
    root: PathBuf,
}

impl FolderCourier {
    /// A courier that writes below `root`, which is made when the first letter comes.
    pub fn new(root: PathBuf) -> FolderCourier {
        FolderCourier { root }
    }
}

impl Courier for FolderCourier {
    fn carry<'a>(&'a self, letter: &'a Letter, _now_ms: i64) -> Carrying<'a> {
        let folder = self.root.join(file_name(letter.post.as_str()));
        let name = format!("{}-{}.txt", file_name(&rfc3339(letter.at_ms)), file_name(letter.id.as_str()));
        let text = format!("{}\n\n{}\n", letter.subject, letter.text);
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || write_whole(&folder, &name, &text)).await;
            match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) | Err(_) => Err(Mishap::Again(DeliveryFault::Unreachable)),
            }
        })
    }
}

/// A name that stays in its folder on every system: letters, digits, dash, dot, underscore; the rest as `_`.
fn file_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let name: String = text.chars().map(plain).collect();
    if name.trim_matches('.').is_empty() { "_".to_owned() } else { name }
}

fn write_whole(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let (path, beside) = (folder.join(name), folder.join(format!(".{name}.part")));
    let mut file = File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, &path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_post_leaves_its_folder() {
        assert_eq!(file_name("street-999901001:shift/lead"), "street-999901001_shift_lead");
        assert_eq!(file_name(".."), "_");
        assert_eq!(file_name("../../etc"), ".._.._etc");
        assert_eq!(file_name(""), "_");
    }
}
