//! Passwords of local users, as they are kept: by argon2id, with a salt.
//!
//! The functions here take long and much memory on purpose. Whoever calls them does so on a thread that may block, a few at a
//! time.

use super::login::{hex, same};
use crate::app::App;
use crate::endpoint;
use argon2::Argon2;
use relata_model::{Code, Error, Result};
use std::sync::Arc;

/// Least and most characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;

/// Names how it was derived: the algorithm and its cost (19 MiB of memory, two passes, one lane).
const KIND: &str = "argon2id:19456:2:1";

/// Bytes of the salt and of the hash.
const SALT: usize = 16;
const HASH: usize = 32;

/// 1199006 for a password that is too short to be one, or longer than anybody needs.
pub fn check(password: &str) -> Result<()> {
    let (least, most) = (LENGTH.start(), LENGTH.end());
    if LENGTH.contains(&password.chars().count()) {
        return Ok(());
    }
    Err(Error::invalid("password").hint(format!("it has {least} to {most} characters")))
}

/// What is kept of a password; `random` makes its salt. Takes long.
pub fn derive(password: &str, random: [u8; 32]) -> Result<String> {
    let salt = random.first_chunk::<SALT>().ok_or_else(|| Error::internal("no salt"))?;
    Ok(format!("{KIND}:{}:{}", hex(salt), slow_hash(password, salt)?))
}

/// Whether a password is the one of which this is kept. Takes as long when nothing is kept.
pub fn is_right(password: &str, kept: &str) -> bool {
    let parts = parts(kept);
    let salt = parts.as_ref().map_or([0; SALT], |(salt, _)| *salt);
    let computed = slow_hash(password, &salt);
    matches!((parts, computed), (Some((_, hash)), Ok(computed)) if same(hash, &computed))
}

/// Whether a text is what [`derive()`] makes.
pub(super) fn is_derived(kept: &str) -> bool {
    parts(kept).is_some_and(|(_, hash)| hash.len() == 2 * HASH && hash.bytes().all(|it| it.is_ascii_hexdigit()))
}

/// Salt and hash.
fn parts(kept: &str) -> Option<([u8; SALT], &str)> {
    let (salt, hash) = kept.strip_prefix(KIND)?.strip_prefix(':')?.split_once(':')?;
    let mut bytes = [0; SALT];
    if salt.len() != 2 * SALT {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(salt.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some((bytes, hash))
}

fn slow_hash(password: &str, salt: &[u8]) -> Result<String> {
    let mut hash = [0; HASH];
    // The library's default is what KIND says.
    Argon2::default()
        .hash_password_into(password.as_bytes(), salt, &mut hash)
        .map_err(|error| Error::internal(format!("argon2: {error}")))?;
    Ok(hex(&hash))
}

/// Changes a user's own password from what was kept to something else; ends their sessions. Refused when it was changed
/// meanwhile.
pub async fn change(app: &Arc<App>, user: &str, before: &str, after: &str) -> Result<()> {
    let (user, before, after) = (user.to_owned(), before.to_owned(), after.to_owned());
    let outcome = endpoint::system_as(app, &user.clone(), move |call, ok| {
        let (user, before, after) = (user.clone(), before.clone(), after.clone());
        Box::pin(async move {
            let known = super::existing_user(call, &user).await?.entity;
            if known.password != before {
                return Err(Error::new(Code::Unauthenticated));
            }
            super::change_password(call, ok, &user, &after).await
        })
    })
    .await;
    app.logins.forget();
    outcome
}

#[cfg(test)]
mod tests {
    use super::{KIND, check, derive, is_derived, is_right};
    use argon2::Params;

    #[test]
    fn a_password_is_right_for_what_was_kept_of_it_only() {
        let kept = derive("correct horse battery", [9; 32]).unwrap();
        assert!(is_derived(&kept) && kept.starts_with(KIND) && !kept.contains("horse"));
        assert!(is_right("correct horse battery", &kept));
        assert!(!is_right("correct horse batterz", &kept));
        assert_ne!(kept, derive("correct horse battery", [8; 32]).unwrap());
        for nothing in ["", KIND, "argon2id:8:1:1:00:00"] {
            assert!(!is_right("", nothing) && !is_derived(nothing), "{nothing}");
        }
    }

    #[test]
    fn the_cost_is_the_one_that_is_named() {
        let params = Params::default();
        assert_eq!(KIND, format!("argon2id:{}:{}:{}", params.m_cost(), params.t_cost(), params.p_cost()));
    }

    #[test]
    fn short_and_endless_passwords_are_refused() {
        assert!(check("elevenchars").is_err() && check("twelve chars").is_ok() && check(&"x".repeat(257)).is_err());
    }
}
