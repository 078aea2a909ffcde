//! Answers: the envelope of each style, the HTTP status of each kind of failure, and the log line of a failure.

use crate::request::{Context, Style};
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use relata_model::error::Kind;
use relata_model::{Code, Error, Result};
use serde_json::{Value, json};

/// The id of the request, in requests and answers.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Writes the answer. `outcome` holds the data as JSON text.
pub(crate) fn response(context: &Context, outcome: &Result<String>) -> Response {
    let (status, body) = match outcome {
        Ok(data) => (StatusCode::OK, write(context, 0, "success", "null", Some(data))),
        Err(error) => {
            log(context, error);
            (status(kind(error)), failure(context, error))
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    identify(context, "application/json", &mut response);
    let headers = response.headers_mut();
    if status == StatusCode::SERVICE_UNAVAILABLE {
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

/// The API answers failures of the request itself with 200 (conventions.md §3.3); the other kinds say what they are.
pub(crate) const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Input | Kind::Denied => StatusCode::OK,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::NoRoute => StatusCode::NOT_FOUND,
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

/// The names of code and message.
pub(crate) const fn names(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::Native => ("bk_error_code", "bk_error_msg"),
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
        Kind::Input
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
