//! The ways to sign in, and which of them a name and a password are for: a local user's password is compared here, all else is
//! asked of the directory, where there is one.
//!
//! Neither the answer nor the time of a failure tells which names there are: a password is always compared, the directory is
//! always asked, and what fails takes a while.

use crate::router::RELATA;
use crate::session::slowly;
use crate::{Shared, authn, provider};
use axum::http::request::Parts;
use relata_app::identity::external::{self, Directory, Provider};
use relata_app::identity::{password, session};
use relata_model::{Code, Error, Result};
use serde_json::{Value, json};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Where users sign in that are not local.
#[derive(Clone, Default)]
pub struct SignIn {
    /// Keeps passwords of users.
    pub directory: Option<Arc<dyn Directory>>,
    /// Has a page of its own to sign in on.
    pub provider: Option<Arc<dyn Provider>>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", ways(self))
    }
}

/// The ways there are, as everybody may know.
pub(crate) fn ways(sign_in: &SignIn) -> Value {
    let path = format!("{RELATA}{}", provider::PATH);
    let oidc = sign_in.provider.as_ref().map(|it| json!({"title": it.title(), "path": path}));
    json!({"password": {"local": true, "ldap": sign_in.directory.is_some()}, "oidc": oidc})
}

/// An attempt that counts until it succeeds.
pub(crate) struct Attempt<'a> {
    shared: &'a Shared,
    user: String,
    address: String,
}

impl<'a> Attempt<'a> {
    /// Counts it; 1199997 after too many.
    pub(crate) fn begin(shared: &'a Shared, head: &Parts, user: &str) -> Result<Self> {
        let address = authn::address(&shared.config.trust_headers, head).map_or(String::new(), |it| it.to_string());
        // Directories do not tell small letters from capital ones.
        let user = user.to_lowercase();
        shared.attempts.begin(&user, &address, shared.app.environment.now().as_microsecond())?;
        Ok(Self { shared, user, address })
    }

    pub(crate) fn succeeded(&self) {
        self.shared.attempts.succeeded(&self.user, &self.address);
    }
}

/// How long a failure takes at the least where a directory is asked: longer than it needs as a rule.
const FAILURE: Duration = Duration::from_millis(500);

/// Signs in by name and password; gives the user and the secret of the session. Else 1199048, for whatever reason, 1199997
/// after too many attempts, 1199046 when there is a directory that cannot be asked.
pub(crate) async fn with_password(
    shared: &Arc<Shared>,
    head: &Parts,
    user: String,
    given: String,
) -> Result<(String, String)> {
    let attempt = Attempt::begin(shared, head, &user)?;
    let begun = Instant::now();
    let outcome = check(shared, user, given).await;
    match &outcome {
        Ok(_) => attempt.succeeded(),
        Err(error) => {
            note_refusal(&attempt.user, error);
            if shared.config.sign_in.directory.is_some() {
                tokio::time::sleep_until(begun + FAILURE).await;
            }
        }
    }
    outcome
}

/// Tells the operator why somebody was not let in, which nobody else is told.
pub(crate) fn note_refusal(user: &str, error: &Error) {
    if let (Code::Unauthenticated, Some(why)) = (error.code, &error.detail) {
        tracing::info!(user, why, "a sign-in was refused");
    }
}

async fn check(shared: &Arc<Shared>, user: String, given: String) -> Result<(String, String)> {
    let known = external::known(&shared.app, &user).await?;
    let (password, kept) = (given.clone(), known.password.clone());
    if slowly(shared, move || password::is_right(&password, &kept)).await? {
        let secret = session::open(&shared.app, &user, &known.password, life(shared)?).await?;
        return Ok((user, secret));
    }
    let Some(directory) = &shared.config.sign_in.directory else { return Err(Error::new(Code::Unauthenticated)) };
    // The directory does not get to see passwords of local users. An empty password would be let in by many.
    let shown = Some(given).filter(|it| known.ask_directory && !it.is_empty());
    let person = directory.check(user, shown).await?.ok_or_else(|| Error::new(Code::Unauthenticated))?;
    let user = person.user.clone();
    Ok((user, external::open(&shared.app, person, life(shared)?).await?))
}

/// How long a session lasts.
pub(crate) fn life<T: TryFrom<Duration>>(shared: &Shared) -> Result<T> {
    shared.config.session_time.try_into().map_err(|_| Error::internal("a session is too long"))
}
