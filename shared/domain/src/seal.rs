//! Sealing: what a person typed or is becomes bytes that say nothing, bound to the record they belong to.
//!
//! XChaCha20-Poly1305 with a random nonce of 24 bytes, under the report's data key. What is sealed for one
//! record cannot be passed off as another's: the purpose (report, note, photo) with the record's identity is
//! associated data. Only doors unseal.

use std::fmt;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::ids::{KeyId, OrderId, ReportId};
use crate::keys::DataKey;
use crate::report::{SealAlgorithm, Sealed};

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 24;
/// Bytes of the tag that ends every ciphertext.
pub const TAG_BYTES: usize = 16;
/// First bytes of a sealed photo's file: names form and algorithm.
const PHOTO_MAGIC: &[u8; 4] = b"XHP1";
/// Bytes that sealing adds to a photo: magic, key id, nonce, tag.
pub const PHOTO_OVERHEAD_BYTES: usize = 4 + 16 + NONCE_BYTES + TAG_BYTES;

/// What a seal is for; part of the associated data.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose<'a> {
    /// A data key under the office's.
    DataKey,
    /// The words of a report.
    Report(ReportId),
    /// The note of an order about a need.
    Note(&'a OrderId),
    /// A photo of a report.
    Photo(ReportId, u8),
}

impl Purpose<'_> {
    fn associated_data(self, key: KeyId) -> Vec<u8> {
        let mut data = Vec::with_capacity(96);
        match self {
            Purpose::DataKey => data.extend_from_slice(b"xh-data-key-1:"),
            Purpose::Report(report) => {
                data.extend_from_slice(b"xh-report-1:");
                data.extend_from_slice(report.0.as_bytes());
            }
            Purpose::Note(order) => {
                data.extend_from_slice(b"xh-note-1:");
                data.extend_from_slice(order.as_str().as_bytes());
                data.push(0);
            }
            Purpose::Photo(report, ordinal) => {
                data.extend_from_slice(b"xh-photo-1:");
                data.extend_from_slice(report.0.as_bytes());
                data.push(ordinal);
            }
        }
        data.extend_from_slice(&key.0);
        data
    }
}

/// It cannot be opened: another key, another record, or changed bytes. Which, nobody can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the seal does not open")]
pub struct Unsealable;

/// Plaintext on its way out: wiped on drop, silent in `Debug`.
#[derive(Clone)]
pub struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plain({} bytes)", self.0.len())
    }
}

impl DataKey {
    /// Seals bytes for a purpose.
    pub fn seal(&self, purpose: Purpose, plain: &[u8], entropy: &dyn Entropy) -> Sealed {
        seal_under(&self.cipher(), self.id(), purpose, plain, nonce(entropy))
    }

    /// Opens what [`DataKey::seal`] made for the same purpose.
    ///
    /// # Errors
    /// It was not made by this key for this purpose.
    pub fn unseal(&self, purpose: Purpose, sealed: &Sealed) -> Result<Plain, Unsealable> {
        if sealed.key_id == self.id() { unseal_under(&self.cipher(), purpose, sealed) } else { Err(Unsealable) }
    }

    /// Seals a photo whole: the bytes of the file that keeps it.
    pub fn seal_photo(&self, report: ReportId, ordinal: u8, photo: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let nonce = nonce(entropy);
        let mut file = Vec::with_capacity(photo.len() + PHOTO_OVERHEAD_BYTES);
        file.extend_from_slice(PHOTO_MAGIC);
        file.extend_from_slice(&self.id().0);
        file.extend_from_slice(&nonce);
        let from = file.len();
        file.extend_from_slice(photo);
        let data = Purpose::Photo(report, ordinal).associated_data(self.id());
        let tag = self.cipher().encrypt_inout_detached(&XNonce::from(nonce), &data, (&mut file[from..]).into());
        file.extend_from_slice(&tag.expect("a photo is far below the cipher's 256 GiB"));
        file
    }

    /// Opens a photo's file.
    ///
    /// # Errors
    /// It was not made by this key for this photo.
    pub fn unseal_photo(&self, report: ReportId, ordinal: u8, file: &[u8]) -> Result<Plain, Unsealable> {
        let rest = file.strip_prefix(PHOTO_MAGIC).ok_or(Unsealable)?;
        let (key_id, rest) = rest.split_first_chunk::<16>().ok_or(Unsealable)?;
        let (nonce, bytes) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        if *key_id != self.id().0 {
            return Err(Unsealable);
        }
        open(&self.cipher(), Purpose::Photo(report, ordinal).associated_data(self.id()), nonce, bytes)
    }
}

/// The key that a photo's file names, so that its record can be fetched.
pub fn photo_key_id(file: &[u8]) -> Option<KeyId> {
    file.strip_prefix(PHOTO_MAGIC)?.first_chunk::<16>().copied().map(KeyId)
}

fn nonce(entropy: &dyn Entropy) -> [u8; NONCE_BYTES] {
    let mut nonce = [0u8; NONCE_BYTES];
    entropy.fill(&mut nonce);
    nonce
}

pub(crate) fn seal_under(
    cipher: &XChaCha20Poly1305,
    key_id: KeyId,
    purpose: Purpose,
    plain: &[u8],
    nonce: [u8; NONCE_BYTES],
) -> Sealed {
    let mut bytes = Vec::with_capacity(plain.len() + TAG_BYTES);
    bytes.extend_from_slice(plain);
    let data = purpose.associated_data(key_id);
    let tag = cipher.encrypt_inout_detached(&XNonce::from(nonce), &data, bytes.as_mut_slice().into());
    bytes.extend_from_slice(&tag.expect("a record is far below the cipher's 256 GiB"));
    Sealed { alg: SealAlgorithm::XChaCha20Poly1305, key_id, nonce: nonce.to_vec(), bytes }
}

pub(crate) fn unseal_under(cipher: &XChaCha20Poly1305, purpose: Purpose, sealed: &Sealed) -> Result<Plain, Unsealable> {
    let nonce = sealed.nonce.as_slice().try_into().map_err(|_| Unsealable)?;
    open(cipher, purpose.associated_data(sealed.key_id), nonce, &sealed.bytes)
}

fn open(
    cipher: &XChaCha20Poly1305,
    data: Vec<u8>,
    nonce: &[u8; NONCE_BYTES],
    bytes: &[u8],
) -> Result<Plain, Unsealable> {
    let (ciphertext, tag) = bytes.split_last_chunk::<TAG_BYTES>().ok_or(Unsealable)?;
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    let opened =
        cipher.decrypt_inout_detached(&XNonce::from(*nonce), &data, plain.as_mut_slice().into(), &(*tag).into());
    opened.map_err(|_| Unsealable)?;
    Ok(Plain(plain))
}
