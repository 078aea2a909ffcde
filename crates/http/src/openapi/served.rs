//! Serving the document, which is built at the first request for it and never again, and a page that shows it. The page
//! asks no other host for anything.

use super::document;
use crate::request::{Context, Style};
use crate::{Shared, envelope, input, router};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use relata_model::Error;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, OnceLock};

/// The documents of all styles.
#[derive(Default)]
pub(crate) struct Documents {
    native: OnceLock<Arc<str>>,
    esb: OnceLock<Arc<str>>,
    gateway: OnceLock<Arc<str>>,
}

impl Documents {
    fn of(&self, style: Style) -> Arc<str> {
        let slot = match style {
            Style::Native | Style::Relata => &self.native,
            Style::Esb => &self.esb,
            Style::Gateway => &self.gateway,
        };
        Arc::clone(slot.get_or_init(|| document(style).to_string().into()))
    }
}

pub(crate) fn mount(router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    router.route("/api/openapi.json", get(show)).route("/api/docs", get(page)).route("/api/docs/{file}", get(page))
}

/// The parts of the page: name, type, content.
const PAGE: [(&str, &str, &str); 3] = [
    ("docs", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
    ("page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
];

/// What the page may do: use its own parts, and ask its own server.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

async fn page(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let asked = request.uri().path().rsplit('/').next().unwrap_or_default();
    let Some((_, kind, text)) = PAGE.iter().find(|(name, ..)| *name == asked) else {
        return router::unknown(State(shared), request).await;
    };
    let mut response = constant(request.headers(), kind, text);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

/// `?style=` is `native`, `gateway` or `esb`.
async fn show(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (head, _) = request.into_parts();
    let query = input::query(head.uri.query());
    let asked = query.get("style").and_then(Value::as_str).unwrap_or(Style::Native.name());
    let Some(style) = Style::DESCRIBED.into_iter().find(|style| style.name() == asked) else {
        let context = Context::new(&shared, Style::Native, "openapi", &head);
        return envelope::response(&context, &Err(Error::invalid("style").hint("style is native, gateway or esb")));
    };
    constant(&head.headers, "application/json", &shared.documents.of(style))
}

/// An answer that only another version of the program changes.
fn constant(asked: &HeaderMap, kind: &'static str, text: &str) -> Response {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let is_known = is_known(asked, &tag);
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(text.to_owned()) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// Whether the caller has what this tag stands for.
pub(crate) fn is_known(asked: &HeaderMap, tag: &str) -> bool {
    asked.get(IF_NONE_MATCH).and_then(|it| it.to_str().ok()).is_some_and(|known| known.contains(tag))
}
