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
use crate::permission::Granted;
use crate::permission::Principal;
use crate::repo;
use ipnet::IpNet;
use jiff::Timestamp;
use relata_model::filter::Filter;
use relata_model::{Code, Error, Result};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

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

/// Finds out who calls, from which address. Anything wrong is [`Code::Unauthenticated`], without a hint.
pub async fn authenticate(app: &Arc<App>, credentials: &Credentials, from: Option<IpAddr>) -> Result<Principal> {
    let fingerprint = credentials.fingerprint();
    let generation = app.logins.generation.load(Ordering::Acquire);
    if let Some(login) = app.logins.known(&fingerprint, generation) {
        return login.admit(app.environment.now(), from);
    }
    let credentials = credentials.clone();
    let login = endpoint::system_read(app, move |call| {
        let credentials = credentials.clone();
        Box::pin(async move { check(call, &credentials).await })
    })
    .await?;
    let login = Arc::new(login.ok_or_else(|| Error::new(Code::Unauthenticated))?);
    app.logins.remember(fingerprint, generation, &login);
    login.admit(app.environment.now(), from)
}

/// A caller, and when and from where the credentials let them in.
struct Login {
    principal: Principal,
    /// `None` for ever.
    until: Option<Timestamp>,
    /// Empty for everywhere.
    networks: Vec<IpNet>,
    /// Milliseconds since 1970 of the last use.
    used: AtomicI64,
}

impl Login {
    fn admit(&self, now: Timestamp, from: Option<IpAddr>) -> Result<Principal> {
        let in_time = self.until.is_none_or(|until| now < until);
        // An IPv4 peer of a socket that listens on IPv6 has an IPv4-mapped address.
        let from = from.map(|from| from.to_canonical());
        let here = self.networks.is_empty() || from.is_some_and(|it| self.networks.iter().any(|net| net.contains(&it)));
        if !in_time || !here {
            return Err(Error::new(Code::Unauthenticated));
        }
        self.used.store(now.as_millisecond(), Ordering::Relaxed);
        Ok(self.principal.clone())
    }
}

/// Who calls, or nobody.
async fn check(call: &mut Call<'_>, credentials: &Credentials) -> Result<Option<Login>> {
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
            let mut login = login(call, &user.login, code, user.admin, Some(&user)).await?;
            login.principal.scope = token.scope;
            login.principal.token = token.id;
            // What cannot be read is over, and comes from nowhere.
            let end = (!token.expires.is_empty()).then(|| token.expires.parse().unwrap_or(Timestamp::MIN));
            login.until = end;
            let networks: Option<Vec<IpNet>> = token.networks.iter().map(|it| it.parse().ok()).collect();
            let Some(networks) = networks else { return Ok(None) };
            login.networks = networks;
            Ok(Some(login))
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
            login(call, user, app.code, admin, known.as_ref()).await.map(Some)
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
            login(call, user, app.clone(), admin, known.as_ref()).await.map(Some)
        }
    }
}

/// A caller with their rights.
async fn login(call: &mut Call<'_>, name: &str, app: String, admin: bool, user: Option<&User>) -> Result<Login> {
    let rights = Arc::new(roles::rights_of(call, name, user).await?);
    let principal = Principal { user: name.to_owned(), app, admin, rights, ..Principal::default() };
    Ok(Login { principal, until: None, networks: Vec::new(), used: AtomicI64::new(0) })
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
pub(super) fn same(left: &str, right: &str) -> bool {
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
    known: RwLock<HashMap<Fingerprint, (u64, Arc<Login>)>>,
    /// When tokens were used that are not remembered any more, until that is written down.
    used: Mutex<HashMap<i64, i64>>,
}

impl Logins {
    fn known(&self, fingerprint: &Fingerprint, generation: u64) -> Option<Arc<Login>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(fingerprint).filter(|(read_at, _)| *read_at == generation).map(|(_, login)| Arc::clone(login))
    }

    fn remember(&self, fingerprint: Fingerprint, generation: u64, login: &Arc<Login>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            self.keep_uses(known.drain().map(|(_, (_, login))| login));
        }
        known.insert(fingerprint, (generation, Arc::clone(login)));
    }

    /// Users, tokens or applications may have changed.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
        let known = std::mem::take(&mut *self.known.write().unwrap_or_else(PoisonError::into_inner));
        self.keep_uses(known.into_values().map(|(_, login)| login));
    }

    fn keep_uses(&self, logins: impl Iterator<Item = Arc<Login>>) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        for login in logins {
            let time = login.used.load(Ordering::Relaxed);
            if login.principal.token == 0 || time == 0 {
                continue;
            }
            let latest = used.entry(login.principal.token).or_insert(time);
            *latest = time.max(*latest);
        }
    }

    /// The tokens that were used since this was asked last, and those that are remembered; each with the time of its last use.
    fn uses(&self) -> HashMap<i64, i64> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        self.keep_uses(known.values().map(|(_, login)| Arc::clone(login)));
        drop(known);
        std::mem::take(&mut *self.used.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How exact the time of a token's last use is, in milliseconds.
const EXACT: i64 = 3_600_000;

/// Writes down when tokens were used last, where that is an hour or more after what is written. Called now and then, and
/// never while a request waits.
pub async fn note_uses(app: &Arc<App>) -> Result<()> {
    let used = Arc::new(app.logins.uses());
    let due = endpoint::system_read(app, {
        let used = Arc::clone(&used);
        move |call| {
            let used = Arc::clone(&used);
            Box::pin(async move { Ok(outdated(call, &used).await?.len()) })
        }
    });
    if due.await? == 0 {
        return Ok(());
    }
    endpoint::system(app, move |call, ok| {
        let used = Arc::clone(&used);
        Box::pin(async move { note(call, ok, &used).await })
    })
    .await
}

/// The tokens whose last use is not written yet, with what to write.
async fn outdated(call: &mut Call<'_>, used: &HashMap<i64, i64>) -> Result<Vec<(repo::Stored<Token>, String)>> {
    let mut outdated = Vec::new();
    for token in repo::find::<Token>(call, Filter::one_of("id", used.keys().copied())).await? {
        let Some(time) = used.get(&token.entity.id).copied() else { continue };
        let written = token.entity.last_used.parse().map_or(i64::MIN, Timestamp::as_millisecond);
        if let Ok(time) = Timestamp::from_millisecond(time)
            && time.as_millisecond().saturating_sub(written) >= EXACT
        {
            outdated.push((token, time.to_string()));
        }
    }
    Ok(outdated)
}

async fn note(call: &mut Call<'_>, ok: Granted, used: &HashMap<i64, i64>) -> Result<()> {
    for (old, last_used) in outdated(call, used).await? {
        let new = Token { last_used, ..old.entity.clone() };
        super::update(call, ok, &old, &new).await?;
    }
    Ok(())
}
