//! The office's secret and what is derived from it: nothing else in the house is a lasting key.
//!
//! From 32 secret bytes four keys are derived by HMAC-SHA-256 under different names: one wraps the data keys,
//! one makes digests, one each blinds phones and names. Whoever has one cannot get another. Every report is
//! sealed under a data key of its own; only that key, wrapped, is stored, and deleting it is how a report is
//! erased.

use std::fmt;

use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::blind::BlindIndex;
use crate::entropy::Entropy;
use crate::ids::{Hash256, KeyId};
use crate::report::Sealed;
use crate::seal::{self, NONCE_BYTES, Purpose, Unsealable};

/// Bytes of the office's secret and of every key.
pub const KEY_BYTES: usize = 32;

/// HMAC-SHA-256 with its key taken in already; wipes itself on drop.
type Keyed = Hmac<Sha256>;

/// The office's keys. `Debug` shows nothing; memory is wiped on drop.
#[derive(Clone)]
pub struct OfficeKeys {
    wrapping: Zeroizing<[u8; KEY_BYTES]>,
    digesting: Keyed,
    blinding_phones: Keyed,
    blinding_names: Keyed,
}

impl OfficeKeys {
    /// Derives the keys from the office's secret.
    pub fn derive(secret: &[u8; KEY_BYTES]) -> OfficeKeys {
        let derived = |name: &[u8]| Zeroizing::new(hmac(&keyed(secret), name));
        OfficeKeys {
            wrapping: derived(b"xh-wrapping-1"),
            digesting: keyed(&derived(b"xh-digesting-1")),
            blinding_phones: keyed(&derived(b"xh-blinding-phones-1")),
            blinding_names: keyed(&derived(b"xh-blinding-names-1")),
        }
    }

    /// HMAC of a report's canonical bytes.
    pub(crate) fn digest(&self, canonical: &[u8]) -> Hash256 {
        Hash256(hmac(&self.digesting, canonical))
    }

    /// HMAC of a normalised phone.
    pub(crate) fn blind_phone(&self, phone: &[u8]) -> [u8; KEY_BYTES] {
        hmac(&self.blinding_phones, phone)
    }

    /// HMAC of a normalised name.
    pub(crate) fn blind_name(&self, name: &[u8]) -> [u8; KEY_BYTES] {
        hmac(&self.blinding_names, name)
    }

    /// Makes a data key, and the record under which the house keeps it.
    pub fn make_data_key(&self, indexes: Vec<BlindIndex>, entropy: &dyn Entropy) -> (DataKey, KeyRecord) {
        // One call for all of it: asking the machine for chance costs more than the cipher.
        let mut random = Zeroizing::new([0u8; 16 + KEY_BYTES + NONCE_BYTES]);
        entropy.fill(&mut *random);
        let mut data_key = DataKey { id: KeyId([0; 16]), key: [0; KEY_BYTES] };
        let mut nonce = [0u8; NONCE_BYTES];
        data_key.id.0.copy_from_slice(&random[..16]);
        data_key.key.copy_from_slice(&random[16..16 + KEY_BYTES]);
        nonce.copy_from_slice(&random[16 + KEY_BYTES..]);
        let wrapped = seal::seal_under(&self.wrapping_cipher(), data_key.id, Purpose::DataKey, &data_key.key, nonce);
        let record = KeyRecord { v: KEY_RECORD_SCHEMA, wrapped, indexes };
        (data_key, record)
    }

    /// Unwraps a data key.
    ///
    /// # Errors
    /// The record was made under another office's secret, or is not what was written.
    pub fn unwrap(&self, record: &KeyRecord) -> Result<DataKey, Unsealable> {
        let bytes = seal::unseal_under(&self.wrapping_cipher(), Purpose::DataKey, &record.wrapped)?;
        let key = bytes.as_slice().try_into().map_err(|_| Unsealable)?;
        Ok(DataKey { id: record.wrapped.key_id, key })
    }

    fn wrapping_cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.wrapping).into())
    }
}

impl fmt::Debug for OfficeKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfficeKeys(..)")
    }
}

/// The key of one report: seals its words, its photos and whatever is written about it later. `Debug` shows
/// its id only; memory is wiped on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey {
    #[zeroize(skip)]
    id: KeyId,
    key: [u8; KEY_BYTES],
}

impl DataKey {
    /// Under which id its record is kept.
    pub fn id(&self) -> KeyId {
        self.id
    }

    pub(crate) fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.key).into())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

/// Version of a key record's form.
const KEY_RECORD_SCHEMA: u16 = 1;

/// One record of `keys`, kept under its key id: the wrapped data key and the blind indexes by which all needs
/// of a person can be found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRecord {
    /// Version of this form.
    pub v: u16,
    /// The data key under the office's wrapping key; its `key_id` names the data key itself.
    pub wrapped: Sealed,
    /// Blind indexes of phone and name, where the report had them.
    pub indexes: Vec<BlindIndex>,
}

impl KeyRecord {
    /// The id of the key.
    pub fn key_id(&self) -> KeyId {
        self.wrapped.key_id
    }

    /// As it is stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a record of texts and bytes can always be written")
    }

    /// Reads what [`KeyRecord::to_bytes`] wrote.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<KeyRecord, Unsealable> {
        serde_json::from_slice(bytes).map_err(|_| Unsealable)
    }
}

fn keyed(key: &[u8; KEY_BYTES]) -> Keyed {
    Keyed::new_from_slice(key).expect("HMAC takes keys of every length")
}

fn hmac(keyed: &Keyed, message: &[u8]) -> [u8; KEY_BYTES] {
    keyed.clone().chain_update(message).finalize().into_bytes().into()
}
