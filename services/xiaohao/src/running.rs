//! How a command finds the server of a data directory: a small file that only its owner may read.
//!
//! `serve` writes `server.json` after its doors are open and removes it when it stops. A file that was left
//! by a killed server names an address where nobody answers, or answers with another token; the caller finds
//! that out by asking, never by trusting the file.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The file's name inside the data directory.
pub const FILE: &str = "server.json";

/// Where the server of a directory listens, and the token that lets the directory's owner in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Address of all doors.
    pub listen: SocketAddr,
    /// Bearer token of the command line, made new at each start.
    pub token: String,
    /// Bearer token of a second person, for checks and approvals of a replay; only on a stepped clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_token: Option<String>,
    /// The server's process, for people who look.
    pub pid: u32,
}

/// Removes the file when the server stops.
#[derive(Debug)]
pub struct Announcement(PathBuf);

impl Drop for Announcement {
    fn drop(&mut self) {
        // Left behind it misleads nobody (see above), so a failure here is not worth a word.
        let _ = fs::remove_file(&self.0);
    }
}

impl Running {
    /// Writes the file, readable by its owner only.
    pub fn announce(&self, data: &Path) -> io::Result<Announcement> {
        let path = data.join(FILE);
        let _ = fs::remove_file(&path);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        Ok(Announcement(path))
    }

    /// Reads the file; `None` when there is none or it is not of the form.
    pub fn find(data: &Path) -> Option<Running> {
        serde_json::from_slice(&fs::read(data.join(FILE)).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_announcement_goes_with_the_server() {
        let data = tempfile::tempdir().unwrap();
        let running =
            Running { listen: "127.0.0.1:7700".parse().unwrap(), token: "t".repeat(32), second_token: None, pid: 1 };
        let announcement = running.announce(data.path()).unwrap();
        assert!(Running::find(data.path()).unwrap() == running);
        let mode = fs::metadata(data.path().join(FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        drop(announcement);
        assert!(Running::find(data.path()).is_none());
    }
}
