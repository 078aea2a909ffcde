//! The adapter over the reference store: what callers see in each URL style.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "what a test does not expect ends it")]

mod accounts;
mod bodies;
mod callers;
mod documents;
mod following;
mod fuzz;
mod jobs;
mod limited;
mod lines;
mod sessions;
mod sockets;
mod styles;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use relata_app::{App, identity};
use relata_http::{HttpConfig, router};
use relata_testkit::Harness;
use relata_testkit::app::Still;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceExt;

const ADMIN_TOKEN: &str = "token-of-the-administrator";
const ESB: &str = "/api/c/compapi/v2/cc";
const NATIVE: &str = "/api/v3";
const GATEWAY: &str = "/api/bk-cmdb/prod/api/v3";
const RELATA: &str = "/api/relata/v1";

/// The adapter over an application at its first start.
struct Server {
    app: Arc<App>,
    router: Router,
    clock: Arc<Still>,
}

/// A request that is being put together.
struct Call<'s> {
    server: &'s Server,
    request: axum::http::request::Builder,
    peer: Option<SocketAddr>,
    body: Body,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Server {
    async fn new() -> Self {
        Self::with(HttpConfig::default()).await
    }

    async fn with(config: HttpConfig) -> Self {
        let harness = Harness::new().await;
        identity::ensure_admin(&harness.app, Some(ADMIN_TOKEN.to_owned()), Ok).await.unwrap();
        // Who may do what is tested where it is decided.
        harness.ok("relata_give_role", json!({"role": "editor", "group": "everybody"})).await;
        Self { clock: harness.clock, app: Arc::clone(&harness.app), router: router(harness.app, config) }
    }

    fn call(&self, method: Method, path: &str) -> Call<'_> {
        // English texts unless a test asks for others.
        let request = Request::builder().method(method).uri(path).header("X-Bkcmdb-Language", "en");
        Call { server: self, request: request.header("X-Request-ID", "r1"), peer: None, body: Body::empty() }
    }

    fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// Calls Relata's own API as the administrator; has to succeed.
    async fn administrate(&self, what: &str, body: Value) -> Value {
        let answer = self.post(&format!("{RELATA}/{what}")).bearer(ADMIN_TOKEN).json(&body).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }

    async fn token_of(&self, user: &str) -> String {
        self.administrate("users/create", json!({"user": user})).await;
        let made = self.administrate("tokens/create", json!({"user": user, "name": "test"})).await;
        made["token"].as_str().unwrap().to_owned()
    }
}

impl Call<'_> {
    fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string())
    }

    fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Body::from(body.into());
        self
    }

    fn from(mut self, peer: &str) -> Self {
        self.peer = Some(format!("{peer}:1234").parse().unwrap());
        self
    }

    async fn send(self) -> Answer {
        let mut request = self.request.body(self.body).unwrap();
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let response = self.server.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A failure of Relata's own API.
    fn is_problem(&self) -> bool {
        self.headers["content-type"] == "application/problem+json"
    }

    /// The code, in whichever style.
    fn code(&self) -> i64 {
        let answer = self.json();
        answer.get("bk_error_code").or(answer.get("code")).map_or(0, |code| code.as_i64().unwrap())
    }

    fn message(&self) -> String {
        let answer = self.json();
        let message = ["bk_error_msg", "message", "detail"].into_iter().find_map(|name| answer.get(name)?.as_str());
        message.unwrap().to_owned()
    }
}
