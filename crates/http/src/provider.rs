//! Signing in at a provider of single sign-on, for browsers: `GET /api/relata/v1/login/oidc?return=/PAGE` sends them there, and
//! `GET /login/oidc/callback` is where they come back to. A session is opened as after a password.

use crate::router::RELATA;
use crate::session::{Answer, answer, cookie, session_cookie};
use crate::sign_in::life;
use crate::{Shared, authn, sign_in};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, SET_COOKIE};
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;
use relata_app::identity::attempt::{self, Attempt};
use relata_app::identity::external::{self, Person, Provider};
use relata_app::identity::session;
use relata_model::{Code, Error, Result};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Below Relata's own API.
pub(crate) const PATH: &str = "/login/oidc";

pub(crate) fn mount(router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    router.route(&format!("{RELATA}{PATH}"), get(leave)).route(&format!("{RELATA}{PATH}/callback"), get(come_back))
}

fn provider(shared: &Shared) -> Result<&Arc<dyn Provider>> {
    let missing = || Error::new(Code::NoRoute).arg(format!("{RELATA}{PATH}")).hint("the settings name no provider");
    shared.config.sign_in.provider.as_ref().ok_or_else(missing)
}

/// Sends the browser to the provider.
async fn leave(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let wants = wants_page(&request);
    let answer = answer(shared, "login_oidc", request, async |shared, head, _| {
        let provider = provider(shared)?;
        let environment = &shared.app.environment;
        let back = query(head).remove("return").unwrap_or_default();
        let attempt = Attempt::begin(environment.random(), environment.now(), own_page(back));
        // Counted until the provider answers: whoever waits for one that does not holds a place.
        let counted = sign_in::Attempt::begin(shared, head, attempt.id())?;
        let _place = shared.limits.show_headers()?;
        let to = provider.address(attempt.marks(provider.key())).await?;
        counted.succeeded();
        let life = attempt::LIFE.unsigned_abs().as_secs();
        let headers = &head.headers;
        let kept = cookie(headers, cookie_name(headers), &attempt.cookie(provider.key()), life);
        Ok(Answer { data: Value::Null, cookies: vec![kept], to: Some(to) })
    })
    .await;
    shown(answer, wants).await
}

/// Lets in whoever the provider says has come back.
async fn come_back(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let wants = wants_page(&request);
    let name = cookie_name(request.headers());
    // An attempt is over, however it ends.
    let forget = cookie(request.headers(), name, "", 0);
    let mut answer = answer(shared, "login_oidc_callback", request, async |shared, head, _| {
        admit(shared, head).await.inspect_err(|error| sign_in::note_refusal("", error))
    })
    .await;
    if let Ok(forget) = HeaderValue::from_str(&forget) {
        answer.headers_mut().append(SET_COOKIE, forget);
    }
    shown(answer, wants).await
}

async fn admit(shared: &Arc<Shared>, head: &Parts) -> Result<Answer> {
    let provider = provider(shared)?;
    let kept = authn::cookie(&head.headers, cookie_name(&head.headers)).unwrap_or_default();
    let attempt = Attempt::read(provider.key(), kept, shared.app.environment.now());
    let attempt = attempt.ok_or_else(|| refused("it took too long, or has begun in another browser; begin again"))?;
    let counted = sign_in::Attempt::begin(shared, head, attempt.id())?;
    let person = person(shared, provider, head, &attempt).await?;
    let secret = external::open(&shared.app, person, life(shared)?).await.map_err(|error| {
        let is_refusal = error.code == Code::Unauthenticated;
        if is_refusal { error.hint("you are signed in at the provider, but may not come in here") } else { error }
    })?;
    counted.succeeded();
    if let Some(before) = authn::session(&head.headers) {
        session::close(&shared.app, before).await?;
    }
    let kept = session_cookie(shared, &head.headers, &secret);
    Ok(Answer { data: Value::Null, cookies: vec![kept], to: Some(attempt.back) })
}

/// Whom the provider says that the browser has come back with.
async fn person(shared: &Shared, provider: &Arc<dyn Provider>, head: &Parts, attempt: &Attempt) -> Result<Person> {
    let marks = attempt.marks(provider.key());
    let mut query = query(head);
    if !marks.is_state(query.get("state").map_or("", String::as_str)) {
        return Err(refused("the answer of the provider is for another attempt; begin again"));
    }
    if let Some(error) = query.get("error") {
        // The provider's words are for the log: whoever makes a link chooses them.
        return Err(refused("the provider has let nobody in").detail(format!("the provider answers {error:?}")));
    }
    let code = query.remove("code").ok_or_else(|| refused("the answer of the provider lacks a code"))?;
    let _place = shared.limits.show_headers()?;
    provider.person(code, query.remove("iss"), marks).await
}

fn refused(why: &str) -> Error {
    Error::new(Code::Unauthenticated).hint(why)
}

fn query(head: &Parts) -> HashMap<String, String> {
    form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

/// Longest address of a page to go back to.
const LONGEST: usize = 512;

/// A page of this server, or its first one. Browsers take a second slash, also one that leans back, for another host.
fn own_page(path: String) -> String {
    let is_own = path.starts_with('/') && !path.starts_with("//") && path.len() <= LONGEST;
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own && is_plain { path } else { "/".to_owned() }
}

/// The cookie of an attempt; as for that of a session, TLS is part of its name.
fn cookie_name(headers: &HeaderMap) -> &'static str {
    if authn::is_loopback(headers) { "relata-oidc" } else { "__Host-relata-oidc" }
}

fn wants_page(request: &Request) -> bool {
    request.headers().get(ACCEPT).and_then(|it| it.to_str().ok()).is_some_and(|it| it.contains("text/html"))
}

/// Most bytes of an answer that is shown as a page.
const ANSWER: usize = 65_536;

/// A failure as a page for people, who see this in the place of a page of the server.
async fn shown(answer: Response, wants_page: bool) -> Response {
    if !wants_page || answer.status().is_redirection() {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let body = to_bytes(body, ANSWER).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let message = escaped(body.get("detail").and_then(Value::as_str).unwrap_or_default());
    let id = head.headers.get("x-request-id").and_then(|id| id.to_str().ok()).map(escaped).unwrap_or_default();
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Not signed in</title><h1>Not signed in</h1><p>{message}</p>\
         <p>Request {id}</p><p><a href=\"/\">Back</a></p></html>"
    );
    head.headers.remove(CONTENT_LENGTH);
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    head.headers
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"));
    Response::from_parts(head, Body::from(page))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn only_pages_of_this_server_are_gone_back_to() {
        for own in ["/", "/models?x=1&y=//z#a"] {
            assert_eq!(own_page(own.to_owned()), own);
        }
        for other in
            ["", "models", "//evil.example", "/\\evil.example", "https://evil.example/", "/a\r\nb", "/a b", "\\/x"]
        {
            assert_eq!(own_page(other.to_owned()), "/", "{other}");
        }
        assert_eq!(own_page("/".repeat(2)), "/");
        assert_eq!(own_page(format!("/{}", "x".repeat(512))), "/");
    }
}
