//! The HTTP adapter: it mounts every endpoint row under every URL style, turns a request into one JSON object, finds out
//! who calls, lets [`relata_app::run`] do the work and writes the answer in the envelope of the style.
//!
//! Knows no domain: what an endpoint means is written in its row. Knows no engine: figures and readiness come through the
//! application.

mod authn;
mod connections;
mod envelope;
mod follow;
mod health;
mod input;
mod limits;
mod lines;
mod metrics;
mod openapi;
mod pages;
mod provider;
mod request;
mod router;
mod session;
mod sign_in;
mod throttle;
mod ui;
mod uploads;

use axum::Router;
pub use connections::serve;
use ipnet::IpNet;
use relata_app::App;
pub use sign_in::SignIn;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Settings of the adapter.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Networks whose identity headers are believed (conventions.md §2.3). None by default.
    pub trust_headers: Vec<IpNet>,
    /// Most bytes of a request's body.
    pub body_bytes: usize,
    /// Most requests under way at the same time; more are turned away.
    pub concurrency: usize,
    /// How long a caller waits at the most.
    pub request_time: Duration,
    /// Most callers who follow the change log at the same time; more are turned away.
    pub watchers: usize,
    /// How long a caller who follows the change log waits for something new, at the most half of `request_time`.
    pub watch_time: Duration,
    /// Most streams of operations at the same time; more are turned away.
    pub streams: usize,
    /// Most bytes of an upload.
    pub job_bytes: usize,
    /// How long a session lasts that a password has opened.
    pub session_time: Duration,
    /// Requests a second that each token may send, by the name of the endpoint; `*` for all endpoints together.
    pub rates: Vec<(String, u32)>,
    /// Where users sign in that are not local.
    pub sign_in: SignIn,
    /// What browsers have before every path, such as `/cmdb`; empty for nothing.
    pub base_path: String,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            trust_headers: Vec::new(),
            body_bytes: 10_000_000,
            concurrency: 512,
            request_time: Duration::from_mins(1),
            watchers: 256,
            watch_time: Duration::from_secs(20),
            streams: 32,
            job_bytes: 256_000_000,
            session_time: Duration::from_hours(12),
            rates: Vec::new(),
            sign_in: SignIn::default(),
            base_path: String::new(),
        }
    }
}

/// What all requests share.
struct Shared {
    app: Arc<App>,
    config: HttpConfig,
    limits: limits::Limits,
    metrics: metrics::Metrics,
    ids: request::Ids,
    documents: openapi::Documents,
    attempts: throttle::Attempts,
    rates: throttle::Rates,
    /// Places for work that is slow on purpose.
    slow: Arc<Semaphore>,
}

/// Passwords that are checked at the same time. Each takes 19 MiB and a core.
const SLOW: usize = 2;

/// Everything that can be called over HTTP. Give it to [`serve`], so that it knows the addresses of callers: without
/// them no identity header is believed.
pub fn router(app: Arc<App>, config: HttpConfig) -> Router {
    let shared = Arc::new(Shared {
        limits: limits::Limits::new(config.concurrency, config.watchers, config.streams),
        metrics: metrics::Metrics::new(&app),
        ids: request::Ids::new(app.environment.random()),
        attempts: throttle::Attempts::new(app.environment.random()),
        rates: throttle::Rates::new(&config.rates),
        slow: Arc::new(Semaphore::new(SLOW)),
        documents: openapi::Documents::default(),
        app,
        config,
    });
    let base = shared.config.base_path.clone();
    let routes = provider::mount(session::mount(health::mount(router::mount(Router::new()))));
    let routes = openapi::mount(routes).fallback(ui::fallback).with_state(shared);
    // A proxy may take the base path off or leave it: both are answered.
    if base.is_empty() { routes } else { Router::new().nest_service(&base, routes.clone()).fallback_service(routes) }
}
