//! Signatures of Standard Webhooks: a secret is `whsec_` and base64, a signature `v1,` and base64 of HMAC-SHA256 over id, time
//! and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use relata_model::{Error, Result};
use sha2::Sha256;

const PREFIX: &str = "whsec_";

/// How far the clock of a sender may be from that of a receiver, in seconds.
const SKEW: u64 = 300;

/// A secret of random bytes.
pub(crate) fn secret_of(bytes: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// Refuses a secret that cannot sign: 24 to 64 bytes in base64 after the prefix.
pub(crate) fn check(secret: &str) -> Result<()> {
    let good = key(secret).is_some_and(|key| (24..=64).contains(&key.len()));
    if good { Ok(()) } else { Err(Error::invalid("secret").hint("it is whsec_ and base64 of 24 to 64 bytes")) }
}

fn key(secret: &str) -> Option<Vec<u8>> {
    STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()
}

fn mac(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::new_from_slice(&key(secret)?).ok()?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Some(mac)
}

/// The signature of a message, as a part of the header `webhook-signature`.
pub(crate) fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> String {
    let signed = mac(secret, id, seconds, body.as_bytes());
    signed.map(|mac| format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))).unwrap_or_default()
}

/// A message as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'m> {
    /// The header `webhook-id`.
    pub id: &'m str,
    /// The header `webhook-timestamp`: seconds since 1970.
    pub timestamp: &'m str,
    /// The header `webhook-signature`: one or more, separated by spaces.
    pub signature: &'m str,
    /// As it came.
    pub body: &'m [u8],
}

impl Received<'_> {
    /// Checks a message at a time in seconds since 1970; else says what is wrong.
    pub fn verify(&self, secret: &str, now: i64) -> std::result::Result<(), &'static str> {
        let seconds: i64 = self.timestamp.parse().map_err(|_| "webhook-timestamp is no number")?;
        if now.abs_diff(seconds) > SKEW {
            return Err("webhook-timestamp is more than 5 minutes away");
        }
        let is_right = |signature: &str| {
            let given = signature.strip_prefix("v1,").and_then(|text| STANDARD.decode(text).ok());
            let mac = mac(secret, self.id, seconds, self.body);
            given.zip(mac).is_some_and(|(given, mac)| mac.verify_slice(&given).is_ok())
        };
        if self.signature.split(' ').any(is_right) { Ok(()) } else { Err("no signature is right") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification's libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &str = r#"{"test": 2432232314}"#;

    #[test]
    fn a_signature_is_that_of_the_specification() {
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(SECRET, ID, 1_614_265_330, BODY), signature);
    }

    #[test]
    fn what_was_changed_is_old_or_is_of_another_secret_is_not_verified() {
        let signature = format!("v1,AAAA v1a,{0} {0}", sign(SECRET, ID, 1000, BODY));
        let right = Received { id: ID, timestamp: "1000", signature: &signature, body: BODY.as_bytes() };
        assert_eq!(right.verify(SECRET, 1300), Ok(()));
        assert!(right.verify(SECRET, 1301).is_err());
        assert!(Received { id: "msg_other", ..right }.verify(SECRET, 1000).is_err());
        assert!(Received { body: b"{}", ..right }.verify(SECRET, 1000).is_err());
        assert!(Received { timestamp: "1001", ..right }.verify(SECRET, 1000).is_err());
        assert!(Received { timestamp: "soon", ..right }.verify(SECRET, 1000).is_err());
        assert!(right.verify(&secret_of(&[7; 32]), 1000).is_err());
    }

    #[test]
    fn secrets_have_a_form() {
        assert!(check(SECRET).is_ok());
        assert!(check(&secret_of(&[1; 32])).is_ok());
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64"] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
