//! The office's secret (密钥) and the machine's chance: the two things that never enter the log.
//!
//! The secret is 32 bytes in a file of its own (0600), made at first start. Whoever has the data directory
//! without it can verify the ledger but read no resident's name. Backups keep it apart.

use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use xh_domain::entropy::Entropy;
use zeroize::{Zeroize, Zeroizing};

/// Bytes of the office's secret.
pub const SECRET_BYTES: usize = 32;

/// The operating system's source of chance.
#[derive(Clone, Copy, Debug)]
pub struct SystemEntropy;

/// Bytes that a thread asks of the operating system at once: a report takes about a hundred, and asking costs
/// more than the bytes.
const POOL_BYTES: usize = 2_048;

/// Chance that a thread was given and has not handed on. What it hands on it forgets.
struct Pool {
    bytes: Zeroizing<[u8; POOL_BYTES]>,
    used: usize,
}

impl Pool {
    fn hand_on(&mut self, bytes: &mut [u8]) {
        if POOL_BYTES - self.used < bytes.len() {
            ask(&mut *self.bytes);
            self.used = 0;
        }
        let chance = &mut self.bytes[self.used..self.used + bytes.len()];
        bytes.copy_from_slice(chance);
        chance.zeroize();
        self.used += bytes.len();
    }
}

thread_local! {
    static POOL: RefCell<Pool> = RefCell::new(Pool { bytes: Zeroizing::new([0; POOL_BYTES]), used: POOL_BYTES });
}

#[allow(clippy::disallowed_methods, reason = "this is the part that all others are given")]
fn ask(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("without the operating system's chance nothing can be sealed: better to end here");
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        match bytes.len() <= POOL_BYTES {
            true => POOL.with_borrow_mut(|pool| pool.hand_on(bytes)),
            false => ask(bytes),
        }
    }
}

/// Reads the secret, or makes it when the file is not there yet. A file that others may read is refused.
pub fn secret(path: &Path, entropy: &dyn Entropy) -> io::Result<[u8; SECRET_BYTES]> {
    match fs::metadata(path) {
        Ok(metadata) => read(path, &metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path, entropy),
        Err(error) => Err(error),
    }
}

fn read(path: &Path, metadata: &fs::Metadata) -> io::Result<[u8; SECRET_BYTES]> {
    if metadata.permissions().mode() & 0o077 != 0 {
        let message = format!("{} may be read by others; run: chmod 600 {}", path.display(), path.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
    }
    let bytes = fs::read(path)?;
    <[u8; SECRET_BYTES]>::try_from(bytes.as_slice()).map_err(|_| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{} is not 32 bytes: put the right file back", path.display()),
        )
    })
}

/// Written beside, synced, renamed: after a crash there is a whole secret or none.
fn make(path: &Path, entropy: &dyn Entropy) -> io::Result<[u8; SECRET_BYTES]> {
    let mut secret = [0; SECRET_BYTES];
    entropy.fill(&mut secret);
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path.parent().ok_or_else(|| io::Error::other("the secret stands in a folder"))?;
    fs::File::open(folder)?.sync_all()?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.secret");
        let first = secret(&path, &SystemEntropy).unwrap();
        assert_eq!(secret(&path, &SystemEntropy).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn chance_is_never_handed_on_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..10 * POOL_BYTES / 24 {
            let mut nonce = [0; 24];
            SystemEntropy.fill(&mut nonce);
            assert!(seen.insert(nonce));
        }
        let mut much = vec![0; 3 * POOL_BYTES];
        SystemEntropy.fill(&mut much);
        assert!(much.chunks(24).all(|bytes| bytes.iter().any(|byte| *byte != 0)));
    }

    #[test]
    fn a_secret_that_others_may_read_is_refused_with_the_mend() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("office.secret");
        secret(&path, &SystemEntropy).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = secret(&path, &SystemEntropy).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}
