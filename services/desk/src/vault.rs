//! What the desk may unseal, and how: the data key of a need, its words, notes and photos.
//!
//! The vault is a part: where keys and photo files are kept is the assembly's matter. The desk is a door, so
//! it may unseal; what it unsealed is shown and dropped, and kept nowhere. A deleted key is not an error: it
//! is what was asked for.

use std::sync::Arc;

use xh_domain::entropy::Entropy;
use xh_domain::ids::{Hash256, KeyId, OrderId};
use xh_domain::keys::DataKey;
use xh_domain::report::Sealed;
use xh_domain::seal::Purpose;

/// Why something sealed cannot be shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Lost {
    /// Its key was deleted: for good.
    #[error("erased")]
    Erased,
    /// Announced, but it has not come.
    #[error("missing")]
    Missing,
    /// It does not open, or the store does not answer.
    #[error("broken")]
    Broken,
}

/// Keys and photo files.
pub trait Vault: Send + Sync {
    /// The data key of this id.
    fn key(&self, id: KeyId) -> Result<DataKey, Lost>;
    /// The sealed file of a photo, by the SHA-256 of its bytes.
    fn photo_file(&self, sha256: Hash256) -> Result<Vec<u8>, Lost>;
    /// Deletes a key, durably. One that is gone already is no error.
    fn destroy(&self, id: KeyId) -> Result<(), Lost>;
}

/// The words of a note (办理进展, 核查意见 …), or why they cannot be shown.
pub fn read_note(vault: &dyn Vault, order: &OrderId, sealed: &Sealed) -> Result<String, Lost> {
    let plain = vault.key(sealed.key_id)?.unseal(Purpose::Note(order), sealed).map_err(|_| Lost::Broken)?;
    String::from_utf8(plain.as_slice().to_vec()).map_err(|_| Lost::Broken)
}

/// Seals a note under the need's own key, so that erasing the need erases it too.
pub fn seal_note(key: &DataKey, order: &OrderId, words: &str, entropy: &dyn Entropy) -> Arc<Sealed> {
    Arc::new(key.seal(Purpose::Note(order), words.as_bytes(), entropy))
}
