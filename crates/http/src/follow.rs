//! Callers who follow the change log: they wait for the next change, or take changes one by one as they come.
//!
//! What is found and where to go on is the row's business; here is only the waiting. Nothing is held meanwhile but a place
//! among the watchers: no transaction, no connection of the store, no thread. A feed reads a page when the connection takes
//! the one before, so a reader who is slow holds up nobody, and one page at the most is kept for him.

use crate::authn::Shown;
use crate::request::{self, Style};
use crate::{Shared, envelope, limits, router};
use axum::body::{Body, Bytes};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use futures_util::stream;
use relata_app::call::{Followed, Request};
use relata_app::endpoint::{self, Api, Effect, Endpoint, Look};
use relata_model::{Map, Result};
use serde_json::Value;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::Receiver;
use tokio::time::{Instant, sleep, timeout_at};

/// After news that were none of his a watcher looks again at once, and then at the earliest after this time; it doubles from
/// the first to the last, so that those who wait for rare things cost little while there are many changes.
const PAUSES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// A refusal of one who would ask again at once comes after this time (events.md §1.1).
const REFUSAL: Duration = Duration::from_millis(500);

/// How often a feed that has nothing to say shows that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Becomes true when the server stops.
#[derive(Clone)]
pub(crate) struct Stop(pub(crate) Receiver<bool>);

impl Stop {
    /// Waits until the server stops.
    pub(crate) async fn stopped(stop: Option<Self>) {
        if let Some(Self(mut stop)) = stop
            && stop.wait_for(|stop| *stop).await.is_ok()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Server-sent events, for ever.
    Events,
    /// A JSON text a line, one page.
    Lines,
}

impl Form {
    /// What the caller of a row asks for by `Accept`.
    pub(crate) fn asked(row: &Endpoint, headers: &HeaderMap) -> Option<Self> {
        if row.effect != Effect::Follow || row.api != Api::Relata {
            return None;
        }
        let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let types =
            accepted.flat_map(|value| value.split(',')).map(|it| it.split(';').next().unwrap_or_default().trim());
        types.into_iter().find_map(|it| [Self::Events, Self::Lines].into_iter().find(|form| form.content_type() == it))
    }

