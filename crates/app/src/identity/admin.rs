//! The administrator whom every store has from its first start.

use super::login::hash;
use super::roles::{EVERYBODY, Group};
use super::{Token, User, add_token, put, roles, secret, update};
use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo;
use relata_model::{Code, Error, Result};
use std::sync::Arc;

/// Name of the administrator.
const ADMIN: &str = "admin";
/// Least characters of a token that an operator chooses.
const SHORTEST: usize = 16;

/// Sees to it that there are the built-in roles, and an administrator `admin` who can sign in. Without one, one is created with `token`, or else
/// with a new token, which is returned. When there is one, `token` is added to its tokens unless it is known already.
/// `token` needs at least 16 characters, all visible ASCII; else 1199006.
///
/// A new token goes to `keep` before the administrator is stored: whatever happens in between, nobody is left with an
/// administrator whose token was never seen. `keep` returns the token to use: this one, or one that it has kept already.
/// Of several processes that start at once only the one that makes the administrator calls it.
pub async fn ensure_admin(
    app: &Arc<App>,
    token: Option<String>,
    keep: impl Fn(String) -> Result<String> + Send + Sync + 'static,
) -> Result<Option<String>> {
    if let Some(token) = &token
        && (token.len() < SHORTEST || !token.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        let hint = format!("it needs at least {SHORTEST} characters, all visible ASCII");
        return Err(Error::invalid("admin token").hint(hint));
    }
    // A new secret is made outside the transaction, whose work may run more than once: then it is still the one that was
    // kept.
    let fresh = secret::new(&app.environment);
    let keep: Arc<Keep> = Arc::new(keep);
    let made = endpoint::system(app, move |call, ok| {
        let (token, fresh, keep) = (token.clone(), fresh.clone(), Arc::clone(&keep));
        Box::pin(async move { ensure(call, ok, token.as_deref(), fresh, &*keep).await })
    })
    .await;
    app.logins.forget();
    made
}

/// A token that says where it comes from.
fn named(name: &str) -> Token {
    Token { name: name.to_owned(), ..Token::default() }
}

/// Takes a new token to where the operator finds it.
type Keep = dyn Fn(String) -> Result<String> + Send + Sync;

/// The new token, when one was made.
async fn ensure(
    call: &mut Call<'_>,
    ok: Granted,
    given: Option<&str>,
    fresh: String,
    keep: &Keep,
) -> Result<Option<String>> {
    let admin = User::by_key(call, ADMIN).await?;
    if let Err(error) = roles::ensure(call, ok, admin.is_some()).await {
        return Err(or_lost_race(error, Group::by_key(call, EVERYBODY).await?.is_some()));
    }
    if admin.is_none() {
        let user = User {
            login: ADMIN.to_owned(),
            name: "Administrator".to_owned(),
            admin: true,
            creator: call.user().to_owned(),
            create_time: call.now_local(),
            ..User::default()
        };
        if let Err(error) = put(call, ok, user, |user| user.revoked).await {
            return Err(or_lost_race(error, User::by_key(call, ADMIN).await?.is_some()));
        }
        // Where another process makes the administrator, too, this look waits for its end and fails if it was first. What
        // comes after it is done by one process only.
        repo::holder(call, &User::key(ADMIN)).await?;
        let made = if given.is_none() { Some(keep(fresh)?) } else { None };
        let token = given.or(made.as_deref()).unwrap_or_default();
        add_token(call, ok, ADMIN, token, named("first start")).await?;
        return Ok(made);
    }
    let Some(given) = given else { return Ok(None) };
    // A token that is known stays what it is, revoked or not.
    if repo::holder(call, &Token::key(&hash(given))).await?.is_some() {
        return Ok(None);
    }
    // Whoever sets a new token at the machine itself wants in, even if all administrators have locked themselves out.
    if let Some(old) = admin.filter(|it| it.entity.revoked || !it.entity.admin) {
        let new = User { revoked: false, admin: true, ..old.entity.clone() };
        update(call, ok, &old, &new).await?;
    }
    add_token(call, ok, ADMIN, given, named("given at the start")).await?;
    Ok(None)
}

/// Another process may have made what could not be made, since the look for it; then this one begins anew.
fn or_lost_race(error: Error, there_now: bool) -> Error {
    if there_now { Error::new(Code::Conflict) } else { error }
}
