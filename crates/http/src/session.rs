//! Signing in with a password, for browsers: `POST /api/relata/v1/login` opens a session and puts it into a cookie,
//! `POST /logout` ends it, `GET /session` says who is signed in, `POST /session/password` changes the own password, `GET /login`
//! says which ways there are to sign in.
//!
//! These are no rows: they are about cookies, and a password takes longer to check than a transaction may. Whatever is wrong
//! with a login, the answer and the work are the same.

use crate::request::{Context, Style};
use crate::router::{RELATA, finish};
use crate::{Shared, authn, input, limits, sign_in};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use relata_app::Principal;
use relata_app::identity::{Credentials, authenticate, external, password, session};
use relata_model::{Code, Error, Map, Result};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Instant;

/// Most bytes of a body here.
const BODY: usize = 4096;

pub(crate) fn mount(router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    router
        .route(&format!("{RELATA}/login"), get(ways).post(login))
        .route(&format!("{RELATA}/logout"), post(logout))
        .route(&format!("{RELATA}/session"), get(who))
        .route(&format!("{RELATA}/session/password"), post(change_password))
}

/// An answer, the cookies that it sets, and where it sends the browser.
pub(crate) struct Answer {
    pub(crate) data: Value,
    pub(crate) cookies: Vec<String>,
    pub(crate) to: Option<String>,
}

impl From<Value> for Answer {
    fn from(data: Value) -> Self {
        Self { data, cookies: Vec::new(), to: None }
    }
}

pub(crate) async fn answer(
    shared: Arc<Shared>,
    name: &'static str,
    request: Request,
    work: impl AsyncFnOnce(&Arc<Shared>, &Parts, Body) -> Result<Answer>,
) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let context = Context::new(&shared, Style::Relata, name, &head);
    let outcome = tokio::time::timeout(shared.config.request_time, work(&shared, &head, body)).await;
    let outcome = outcome.unwrap_or_else(|_| Err(Error::new(Code::RateLimited)));
    let text = outcome.as_ref().map(|it| it.data.to_string()).map_err(Clone::clone);
    let mut response = finish(&shared, &context, started, &text);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let Ok(Answer { cookies, to, .. }) = outcome else { return response };
    for cookie in cookies.iter().filter_map(|it| HeaderValue::from_str(it).ok()) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    if let Some(Ok(to)) = to.map(|to| HeaderValue::from_str(&to)) {
        response.headers_mut().insert(LOCATION, to);
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    response
}

/// The cookie of a session with this secret; an empty one to forget it.
pub(crate) fn session_cookie(shared: &Shared, headers: &HeaderMap, secret: &str) -> String {
    let age = if secret.is_empty() { 0 } else { shared.config.session_time.as_secs() };
    cookie(headers, authn::cookie_name(headers), secret, age)
}

/// A cookie that no script reads; on the machine itself without TLS.
pub(crate) fn cookie(headers: &HeaderMap, name: &str, value: &str, seconds: u64) -> String {
    let secure = if authn::is_loopback(headers) { "" } else { "; Secure" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Does slow work on a thread that may block; only so much of it at the same time.
pub(crate) async fn slowly<T: Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let place = Arc::clone(&shared.slow).acquire_owned().await.map_err(|error| Error::internal(error.to_string()))?;
    let done = tokio::task::spawn_blocking(move || {
        let outcome = work();
        drop(place);
        outcome
    });
    done.await.map_err(|error| Error::internal(format!("the work failed: {error}")))
}

/// The members of a small body that has to be JSON, and a place to be held until they are answered.
async fn members(shared: &Shared, body: Body) -> Result<(Map, limits::Place)> {
    let place = shared.limits.show_body()?;
    Ok((input::body(&limits::read(body, BODY).await?)?, place))
}

fn text(members: &Map, name: &str) -> String {
    members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

async fn login(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    answer(shared, "login", request, async |shared, head, body| {
        authn::check_own_page(head)?;
        let (members, _place) = members(shared, body).await?;
        let (user, given) = (text(&members, "user"), text(&members, "password"));
        let (user, secret) = sign_in::with_password(shared, head, user, given).await?;
        // The one before, if any, is of no use any more.
        if let Some(before) = authn::session(&head.headers) {
            session::close(&shared.app, before).await?;
        }
        let kept = session_cookie(shared, &head.headers, &secret);
        Ok(Answer { cookies: vec![kept], ..json!({"user": user}).into() })
    })
    .await
}

/// What is kept of a local user's password, when the given one is right. Else 1199048, for whatever reason; 1199997 after too
/// many attempts.
async fn check_password(shared: &Arc<Shared>, head: &Parts, user: &str, given: String) -> Result<String> {
    let attempt = sign_in::Attempt::begin(shared, head, user)?;
    let kept = external::known(&shared.app, user).await?.password;
    let compared = kept.clone();
    if !slowly(shared, move || password::is_right(&given, &compared)).await? {
        return Err(Error::new(Code::Unauthenticated));
    }
    attempt.succeeded();
    Ok(kept)
}

async fn ways(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    answer(shared, "login", request, async |shared, _, _| Ok(sign_in::ways(&shared.config.sign_in).into())).await
}

async fn logout(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    answer(shared, "logout", request, async |shared, head, _| {
        authn::check_own_page(head)?;
        // What is no session needs no end.
        if let (Some(secret), Ok(_)) = (authn::session(&head.headers), signed_in(shared, head).await) {
            session::close(&shared.app, secret).await?;
        }
        Ok(Answer { cookies: vec![session_cookie(shared, &head.headers, "")], ..Value::Null.into() })
    })
    .await
}

/// Who is signed in by the cookie of this request.
async fn signed_in(shared: &Arc<Shared>, head: &Parts) -> Result<Principal> {
    authn::check_own_page(head)?;
    let token = authn::session(&head.headers).ok_or_else(|| Error::new(Code::Unauthenticated))?.to_owned();
    let from = authn::address(&shared.config.trust_headers, head);
    let _place = shared.limits.show_headers()?;
    authenticate(&shared.app, &Credentials::Token { token, app: None }, from).await
}

async fn who(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    answer(shared, "session", request, async |shared, head, _| {
        let principal = signed_in(shared, head).await?;
        Ok(json!({"user": principal.user, "admin": principal.admin}).into())
    })
    .await
}

async fn change_password(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    answer(shared, "change_password", request, async |shared, head, body| {
        let principal = signed_in(shared, head).await?;
        let (members, _place) = members(shared, body).await?;
        let kept = check_password(shared, head, &principal.user, text(&members, "old")).await?;
        let new = text(&members, "new");
        password::check(&new)?;
        let random = shared.app.environment.random();
        let hash = slowly(shared, move || password::derive(&new, random)).await??;
        password::change(&shared.app, &principal.user, &kept, &hash).await?;
        Ok(Answer { cookies: vec![session_cookie(shared, &head.headers, "")], ..Value::Null.into() })
    })
    .await
}
