//! A sign-in at a provider that is under way: what the browser that began it keeps in a cookie until it comes back.
//!
//! Nothing of it is stored here. The cookie holds no secret: what has to be kept secret or cannot be guessed is made from its
//! random id by a key that only the servers know, so any server on the same settings can go on with it.

use super::login::same;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;

/// How long somebody may take to sign in at the provider.
pub const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    id: String,
    /// Seconds since 1970.
    until: i64,
    /// The page to go back to.
    pub back: String,
}

/// What the provider is told of an attempt, and gives back.
#[derive(Clone)]
pub struct Marks {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the signed token.
    pub nonce: String,
    /// What its hash, which the browser takes along, was made of.
    pub verifier: String,
}

impl Attempt {
    /// A new one.
    pub fn begin(random: [u8; 32], now: Timestamp, back: String) -> Self {
        Self { id: URL_SAFE_NO_PAD.encode(random), until: (now + LIFE).as_second(), back }
    }

    /// Names it; random.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the browser keeps.
    pub fn cookie(&self, key: &[u8]) -> String {
        let text = format!("{}.{}.{}", self.id, self.until, URL_SAFE_NO_PAD.encode(&self.back));
        let signature = mac(key, "attempt", &text);
        format!("{text}.{signature}")
    }

    /// Reads what a browser has kept; nothing when it is not of this key, or over.
    pub fn read(key: &[u8], cookie: &str, now: Timestamp) -> Option<Self> {
        let (text, signature) = cookie.rsplit_once('.')?;
        if !same(signature, &mac(key, "attempt", text)) {
            return None;
        }
        let mut parts = text.split('.');
        let (id, until, back) = (parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?);
        let back = String::from_utf8(URL_SAFE_NO_PAD.decode(back).ok()?).ok()?;
        (now.as_second() < until).then_some(Self { id, until, back })
    }

    /// What the provider is told.
    pub fn marks(&self, key: &[u8]) -> Marks {
        let mark = |what| mac(key, what, &self.id);
        Marks { state: mark("state"), nonce: mark("nonce"), verifier: mark("verifier") }
    }
}

impl Marks {
    /// Whether the browser has come back with the state that it was sent with.
    pub fn is_state(&self, state: &str) -> bool {
        same(&self.state, state)
    }
}

/// 43 characters that need the key.
fn mac(key: &[u8], what: &str, text: &str) -> String {
    // Every length of a key is good.
    let mac =
        Hmac::<Sha256>::new_from_slice(key).map(|mac| mac.chain_update(what).chain_update(".").chain_update(text));
    mac.map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Attempt, LIFE};
    use jiff::Timestamp;

    #[test]
    fn a_cookie_is_read_with_its_key_in_its_time_and_as_it_was_written() {
        let now = Timestamp::UNIX_EPOCH;
        let attempt = Attempt::begin([7; 32], now, "/a?b=c.d".to_owned());
        let cookie = attempt.cookie(b"key");
        assert_eq!(Attempt::read(b"key", &cookie, now), Some(attempt.clone()));
        assert_eq!(Attempt::read(b"other", &cookie, now), None);
        assert_eq!(Attempt::read(b"key", &cookie, now + LIFE), None);
        for at in 0..cookie.len() {
            let mut changed = cookie.clone().into_bytes();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(Attempt::read(b"key", &String::from_utf8(changed).unwrap(), now), None, "{at}");
        }
        for nothing in ["", ".", "...", &cookie[1..]] {
            assert_eq!(Attempt::read(b"key", nothing, now), None);
        }
    }

    #[test]
    fn the_marks_differ_and_are_not_in_the_cookie() {
        let attempt = Attempt::begin([7; 32], Timestamp::UNIX_EPOCH, "/".to_owned());
        let (marks, cookie) = (attempt.marks(b"key"), attempt.cookie(b"key"));
        let all = [&marks.state, &marks.nonce, &marks.verifier];
        assert!(all.iter().all(|mark| mark.len() == 43 && !cookie.contains(mark.as_str())));
        assert!(marks.state != marks.nonce && marks.nonce != marks.verifier);
        assert!(marks.is_state(&marks.state) && !marks.is_state(&marks.nonce) && !marks.is_state(""));
        let other = Attempt::begin([8; 32], Timestamp::UNIX_EPOCH, "/".to_owned());
        assert_ne!(other.marks(b"key").state, marks.state);
    }
}
