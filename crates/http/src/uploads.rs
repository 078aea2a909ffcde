//! Uploads: the body of a request is kept by a row so many lines at a time, and the answer is that to the last of them. What
//! becomes of them is the row's business.

use crate::Shared;
use crate::lines::{self, CONTENT, Reader, Sent};
use crate::router::{self, Admission};
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use relata_app::call::{Purpose, Then};
use relata_app::endpoint::{Effect, Endpoint};
use relata_model::{Error, Result};
use std::sync::Arc;

/// Whether a row takes an upload, and the caller sends something that is no JSON.
pub(crate) fn is_sent(row: &Endpoint, headers: &HeaderMap) -> bool {
    row.effect == Effect::Upload && !["", "application/json"].contains(&lines::content_type(headers))
}

/// Reads the lines of an upload out of what was sent. The one place that knows the formats.
fn reader(shared: &Shared, head: &Parts, body: Body) -> Result<Reader, (Body, Error)> {
    if lines::content_type(&head.headers) != CONTENT {
        let hint = format!("send {CONTENT}, or application/json with a list of operations");
        return Err((body, Error::invalid("Content-Type").hint(hint)));
    }
    Ok(Reader::new(shared, head, body).at_most(shared.config.job_bytes))
}

/// Keeps an upload of a caller who was let in, and gives the row's answer to the last part.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    row: &'static Endpoint,
    admission: Admission,
    head: &Parts,
    body: Body,
) -> Result<String> {
    let place = admission.place;
    let sent = match Sent::new(shared, row, (admission.request, admission.members), head, Purpose::Keep) {
        Ok(sent) => sent,
        Err(error) => return router::refuse(shared, body, error).await,
    };
    let upload = match reader(shared, head, body) {
        Ok(reader) => Upload { sent, reader },
        Err((body, error)) => return router::refuse(shared, body, error).await,
    };
    // Also when the caller goes meanwhile, the row has to hear of it.
    let work = tokio::spawn(async move {
        let outcome = upload.keep().await;
        drop(place);
        outcome
    });
    work.await.unwrap_or_else(|error| Err(Error::internal(format!("the handler failed: {error}"))))
}

/// An upload under way.
struct Upload {
    sent: Sent,
    reader: Reader,
}

impl Upload {
    async fn keep(mut self) -> Result<String> {
        match self.keep_all().await {
            Err(error) => {
                if self.sent.number > 0 {
                    // Where that fails, too, the row sees by itself that nothing comes any more.
                    let _ = self.sent.hand_on(Vec::new(), Then::BrokenOff).await;
                }
                // A connection that closes while the caller still sends loses the answer.
                self.reader.drain(self.sent.shared.config.body_bytes).await;
                Err(error)
            }
            kept => kept,
        }
    }

    async fn keep_all(&mut self) -> Result<String> {
        loop {
            let lines = self.reader.read_piece(self.sent.stream.chunk).await?;
            if lines.is_empty() {
                return self.sent.hand_on(lines, Then::End).await;
            }
            self.sent.hand_on(lines, Then::More).await?;
        }
    }
}
