//! How much may come in: bytes of a body, requests at the same time, time of a request.
//!
//! A request that was handed to the application is finished, even when its caller has gone or has waited too long: only
//! then is it sure what happens after a commit. What is told to a caller who waited too long says so. A read that looks at
//! very much may see that nobody waits any more (`Request::wanted`).

use axum::body::Body;
use futures_util::StreamExt;
use relata_model::{Code, Error, Result};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many requests are under way. Those whose callers are not known yet are counted apart, so that strangers take no
/// place from callers; and those whose bodies have to be read first apart from those whose headers are looked at, so that
/// a body that trickles in keeps nobody from showing a header.
pub(crate) struct Limits {
    places: Arc<Semaphore>,
    heads: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
    /// Those who follow the change log; most of their time they only wait.
    watchers: Arc<Semaphore>,
    /// Streams of operations, which may last.
    streams: Arc<Semaphore>,
}

/// A place among the requests under way, given back when it is dropped.
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Limits {
    pub(crate) fn new(concurrency: usize, watchers: usize, streams: usize) -> Self {
        let places = |count: usize| Arc::new(Semaphore::new(count.min(Semaphore::MAX_PERMITS)));
        let each = || places(concurrency);
        Self { places: each(), heads: each(), bodies: each(), watchers: places(watchers), streams: places(streams) }
    }

    /// Takes a place for a caller who is known, or turns the request away.
    pub(crate) fn enter(&self) -> Result<Place> {
        take(&self.places)
    }

    /// Takes a place to follow the change log, or turns the request away.
    pub(crate) fn watch(&self) -> Result<Place> {
        take(&self.watchers)
    }

    /// Takes a place for a stream of operations, or turns the caller away.
    pub(crate) fn stream(&self) -> Result<Place> {
        take(&self.streams)
    }

    /// Takes a place to look at what headers show, or turns the request away.
    pub(crate) fn show_headers(&self) -> Result<Place> {
        take(&self.heads)
    }

    /// Takes a place to read a body of which it is not known whose it is, or turns the request away.
    pub(crate) fn show_body(&self) -> Result<Place> {
        take(&self.bodies)
    }
}

fn take(places: &Arc<Semaphore>) -> Result<Place> {
    let place = Arc::clone(places).try_acquire_owned();
    place.map(Place).map_err(|_| Error::new(Code::RateLimited).hint("as many requests as allowed are under way"))
}

/// Does work to its end, whether or not somebody waits for it. A panic is a failure of this request alone.
pub(crate) async fn to_the_end<T: Send + 'static>(
    place: Place,
    work: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    let work = async move {
        let outcome = work.await;
        drop(place);
        outcome
    };
    tokio::spawn(work).await.unwrap_or_else(|error| Err(Error::internal(format!("the handler failed: {error}"))))
}

/// How many times the limit of a body is read and thrown away, so that the caller gets to read the answer: a connection
/// that closes while the caller still sends loses it.
const DRAINED: usize = 8;

/// Reads a body of at most `limit` bytes.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Vec<u8>> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            Error::new(Code::JsonDecode).hint("the body did not arrive whole").detail(error.to_string())
        })?;
        if bytes.len() + chunk.len() > limit {
            drop(bytes);
            drain(Body::from_stream(chunks), limit).await;
            return Err(Error::new(Code::BodyTooLarge).arg(limit));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads a body that is not wanted, up to some size and for some time.
pub(crate) async fn drain(body: Body, limit: usize) {
    let most = limit.saturating_mul(DRAINED);
    let read = async {
        let mut chunks = body.into_data_stream();
        let mut seen = 0_usize;
        while let Some(Ok(chunk)) = chunks.next().await {
            seen = seen.saturating_add(chunk.len());
            if seen > most {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_secs(10), read).await;
}

#[cfg(test)]
mod tests {
    use super::{Limits, to_the_end};
    use relata_model::{Code, Error, Result};

    #[tokio::test]
    async fn a_panic_fails_one_request_and_gives_its_place_back() {
        let limits = Limits::new(1, 1, 1);
        let place = limits.enter().unwrap();
        assert!(limits.enter().is_err());
        let outcome: Result<()> = to_the_end(place, async { panic!("on purpose") }).await;
        assert_eq!(outcome.map_err(|error: Error| error.code), Err(Code::Internal));
        assert!(limits.enter().is_ok());
    }
}
