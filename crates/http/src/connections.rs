//! The connections of callers: so many at the same time, and none that keeps its place without asking for anything.
//!
//! What a request is comes after its head, which is the router's.

use crate::follow;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt;

/// How long a connection may stay without a whole head of a request. Proxies close what is idle sooner (nginx after 60 seconds), so
/// none sends a request into a connection that is closed at that moment.
const IDLE: Duration = Duration::from_secs(75);

/// How long a stop waits for callers who do not take their answers.
const GRACE: Duration = Duration::from_secs(30);

/// How long to wait where no connection can be taken, since the machine has none left.
const EXHAUSTED: Duration = Duration::from_millis(200);

/// Serves until `shutdown` ends; then takes no further request, finishes those under way (for 30 seconds at the most) and
/// returns. Connections beyond `most` wait until another one ends.
pub async fn serve(listener: TcpListener, router: Router, most: usize, shutdown: impl Future<Output = ()>) {
    // Who follows the change log would wait on.
    let (told, stop) = tokio::sync::watch::channel(false);
    let router = router.layer(axum::Extension(follow::Stop(stop)));
    let places = Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
    let graceful = GracefulShutdown::new();
    let accepting = async {
        // The semaphore is never closed.
        while let Ok(place) = Arc::clone(&places).acquire_owned().await {
            let (stream, from) = accept(&listener).await;
            let connection = graceful.watch(connection(stream, from, router.clone()));
            drop(tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%from, %error, "a connection ended early");
                }
                drop(place);
            }));
        }
    };
    tokio::select! {
        () = accepting => {}
        () = pin!(shutdown) => {}
    }
    drop(listener);
    told.send_replace(true);
    if tokio::time::timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped although some callers had not taken their answers");
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The caller has gone before it was its turn.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send {
    // Answers are written whole; waiting for more to send would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was not set");
    }
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(from));
        router.clone().oneshot(request)
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
}
