//! The web UI: files that `web/` builds into `ui-dist`, which the program carries. They are asked for by everybody, before
//! they sign in, and say nothing of the data. Without a build there is a notice in their place.
//!
//! A page of the UI has a path of its own (`/i/switch/7`), for which there is no file: whoever wants HTML and does not
//! ask for the API gets the one HTML file, whose script reads the path.

use crate::openapi::is_known;
use crate::{Shared, router};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::fmt::Write as _;
use std::sync::Arc;

/// What the build of `web/` has left; read from the folder as it is in a debug build.
#[derive(RustEmbed)]
#[folder = "ui-dist"]
struct Files;

/// The page for those who have no build of the UI.
const NOTICE: &str = include_str!("ui/notice.html");

/// The one page of the UI.
const INDEX: &str = "index.html";

/// What says in it that everything is at the root of the server.
const ROOT: &str = "<base href=\"/\" />";

/// Files below it have a hash of their content in their name.
const HASHED: &str = "assets/";

/// What pages of the UI may do: use what comes from this server, and be shown in frames of it only. Components set styles.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
    base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/// What is never a page of the UI.
const OTHERS: [&str; 6] = ["/api", "/metrics", "/healthz", "/readyz", "/version", "/mcp"];

/// Encodings that the build has made beside a file: name, and how its file's name ends. The better one first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Answers what no route does: with the UI, or that there is nothing.
pub(crate) async fn fallback(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let base = &shared.config.base_path;
    match show(request.method(), request.uri().path(), request.headers(), base, Files::get) {
        Some(response) => response,
        None => router::unknown(State(shared), request).await,
    }
}

fn show(
    method: &Method,
    path: &str,
    asked: &HeaderMap,
    base: &str,
    get: impl Fn(&str) -> Option<EmbeddedFile>,
) -> Option<Response> {
    let is_other =
        OTHERS.iter().any(|it| path.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if !(method == Method::GET || method == Method::HEAD) || is_other {
        return None;
    }
    let name = path.trim_start_matches('/');
    // What is beside a file is given with its name only.
    let is_file = !name.is_empty() && !name.starts_with('.') && !ENCODINGS.iter().any(|(_, end)| name.ends_with(end));
    if let Some(file) = is_file.then(|| get(name)).flatten() {
        return Some(answer(name, file, asked, &get));
    }
    let accept = asked.get(ACCEPT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    if !accept.contains("text/html") || name.starts_with(HASHED) {
        return None;
    }
    Some(match get(INDEX) {
        Some(file) if base.is_empty() => answer(INDEX, file, asked, &get),
        Some(file) => index_below(base, &file),
        None => page(HeaderValue::from_static("text/html; charset=utf-8"), Body::from(NOTICE)),
    })
}

/// The one page of the UI for browsers that have a base path before every other. It is small, and sent as it is.
fn index_below(base: &str, file: &EmbeddedFile) -> Response {
    let text = String::from_utf8_lossy(&file.data).replacen(ROOT, &format!("<base href=\"{base}/\" />"), 1);
    page(HeaderValue::from_static("text/html; charset=utf-8"), Body::from(text))
}

fn answer(name: &str, file: EmbeddedFile, asked: &HeaderMap, get: impl Fn(&str) -> Option<EmbeddedFile>) -> Response {
    let accepted = asked.get(ACCEPT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let is_accepted = |encoding: &str| {
        let mut offers = accepted.split(',').map(|it| it.split_once(';').unwrap_or((it, "")));
        offers.any(|(name, quality)| name.trim() == encoding && !matches!(quality.trim(), "q=0" | "q=0.0"))
    };
    let mut encoded = ENCODINGS.into_iter().filter(|(encoding, _)| is_accepted(encoding));
    let found = encoded.find_map(|(encoding, end)| Some((encoding, get(&format!("{name}{end}"))?)));
    let (encoding, file) = found.map_or((None, file), |(encoding, file)| (Some(encoding), file));
    let tag = tag(&file);
    let known = is_known(asked, &tag);
    let body = if known { Body::empty() } else { Body::from(file.data.into_owned()) };
    let mut response = page(HeaderValue::from_static(content_type(name)), body);
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    if name.starts_with(HASHED) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// By its content, so encodings of a file have tags of their own.
fn tag(file: &EmbeddedFile) -> String {
    let mut tag = String::from("\"");
    for byte in file.metadata.sha256_hash().iter().take(8) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag + "\""
}

fn page(kind: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    let fixed: [(HeaderName, &str); 4] = [
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
    ];
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
