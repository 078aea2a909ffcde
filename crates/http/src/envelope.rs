//! Answers: the envelope of each style, the HTTP status of each kind of failure, and the log line of a failure. Relata's own
//! API has no envelope: an answer is the JSON itself, and a failure a problem (RFC 9457).

use crate::request::{Context, Style};
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use relata_app::call::Document;
use relata_model::error::Kind;
use relata_model::{Code, Error, Result};
use serde_json::{Value, json};

/// The id of the request, in requests and answers.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Writes the answer. `outcome` holds the data as JSON text.
pub(crate) fn response(context: &Context, outcome: &Result<String>) -> Response {
    let data = match outcome {
        Err(error) => return refusal(context, status(context.style, error.code), error),
        Ok(data) => data,
    };
    let own = context.style == Style::Relata;
    let body = if own { data.clone() } else { write(context, 0, "success", "null", Some(data)) };
    let mut response = Response::new(Body::from(body));
    identify(context, JSON, &mut response);
    response
}

/// Writes the answer to a request that was not carried out.
pub(crate) fn refusal(context: &Context, status: StatusCode, error: &Error) -> Response {
    log(context, error);
    let (body, content_type) = match context.style {
        Style::Relata => (problem(context, status, error), PROBLEM),
        Style::Native | Style::Esb | Style::Gateway => (failure(context, error), JSON),
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    identify(context, content_type, &mut response);
    let headers = response.headers_mut();
    if [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&status) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// An answer without an envelope, which gives one thing after the other.
pub(crate) fn feed(context: &Context, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    identify(context, content_type, &mut response);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer that is no JSON, which browsers save.
pub(crate) fn document(context: &Context, document: Document) -> Response {
    let mut response = Response::new(Body::from(document.text));
    identify(context, document.media, &mut response);
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", document.name)) {
        response.headers_mut().insert(CONTENT_DISPOSITION, name);
    }
    response
}

/// Says what an answer is, and to which request.
fn identify(context: &Context, content_type: &'static str, response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(&context.id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The kind of a failure.
pub(crate) fn kind(error: &Error) -> Kind {
    error.code.row().kind
}

const JSON: &str = "application/json";

/// The type of a failure of Relata's own API.
pub(crate) const PROBLEM: &str = "application/problem+json";

/// The v3 API answers failures of the request itself with 200 (conventions.md §3.3); the other kinds, and all failures of
/// Relata's own API, say what they are.
pub(crate) fn status(style: Style, code: Code) -> StatusCode {
    let kind = code.row().kind;
    if style != Style::Relata && (kind.is_refusal() || kind == Kind::Denied) {
        return StatusCode::OK;
    }
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::Input => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Clash => StatusCode::CONFLICT,
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::Unavailable if style == Style::Relata && code == Code::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Missing | Kind::NoRoute => StatusCode::NOT_FOUND,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Unavailable | Kind::Conflict => StatusCode::SERVICE_UNAVAILABLE,
        // Not 503, which clients take for "nothing was done, try again".
        Kind::Unsure => StatusCode::GATEWAY_TIMEOUT,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn failure(context: &Context, error: &Error) -> String {
    let message = error.message(context.lang);
    if kind(error) == Kind::Denied {
        // No `data` here.
        let none = || json!({"system_id": "bk_cmdb", "system_name": "Relata", "actions": []});
        let permission = error.permission.as_ref().map_or_else(none, |it| Value::clone(it)).to_string();
        return write(context, Code::NoPermission.row().number, &message, &permission, None);
    }
    write(context, error.code.row().number, &message, "null", Some("null"))
}

/// A failure of Relata's own API.
fn problem(context: &Context, status: StatusCode, error: &Error) -> String {
    let code = if kind(error) == Kind::Denied { Code::NoPermission } else { error.code };
    let number = code.row().number;
    let mut problem = json!({
        "type": format!("urn:relata:error:{number}"),
        "title": title(code),
        "status": status.as_u16(),
        "detail": error.message(context.lang),
        "instance": context.id,
        "code": number,
    });
    let parameter = error.parameter().map(|name| ("parameter", Value::from(name)));
    let permission = error.permission.as_ref().map(|it| ("permission", Value::clone(it)));
    if let Value::Object(members) = &mut problem {
        members.extend(parameter.into_iter().chain(permission).map(|(name, value)| (name.to_owned(), value)));
    }
    problem.to_string()
}

/// The name of a code in words: the same in every language.
pub(crate) fn title(code: Code) -> String {
    let mut title = String::new();
    for character in format!("{code:?}").chars() {
        if character.is_ascii_uppercase() && !title.is_empty() {
            title.push(' ');
            title.push(character.to_ascii_lowercase());
        } else {
            title.push(character);
        }
    }
    title
}

/// The names of code and message.
pub(crate) const fn names(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::Native | Style::Relata => ("bk_error_code", "bk_error_msg"),
        Style::Esb | Style::Gateway => ("code", "message"),
    }
}

/// `permission` and `data` are JSON texts, copied as they are.
fn write(context: &Context, code: i64, message: &str, permission: &str, data: Option<&str>) -> String {
    let (code_name, message_name) = names(context.style);
    let mut text = String::with_capacity(data.map_or(0, str::len) + message.len() + 160);
    text.push_str(if code == 0 { "{\"result\":true" } else { "{\"result\":false" });
    member(&mut text, code_name, &code.to_string());
    member(&mut text, message_name, &quoted(message));
    member(&mut text, "permission", permission);
    if context.style != Style::Native {
        member(&mut text, "request_id", &quoted(&context.id));
    }
    if let Some(data) = data {
        member(&mut text, "data", data);
    }
    text.push('}');
    text
}

fn member(text: &mut String, name: &str, value: &str) {
    for part in [",\"", name, "\":", value] {
        text.push_str(part);
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What the caller is not told goes to the log, with the id that the caller is told.
fn log(context: &Context, error: &Error) {
    let (request, endpoint, code) = (&context.id, context.endpoint, error.code.row().number);
    let detail = error.detail.as_deref().unwrap_or_default();
    match kind(error) {
        Kind::Internal => {
            let message = error.message(relata_model::Lang::En);
            tracing::error!(%request, endpoint, code, detail, "{message}");
        }
        Kind::Unavailable | Kind::Unsure | Kind::Conflict if !detail.is_empty() => {
            tracing::warn!(%request, endpoint, code, detail, "turned away");
        }
        Kind::Malformed
        | Kind::Input
        | Kind::Missing
        | Kind::Clash
        | Kind::Denied
        | Kind::Unauthenticated
        | Kind::NoRoute
        | Kind::TooLarge
        | Kind::Unavailable
        | Kind::Unsure
        | Kind::Conflict => {
            tracing::debug!(%request, endpoint, code, detail, "refused");
        }
    }
}
