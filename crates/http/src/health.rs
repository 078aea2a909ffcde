//! What an operator's tools ask, without credentials: is the process there, does it serve, which version is it, how busy.

use crate::{Shared, metrics};
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, StatusCode};
use axum::routing::get;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

type Answer = (StatusCode, [(HeaderName, &'static str); 1], String);

pub(crate) fn mount(router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    router
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/version", get(version))
        .route("/metrics", get(metrics::show))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Answer {
    (status, [(CONTENT_TYPE, "application/json")], body.to_string())
}

/// The process answers.
async fn healthz() -> Answer {
    answer(StatusCode::OK, &json!({"status": "ok"}))
}

/// How long the store may take to show that it answers. Who balances load does not wait for long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store answers, too.
async fn readyz(State(shared): State<Arc<Shared>>) -> Answer {
    match tokio::time::timeout(PATIENCE, shared.app.ready()).await {
        Ok(Ok(())) => return answer(StatusCode::OK, &json!({"status": "ready"})),
        Ok(Err(error)) => tracing::warn!(%error, detail = error.detail, "not ready"),
        Err(_) => tracing::warn!("not ready: the store has not answered within {PATIENCE:?}"),
    }
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({"status": "the store does not answer"}))
}

async fn version() -> Answer {
    answer(StatusCode::OK, &json!({"name": "relata", "version": env!("CARGO_PKG_VERSION")}))
}
