//! Sessions: what a password opens. A session is a token of the user that ends by itself; a browser keeps it in a cookie.

use super::{Token, User, add_token, existing_user, secret, update};
use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo;
use jiff::{SignedDuration, Timestamp};
use relata_model::filter::Filter;
use relata_model::{Code, Error, Result};
use std::sync::Arc;

/// Most sessions that a user has at the same time; a further one ends the oldest.
const MOST: usize = 20;

/// Opens a session of a user whose password was right just now; returns its secret text. `kept` is what the password was
/// compared with: when it has changed since, this is 1199048.
pub async fn open(app: &Arc<App>, user: &str, kept: &str, life: SignedDuration) -> Result<String> {
    let (user, kept) = (user.to_owned(), kept.to_owned());
    let text = secret::new(&app.environment);
    let made = text.clone();
    endpoint::system_as(app, &user.clone(), move |call, ok| {
        let (user, kept, text) = (user.clone(), kept.clone(), text.clone());
        Box::pin(async move {
            let known = existing_user(call, &user).await.map_err(|_| Error::new(Code::Unauthenticated))?.entity;
            if known.password != kept {
                return Err(Error::new(Code::Unauthenticated));
            }
            begin(call, ok, &known, &text, life).await
        })
    })
    .await?;
    Ok(made)
}

/// Begins a session of a user by its secret text.
pub(super) async fn begin(
    call: &mut Call<'_>,
    ok: Granted,
    user: &User,
    text: &str,
    life: SignedDuration,
) -> Result<()> {
    clear(call, ok, user).await?;
    let end = (call.now + life).to_string();
    let session = Token { name: "session".to_owned(), expires: end, session: true, ..Token::default() };
    add_token(call, ok, &user.login, text, session).await.map(drop)
}

/// Deletes the sessions of a user that are over, and the oldest where there are too many.
async fn clear(call: &mut Call<'_>, ok: Granted, user: &User) -> Result<()> {
    let sessions = Filter::equal("user", user.login.as_str()).and(Filter::equal("session", true));
    let sessions: Vec<Token> = repo::find(call, sessions).await?.into_iter().map(|it| it.entity).collect();
    let is_over = |it: &Token| it.revoked || it.expires.parse::<Timestamp>().map_or(true, |end| end <= call.now);
    let (mut over, open): (Vec<Token>, Vec<Token>) = sessions.into_iter().partition(is_over);
    let too_many = (open.len() + 1).saturating_sub(MOST);
    over.extend(open.into_iter().take(too_many));
    repo::delete(call, ok, &over).await
}

/// Ends a session.
pub async fn close(app: &Arc<App>, text: &str) -> Result<()> {
    let text = text.to_owned();
    let outcome = endpoint::system(app, move |call, ok| {
        let text = text.clone();
        Box::pin(async move {
            let Some(old) = Token::by_key(call, &super::login::hash(&text)).await? else { return Ok(()) };
            if old.entity.revoked || !old.entity.session {
                return Ok(());
            }
            let new = Token { revoked: true, ..old.entity.clone() };
            update(call, ok, &old, &new).await
        })
    })
    .await;
    app.logins.forget();
    outcome
}
