//! Between the doors' words and the journal's: keys and photos as each side knows them.
//!
//! The journal keeps bytes under ids and must not know what is wrapped; the domain knows the record and must
//! not know where it lies. This file packs one into the other and back. Nothing else here decides.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use bytes::Bytes;
use xh_desk::vault::{Lost, Vault};
use xh_domain::blind::{BlindIndex, Blinded};
use xh_domain::ids::{Hash256, KeyId};
use xh_domain::keys::{DataKey, KeyRecord, OfficeKeys};
use xh_domain::report::{SealAlgorithm, Sealed};
use xh_journal::attachments::{AttachmentError, AttachmentName, Attachments};
use xh_journal::contract::{AppendError, Appended, Pending};
use xh_journal::keys::{self, Keys};

/// Bytes of the nonce at the front of a packed key.
const NONCE_BYTES: usize = 24;
/// Bytes of a wrapped data key: the key and its tag.
const WRAPPED_BYTES: usize = 48;

/// Waits for an answer on this thread, which the caller keeps for blocking work.
fn wait(mut pending: Pending) -> Result<Appended, AppendError> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match Pin::new(&mut pending).poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => thread::park(),
        }
    }
}

/// The journal's keys and attachments, with the office's keys to open them.
#[derive(Clone)]
pub struct Keeping {
    /// Key records.
    pub keys: Arc<dyn Keys>,
    /// Sealed photos.
    pub attachments: Arc<dyn Attachments>,
    /// Opens key records.
    pub office: Arc<OfficeKeys>,
}

/// `nonce ‖ wrapped ‖ one letter per index`; the indexes' bytes stand where the journal finds by them.
fn pack(record: &KeyRecord) -> keys::KeyRecord {
    let mut wrapped = record.wrapped.nonce.to_vec();
    wrapped.extend_from_slice(&record.wrapped.bytes);
    wrapped.extend(record.indexes.iter().map(|index| match index.of {
        Blinded::Phone => b'p',
        Blinded::Name => b'n',
    }));
    let blinds = record.indexes.iter().map(BlindIndex::bytes).collect();
    keys::KeyRecord { id: record.key_id().0, wrapped, blinds }
}

fn unpack(kept: &keys::KeyRecord) -> Option<KeyRecord> {
    let (nonce, rest) = kept.wrapped.split_at_checked(NONCE_BYTES)?;
    let (bytes, kinds) = rest.split_at_checked(WRAPPED_BYTES)?;
    let kind = |letter: &u8| if *letter == b'p' { Blinded::Phone } else { Blinded::Name };
    let indexes = kinds.iter().zip(&kept.blinds).map(|(letter, blind)| BlindIndex::new(kind(letter), *blind)).collect();
    let (alg, key_id) = (SealAlgorithm::XChaCha20Poly1305, KeyId(kept.id));
    let wrapped = Sealed { alg, key_id, nonce: nonce.to_vec(), bytes: bytes.to_vec() };
    Some(KeyRecord { v: 1, wrapped, indexes })
}

impl xh_intake::shell::parts::Keys for Keeping {
    fn put(&self, records: Vec<KeyRecord>) -> Pending {
        self.keys.put(records.iter().map(pack).collect())
    }

    fn get(&self, key: KeyId) -> Result<Option<KeyRecord>, AppendError> {
        // A store that does not answer is the weather to whoever asks: try again.
        let kept = self.keys.get(key.0).map_err(|_| AppendError::Unknown)?;
        Ok(kept.as_ref().and_then(unpack))
    }

    fn delete(&self, key: KeyId) -> Pending {
        self.keys.delete(key.0)
    }
}

impl xh_intake::shell::parts::Attachments for Keeping {
    fn put(&self, sha256: Hash256, bytes: Bytes) -> Result<(), AppendError> {
        self.attachments.put(AttachmentName::new(sha256.0), &bytes).map_err(|error| match error {
            AttachmentError::TooLarge => AppendError::TooLarge,
            AttachmentError::Full => AppendError::Full,
            AttachmentError::Stopped => AppendError::Stopped,
            AttachmentError::Failed(_) => AppendError::Unknown,
        })
    }
}

impl Vault for Keeping {
    fn key(&self, id: KeyId) -> Result<DataKey, Lost> {
        let kept = self.keys.get(id.0).map_err(|_| Lost::Broken)?.ok_or(Lost::Erased)?;
        let record = unpack(&kept).ok_or(Lost::Broken)?;
        self.office.unwrap(&record).map_err(|_| Lost::Broken)
    }

    fn photo_file(&self, sha256: Hash256) -> Result<Vec<u8>, Lost> {
        let bytes = self.attachments.get(AttachmentName::new(sha256.0)).map_err(|_| Lost::Broken)?;
        bytes.map(|bytes| bytes.to_vec()).ok_or(Lost::Missing)
    }

    fn destroy(&self, id: KeyId) -> Result<(), Lost> {
        wait(self.keys.delete(id.0)).map(|_| ()).map_err(|_| Lost::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::office::SystemEntropy;

    #[test]
    fn a_key_record_comes_back_as_it_was_given() {
        let office = OfficeKeys::derive(&[7; 32]);
        let indexes = vec![office.phone_index("13912345678").unwrap(), office.name_index("张三").unwrap()];
        let (key, record) = office.make_data_key(indexes, &SystemEntropy);
        let packed = pack(&record);
        assert!(packed.keeps_limits());
        let back = unpack(&packed).unwrap();
        assert_eq!(back, record);
        assert_eq!(office.unwrap(&back).unwrap().id(), key.id());
    }
}