    pub(crate) const fn content_type(self) -> &'static str {
        match self {
            Self::Events => "text/event-stream",
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// The header by which a reader of server-sent events says which one came last.
const LAST_EVENT_ID: [&str; 1] = ["last-event-id"];

/// A caller who follows the log.
pub(crate) struct Watcher {
    shared: Arc<Shared>,
    row: &'static Endpoint,
    request: Request,
    members: Map,
    stop: Option<Stop>,
    /// The next pause.
    pause: Duration,
    _place: limits::Place,
}

impl Watcher {
    /// Takes a place among the watchers, or turns the caller away.
    pub(crate) fn new(
        shared: &Arc<Shared>,
        row: &'static Endpoint,
        request: Request,
        members: Map,
        head: &Parts,
    ) -> Result<Self> {
        let place = shared.limits.watch()?;
        let (shared, stop) = (Arc::clone(shared), head.extensions.get::<Stop>().cloned());
        Ok(Self { shared, row, request, members, stop, pause: Duration::ZERO, _place: place })
    }

    /// Waits for something to be found, and at the most as long as the settings say.
    pub(crate) async fn answer(mut self) -> Result<String> {
        let config = &self.shared.config;
        let deadline = Instant::now() + config.watch_time.min(config.request_time / 2);
        loop {
            let look = match self.look().await {
                Err(error) if envelope::kind(&error).is_refusal() => {
                    sleep(REFUSAL).await;
                    return Err(error);
                }
                look => look?,
            };
            let Some(Followed { nothing: true, upto, .. }) = look.followed else { return Ok(look.answer) };
            if !self.wait(upto, deadline).await {
                return Ok(look.answer);
            }
        }
    }

    async fn look(&self) -> Result<Look> {
        endpoint::look(&self.shared.app, self.row, &Arc::new(self.request.clone()), self.members.clone()).await
    }

    /// Waits for the log to go beyond a number; false at the deadline, and when the server stops.
    async fn wait(&mut self, upto: i64, deadline: Instant) -> bool {
        let news = async {
            sleep(self.pause).await;
            self.shared.app.news(upto).await;
        };
        let come = tokio::select! {
            come = timeout_at(deadline, news) => come.is_ok(),
            () = Stop::stopped(self.stop.clone()) => false,
        };
        self.pause = (self.pause * 2).clamp(PAUSES.0, PAUSES.1);
        self.request.following.after = Some(upto);
        come
    }

    fn stops(&self) -> bool {
        self.stop.as_ref().is_some_and(|stop| *stop.0.borrow())
    }

    /// What is found, one by one. The first look is made before the answer begins, so that a refusal is one.
    pub(crate) async fn feed(mut self, form: Form, head: Parts) -> Result<Body> {
        self.request.following.one_by_one = true;
        if form == Form::Events
            && let Some(last) = request::first(&head.headers, &LAST_EVENT_ID)
        {
            self.members.insert("cursor".to_owned(), Value::from(last));
        }
        let look = self.look().await?;
        let Some(followed) = look.followed else { return Ok(Body::from(look.answer)) };
        match form {
            Form::Lines => {
                let lines = followed.items.into_iter().flat_map(|(_, item)| [item, "\n".to_owned()]);
                Ok(Body::from(lines.collect::<String>()))
            }
            Form::Events => {
                let feed = Feed { watcher: self, head, found: Some(followed), told: None };
                Ok(Body::from_stream(stream::unfold(feed, Feed::next)))
            }
        }
    }
}

/// Server-sent events under way.
struct Feed {
    watcher: Watcher,
    /// Shows who reads.
    head: Parts,
    /// What was found last and is not written yet.
    found: Option<Followed>,
    /// The number that the reader was told last.
    told: Option<i64>,
}

impl Feed {
    /// The next piece of the stream. It ends when the server stops, when the reader may read no longer, and when the log
    /// cannot be read: then the reader comes again with the last number, and is told why.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let deadline = Instant::now() + HEARTBEAT;
        loop {
            if self.watcher.stops() {
                return None;
            }
            let found = match self.found.take() {
                Some(found) => found,
                None => self.look().await?,
            };
            let first = self.told.is_none();
            if !found.nothing {
                self.watcher.pause = Duration::ZERO;
                self.watcher.request.following.after = Some(found.upto);
                let text = self.events(&found);
                return Some((Ok(text), self));
            }
            if first || !self.watcher.wait(found.upto, deadline).await {
                self.watcher.request.following.after = Some(found.upto);
                let text = self.events(&found);
                return Some((Ok(text), self));
            }
        }
    }

    async fn look(&mut self) -> Option<Followed> {
        let shown = Shown::in_headers(Style::Native, &self.head.headers);
        // A revoked token ends the stream, too.
        let principal = router::identify(&self.watcher.shared, &shown, &self.head).await;
        let look = match principal {
            Ok(principal) => {
                self.watcher.request.principal = principal;
                self.watcher.look().await
            }
            Err(error) => Err(error),
        };
        look.inspect_err(|error| tracing::debug!(%error, "a feed of changes ends")).ok()?.followed
    }

    /// Items as events. A comment and a bare id, which no reader takes for an event, where there is none.
    fn events(&mut self, found: &Followed) -> Bytes {
        let mut text = String::new();
        for (number, item) in &found.items {
            // Writing to a text cannot fail. JSON has no line feed outside of texts, and writes those in texts otherwise.
            let _ = write!(text, "id: {number}\ndata: {item}\n\n");
        }
        if found.items.is_empty() {
            text.push_str(":\n");
            if self.told != Some(found.upto) {
                let _ = write!(text, "id: {}\n\n", found.upto);
            }
        }
        self.told = Some(found.upto);
        Bytes::from(text)
    }
}
