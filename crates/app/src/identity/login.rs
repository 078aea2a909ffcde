//! From credentials to a caller. Whatever is wrong with credentials, the answer is the same, so that nobody learns which
//! part was right.
//!
//! What was found right is remembered, with the rights that it gives, until users, tokens, applications or roles change, so that a request costs one hash and no
//! read of the store. [`crate::endpoint::run`] says when they have changed: every call that needs an administrator and
//! writes. Where other processes write to the store, too, [`crate::follower`] says it.

use super::{ANYBODY, Application, Token, User, check_word, roles};
use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Principal;
use relata_model::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// An application and the secret that proves it.
#[derive(Clone)]
pub struct AppSecret {
    /// `bk_app_code`.
    pub code: String,
    /// `bk_app_secret`.
    pub secret: String,
}

/// What a caller shows.
#[derive(Clone)]
pub enum Credentials {
    /// A user's token, which decides who calls. An application that comes with it has to be right, too.
    Token {
        /// The token's text.
        token: String,
        /// The application that the user works with.
        app: Option<AppSecret>,
    },
    /// An application that acts for a user.
    App {
        /// The application.
        app: AppSecret,
        /// The user, whom the application must be allowed to act for.
        user: String,
    },
    /// A gateway that the operator trusts names the user and the application; there is nothing to prove.
    Vouched {
        /// The user, who need not be known here.
        user: String,
        /// The application, or empty.
        app: String,
    },
}

/// Finds out who calls. Anything wrong is [`Code::Unauthenticated`], without a hint.
pub async fn authenticate(app: &Arc<App>, credentials: &Credentials) -> Result<Principal> {
    let fingerprint = credentials.fingerprint();
    let generation = app.logins.generation.load(Ordering::Acquire);
    if let Some(principal) = app.logins.known(&fingerprint, generation) {
        return Ok(principal);
    }
    let credentials = credentials.clone();
    let principal = endpoint::system_read(app, move |call| {
        let credentials = credentials.clone();
        Box::pin(async move { check(call, &credentials).await })
    })
    .await?;
    let principal = principal.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    app.logins.remember(fingerprint, generation, &principal);
    Ok(principal)
}

/// Who calls, or nobody.
async fn check(call: &mut Call<'_>, credentials: &Credentials) -> Result<Option<Principal>> {
    match credentials {
        Credentials::Token { token, app } => {
            let token = Token::by_key(call, &hash(token)).await?.map(|it| it.entity);
            let Some(token) = token.filter(|it| !it.revoked) else { return Ok(None) };
            let Some(user) = User::by_key(call, &token.user).await?.map(|it| it.entity).filter(|it| !it.revoked) else {
                return Ok(None);
            };
            let code = match app {
                None => String::new(),
                Some(app) => match proven(call, app).await? {
                    Some(app) => app.code,
                    None => return Ok(None),
                },
            };
            principal(call, &user.login, code, user.admin, Some(&user)).await.map(Some)
        }
        Credentials::App { app, user } => {
            let Some(app) = proven(call, app).await? else { return Ok(None) };
            let named = app.may_act_for.contains(user);
            let anybody = app.may_act_for.iter().any(|it| it == ANYBODY);
            if !is_name(user) || !(named || anybody) {
                return Ok(None);
            }
            let known = User::by_key(call, user).await?.map(|it| it.entity);
            if known.as_ref().map_or(!anybody, |it| it.revoked) {
                return Ok(None);
            }
            // Acting for everybody is not enough to administrate: the administrator has to be named.
            let admin = named && known.as_ref().is_some_and(|it| it.admin);
            principal(call, user, app.code, admin, known.as_ref()).await.map(Some)
        }
        Credentials::Vouched { user, app } => {
            if !is_name(user) {
                return Ok(None);
            }
            let known = User::by_key(call, user).await?.map(|it| it.entity);
            if known.as_ref().is_some_and(|it| it.revoked) {
                return Ok(None);
            }
            let admin = known.as_ref().is_some_and(|it| it.admin);
            principal(call, user, app.clone(), admin, known.as_ref()).await.map(Some)
        }
    }
}

/// A caller with their rights.
async fn principal(
    call: &mut Call<'_>,
    login: &str,
    app: String,
    admin: bool,
    user: Option<&User>,
) -> Result<Principal> {
    let rights = Arc::new(roles::rights_of(call, login, user).await?);
    Ok(Principal { user: login.to_owned(), app, admin, rights, ..Principal::default() })
}

/// Whether a user may be named so. One who is only vouched for was never created, so nothing has checked the name before,
/// which every change record repeats.
fn is_name(user: &str) -> bool {
    check_word("bk_username", user).is_ok()
}

/// The application, when the secret is its own.
async fn proven(call: &mut Call<'_>, app: &AppSecret) -> Result<Option<Application>> {
    let found = Application::by_key(call, &app.code).await?.map(|it| it.entity);
    let hash = hash(&app.secret);
    Ok(found.filter(|it| !it.revoked && same(&it.hash, &hash)))
}

/// Compares in a time that does not tell how much is equal.
fn same(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).fold(0, |differ, (l, r)| differ | (l ^ r)) == 0
}

/// The stored form of a secret. Fast on purpose: secrets are random and too long to be guessed.
pub(super) fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

type Fingerprint = [u8; 32];

impl Credentials {
    /// Names these credentials without holding a secret.
    fn fingerprint(&self) -> Fingerprint {
        let mut hasher = Sha256::new();
        let mut add = |part: &str| {
            hasher.update(part.len().to_be_bytes());
            hasher.update(part);
        };
        match self {
            Self::Token { token, app: None } => ["token", token].into_iter().for_each(&mut add),
            Self::Token { token, app: Some(app) } => {
                ["token", token, &app.code, &app.secret].into_iter().for_each(&mut add);
            }
            Self::App { app, user } => ["app", &app.code, &app.secret, user].into_iter().for_each(&mut add),
            Self::Vouched { user, app } => ["vouched", user, app].into_iter().for_each(&mut add),
        }
        hasher.finalize().into()
    }
}

/// Most credentials that are remembered; beyond that they are forgotten, all at once.
const REMEMBERED: usize = 10_000;

/// Credentials that were found right since the last change of what they depend on.
#[derive(Default)]
pub(crate) struct Logins {
    /// Moves with every change. What was read before a move does not count after it.
    generation: AtomicU64,
    known: RwLock<HashMap<Fingerprint, (u64, Principal)>>,
}

impl Logins {
    fn known(&self, fingerprint: &Fingerprint, generation: u64) -> Option<Principal> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(fingerprint).filter(|(read_at, _)| *read_at == generation).map(|(_, principal)| principal.clone())
    }

    fn remember(&self, fingerprint: Fingerprint, generation: u64, principal: &Principal) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(fingerprint, (generation, principal.clone()));
    }

    /// Users, tokens or applications may have changed.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
