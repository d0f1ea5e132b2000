//! The signature of a webhook, after Standard Webhooks 1.0.0 (symmetric, `v1`).
//!
//! Signed is `id.timestamp.body`, so that neither can be exchanged and an old message cannot be played
//! again. During rotation every secret signs; the receiver accepts any. This file knows no network.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Shortest secret that is accepted, bytes (Standard Webhooks: 24 to 64).
pub const SECRET_BYTES_MIN: usize = 24;
/// Longest secret that is accepted, bytes.
pub const SECRET_BYTES_MAX: usize = 64;
/// Most secrets of one hook: the new one, the old one, and one more that somebody forgot.
pub const SECRETS_MAX: usize = 3;

/// A secret as the office writes it into its settings: `whsec_` and base64.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// Why a secret was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SecretFault {
    /// Not `whsec_` followed by base64.
    #[error("a webhook secret is `whsec_` followed by base64")]
    Form,
    /// Too short or too long.
    #[error("a webhook secret has {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes")]
    Length,
}

impl Secret {
    /// Reads the written form.
    pub fn parse(text: &str) -> Result<Secret, SecretFault> {
        let encoded = text.strip_prefix("whsec_").ok_or(SecretFault::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| SecretFault::Form)?;
        if !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len()) {
            return Err(SecretFault::Length);
        }
        Ok(Secret(bytes))
    }

    fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{timestamp_s}.").as_bytes());
        mac.update(body);
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The value of `webhook-signature`: one `v1,<base64>` per secret, parted by spaces.
/// `timestamp_s` is in seconds since the Unix epoch, as the standard wants it.
pub fn signature_header(secrets: &[Secret], id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let signatures: Vec<String> =
        secrets.iter().map(|secret| format!("v1,{}", secret.sign(id, timestamp_s, body))).collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own documentation.
    #[test]
    fn the_example_of_the_standard_is_reproduced() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let header =
            signature_header(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(header, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn during_rotation_every_secret_signs() {
        let old = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let new = Secret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk=").unwrap();
        let header = signature_header(&[new.clone(), old.clone()], "id", 1, b"{}");
        let each: Vec<&str> = header.split(' ').collect();
        assert_eq!(each.len(), 2);
        assert_eq!(each[0], signature_header(&[new], "id", 1, b"{}"));
        assert_eq!(each[1], signature_header(&[old], "id", 1, b"{}"));
    }

    #[test]
    fn a_secret_is_never_printed_and_its_form_is_checked() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(Secret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), Err(SecretFault::Form));
        assert_eq!(Secret::parse("whsec_AAEC"), Err(SecretFault::Length));
    }
}
