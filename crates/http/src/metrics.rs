//! Figures in Prometheus' text form: requests by endpoint, and what the store counts. No label comes from a caller, so
//! their number is bounded by the endpoint table.

use crate::Shared;
use crate::envelope::kind;
use crate::request::Context;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use relata_app::App;
use relata_model::Error;
use relata_model::error::Kind;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    endpoint: &'static str,
    style: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Timed {
    endpoint: &'static str,
}

/// The figures of this process.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Timed, Histogram, fn() -> Histogram>,
}

/// 0.5 ms to 16 s, each bound twice the one before.
fn buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

impl Metrics {
    pub(crate) fn new(app: &Arc<App>) -> Self {
        let mut registry = Registry::with_prefix("relata");
        let requests = Family::default();
        let seconds = Family::new_with_constructor(buckets as fn() -> Histogram);
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time from the head of a request to its answer", seconds.clone());
        registry.register_collector(Box::new(Figures(Arc::clone(app))));
        Self { registry, requests, seconds }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, context: &Context, failure: Option<&Error>, took: Duration) {
        let (endpoint, style) = (context.endpoint, context.style.name());
        let outcome = failure.map_or("ok", |error| outcome(kind(error)));
        self.requests.get_or_create(&Answered { endpoint, style, outcome }).inc();
        self.seconds.get_or_create(&Timed { endpoint }).observe(took.as_secs_f64());
    }
}

const fn outcome(kind: Kind) -> &'static str {
    match kind {
        Kind::Malformed => "malformed",
        Kind::Input => "input",
        Kind::Missing => "missing",
        Kind::Clash => "clash",
        Kind::Unauthenticated => "unauthenticated",
        Kind::Denied => "denied",
        Kind::NoRoute => "no_route",
        Kind::TooLarge => "too_large",
        Kind::Unavailable => "unavailable",
        Kind::Unsure => "unsure",
        Kind::Conflict => "conflict",
        Kind::Internal => "internal",
    }
}

/// What the store counts, asked when somebody looks.
struct Figures(Arc<App>);

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Figures")
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let store = self.0.store.figures().into_iter().map(|(name, value)| (format!("store_{name}"), value));
        let search = self.0.search.figures().into_iter().map(|(name, value)| (format!("search_{name}"), value));
        for (name, value) in store.chain(search) {
            let metric =
                encoder.encode_descriptor(&name, "A figure of the store or of the search", None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(metric)?;
        }
        let help = "Jobs that this process carries out";
        let metric = encoder.encode_descriptor("jobs_running", help, None, MetricType::Gauge)?;
        let running = self.0.running_jobs.load(Ordering::Relaxed);
        ConstGauge::new(i64::try_from(running).unwrap_or(i64::MAX)).encode(metric)
    }
}

/// `GET /metrics`. Needs no credentials: the figures name endpoints and counts, no data.
pub(crate) async fn show(State(shared): State<Arc<Shared>>) -> Response {
    let mut text = String::new();
    // Writing to a String fails only when a metric cannot be written at all, which a test would show.
    let _ = encode(&mut text, &shared.metrics.registry);
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
