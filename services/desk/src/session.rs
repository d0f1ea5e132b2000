//! The page's session: a token in a cookie, and the proof that a form is ours.
//!
//! Until accounts come a person enters a token once; the browser keeps it in a cookie that scripts cannot
//! read and other sites cannot send. Every form carries a proof made from that token, so a page of another
//! site, which cannot read ours, cannot make one. Pure.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The cookie's name. It cannot be a `__Host-` cookie: the page is served on loopback without TLS.
pub const COOKIE: &str = "xiaohao_token";

/// How long a browser keeps it, seconds: one shift.
const COOKIE_AGE_S: u32 = 12 * 3_600;

/// The token in a `Cookie` header.
pub fn token_in(cookies: &str) -> Option<&str> {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    let mut ours = pairs.filter(|(name, _)| *name == COOKIE);
    let (_, token) = ours.next()?;
    // Two cookies of one name: somebody else set one of them. Neither is believed.
    if ours.next().is_some() || token.is_empty() { None } else { Some(token) }
}

/// The `Set-Cookie` that keeps a token; nothing when the token cannot stand in one.
pub fn keep(token: &str) -> Option<String> {
    let plain = token.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\'));
    plain.then(|| format!("{COOKIE}={token}; Path=/; Max-Age={COOKIE_AGE_S}; HttpOnly; SameSite=Strict"))
}

/// The `Set-Cookie` that forgets it.
pub fn forget() -> String {
    format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict")
}

/// The proof that a form was made for this token's page.
pub fn proof(token: &str) -> String {
    hex::encode(mac(token).finalize().into_bytes())
}

/// Whether a form's proof is this token's; takes the same time for every wrong one.
pub fn is_proof(token: &str, proof: &str) -> bool {
    hex::decode(proof).is_ok_and(|bytes| mac(token).verify_slice(&bytes).is_ok())
}

fn mac(token: &str) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("HMAC takes a key of any length");
    mac.chain_update(b"xiaohao desk form 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_read_from_among_other_cookies() {
        assert_eq!(token_in("a=b; xiaohao_token=t-1; c=d"), Some("t-1"));
        assert_eq!(token_in("xiaohao_token="), None);
        assert_eq!(token_in("a=b"), None);
        assert_eq!(token_in("xiaohao_token=t-1; xiaohao_token=t-2"), None);
        assert_eq!(token_in("xxiaohao_token=t-1"), None);
    }

    #[test]
    fn a_proof_holds_for_its_own_token_only() {
        assert!(is_proof("t-1", &proof("t-1")));
        assert!(!is_proof("t-2", &proof("t-1")));
        assert!(!is_proof("t-1", ""));
        assert!(!is_proof("t-1", "zz"));
        assert!(!is_proof("t-1", &proof("t-1")[..32]));
    }

    #[test]
    fn the_cookie_is_kept_from_scripts_and_other_sites_and_cannot_be_broken_out_of() {
        let cookie = keep("t-1").unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        for bad in ["a;b", "a b", "a\r\nSet-Cookie: x=y", "a,b", "令牌"] {
            assert_eq!(keep(bad), None, "{bad:?}");
        }
    }
}
