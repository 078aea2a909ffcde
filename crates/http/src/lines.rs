//! Streams of lines: the body of a request is a row's operations, one a line, and its answer the verdicts.
//!
//! A task reads the body, so many lines at a time, lets the row carry them out, and hands the verdicts over; the connection
//! takes them from a short queue. So no more is kept than a few pieces, and a caller who reads slowly, sends slowly or goes
//! away holds up nobody but this task. What an operation is, is the row's business.

use crate::follow::Stop;
use crate::router::{self, Admission};
use crate::{Shared, limits};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use bytes::BytesMut;
use futures_util::{StreamExt, stream};
use relata_app::call::{Line, Lines, Purpose, Request, Stream, Then};
use relata_app::endpoint::{self, Effect, Endpoint};
use relata_model::{Code, Error, Lang, Map, Result};
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// What is sent and answered.
pub(crate) const CONTENT: &str = "application/x-ndjson";

/// The header by which a stream may be sent again.
pub(crate) const KEY: [&str; 1] = ["idempotency-key"];

/// Longest line.
const LONGEST_LINE: usize = 1_000_000;
/// Most bytes of lines that are carried out together, bit by bit.
const LARGEST_PIECE: usize = 8_000_000;
/// Most bytes of lines that are all one transaction.
const LARGEST_WHOLE: usize = 64_000_000;
/// Pieces of the answer that wait for the connection.
const QUEUE: usize = 2;
/// How long a caller may take none of the answer, before the stream is given up.
const STALLED: Duration = Duration::from_mins(5);

/// What a body is said to be, without its parameters.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Whether a row takes lines, and the caller sends some.
pub(crate) fn are_sent(row: &Endpoint, headers: &HeaderMap) -> bool {
    row.effect == Effect::Lines && content_type(headers) == CONTENT
}

/// Begins the stream of a caller who was let in. The first verdicts are waited for, so that a refusal before them is one.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    row: &'static Endpoint,
    admission: Admission,
    head: &Parts,
    body: Body,
) -> Result<Body> {
    let (lang, place) = (admission.request.lang, admission.place);
    let sent = match Sent::new(shared, row, (admission.request, admission.members), head, Purpose::CarryOut) {
        Ok(sent) => sent,
        Err(error) => return router::refuse(shared, body, error).await,
    };
    let (sender, mut pieces) = mpsc::channel(QUEUE);
    let carrier = Carrier { reader: Reader::new(shared, head, body), sent };
    tokio::spawn(async move {
        carrier.carry_on(&sender).await;
        drop(place);
    });
    match pieces.recv().await {
        None => Ok(Body::empty()),
        Some(Err(error)) => Err(error),
        Some(Ok(first)) => {
            let rest = stream::unfold(pieces, move |mut pieces| async move {
                let piece = pieces.recv().await?;
                Some((Ok(piece.unwrap_or_else(|error| ended(&error, lang))), pieces))
            });
            Ok(Body::from_stream(stream::once(async { Ok::<_, Infallible>(first) }).chain(rest)))
        }
    }
}

/// The last line of a stream that ends before its lines do.
pub(crate) fn ended(error: &Error, lang: Lang) -> Bytes {
    let (code, message) = (error.code.row().number, error.message(lang));
    Bytes::from(format!("{}\n", json!({"status": "aborted", "code": code, "message": message})))
}

/// Lines of a caller on their way to a row.
pub(crate) struct Sent {
    pub(crate) shared: Arc<Shared>,
    row: &'static Endpoint,
    request: Request,
    members: Map,
    pub(crate) stream: Arc<Stream>,
    /// Parts that the row has taken.
    pub(crate) number: u64,
}

impl Sent {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        row: &'static Endpoint,
        (request, members): (Request, Map),
        head: &Parts,
        purpose: Purpose,
    ) -> Result<Self> {
        let key = crate::request::first(&head.headers, &KEY);
        let stream = Arc::new(Stream::open(&members, key, purpose)?);
        Ok(Self { shared: Arc::clone(shared), row, request, members, stream, number: 0 })
    }

    /// Hands a part to the row. What was begun is carried out, also when the caller goes meanwhile.
    pub(crate) async fn hand_on(&mut self, lines: Vec<Line>, then: Then) -> Result<String> {
        let (stream, number) = (Arc::clone(&self.stream), self.number + 1);
        let lines = Lines { stream, number, lines: Arc::new(lines), then };
        let request = Arc::new(Request { lines: Some(lines), ..self.request.clone() });
        let (app, row, members) = (Arc::clone(&self.shared.app), self.row, self.members.clone());
        let work = tokio::spawn(async move { endpoint::run(&app, row, &request, members).await });
        let answer = work.await.unwrap_or_else(|error| Err(Error::internal(format!("the handler failed: {error}"))))?;
        self.number = number;
        Ok(answer)
    }
}

/// Carries a stream out.
struct Carrier {
    sent: Sent,
    reader: Reader,
}

impl Carrier {
    async fn carry_on(mut self, sender: &mpsc::Sender<Result<Bytes>>) {
        loop {
            let piece = match self.next().await {
                Ok(Some(piece)) => Ok(piece),
                Ok(None) => return,
                Err(error) => Err(error),
            };
            let failed = piece.is_err();
            if failed {
                // A connection that closes while the caller still sends loses the answer.
                self.reader.drain(self.sent.shared.config.body_bytes).await;
            }
            let taken = timeout(STALLED, sender.send(piece)).await;
            if failed || !matches!(taken, Ok(Ok(()))) {
                return;
            }
        }
    }

    /// Reads and carries out what is one transaction; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let lines = if self.sent.stream.whole {
            self.reader.read_all().await?
        } else {
            self.reader.read_piece(self.sent.stream.chunk).await?
        };
        if lines.is_empty() {
            return Ok(None);
        }
        written(&self.sent.hand_on(lines, Then::More).await?).map(Some)
    }
}

/// The elements of an answer whose one member is a list, one a line.
pub(crate) fn written(answer: &str) -> Result<Bytes> {
    let lists: BTreeMap<&str, Vec<&RawValue>> =
        serde_json::from_str(answer).map_err(|error| Error::internal(error.to_string()))?;
    let mut text = String::with_capacity(answer.len() + 1);
    for element in lists.into_values().flatten() {
        text.push_str(element.get());
        text.push('\n');
    }
    Ok(Bytes::from(text))
}

/// Reads lines out of a body.
pub(crate) struct Reader {
    body: BodyDataStream,
    /// How long nothing may come.
    patience: Duration,
    stop: Option<Stop>,
    /// Bytes that were read and are no whole line yet.
    rest: BytesMut,
    /// Where in them no end of a line was found.
    searched: usize,
    /// The line that is read is too long, and its beginning was thrown away.
    too_long: bool,
    row: u64,
    ended: bool,
    /// Bytes that were read, and how many there may be.
    bytes: usize,
    most: usize,
}

impl Reader {
    pub(crate) fn new(shared: &Shared, head: &Parts, body: Body) -> Self {
        let (patience, stop) = (shared.config.request_time, head.extensions.get::<Stop>().cloned());
        let (body, rest) = (body.into_data_stream(), BytesMut::new());
        let (searched, too_long, row, ended, bytes, most) = (0, false, 0, false, 0, usize::MAX);
        Self { body, patience, stop, rest, searched, too_long, row, ended, bytes, most }
    }

    /// Refuses a body that is larger.
    pub(crate) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Lines of one transaction.
    pub(crate) async fn read_piece(&mut self, most: usize) -> Result<Vec<Line>> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < most && bytes < LARGEST_PIECE {
            let Some(line) = self.next().await? else { break };
            bytes += line.text.as_ref().map_or(0, Vec::len);
            lines.push(line);
        }
        Ok(lines)
    }

    /// All lines.
    async fn read_all(&mut self) -> Result<Vec<Line>> {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while let Some(line) = self.next().await? {
            // A short line costs some memory, too.
            bytes += line.text.as_ref().map_or(0, Vec::len) + size_of::<Line>();
            if bytes > LARGEST_WHOLE {
                let hint = "what is done together, or tried only, has to be smaller; else use the mode partial";
                return Err(Error::new(Code::BodyTooLarge).arg(LARGEST_WHOLE).hint(hint));
            }
            lines.push(line);
        }
        Ok(lines)
    }

    /// The next line that is not empty; none at the end.
    async fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let end = self.rest.get(self.searched..).and_then(|new| new.iter().position(|byte| *byte == b'\n'));
            let line = match end {
                Some(end) => {
                    // A copy, which keeps no more than its own bytes.
                    Some(self.rest.split_to(self.searched + end + 1).to_vec())
                }
                None if self.ended && (!self.rest.is_empty() || self.too_long) => Some(self.rest.split().to_vec()),
                None if self.ended => return Ok(None),
                None => None,
            };
            if let Some(text) = line {
                self.searched = 0;
                if let Some(line) = self.line(text) {
                    return Ok(Some(line));
                }
                continue;
            }
            self.searched = self.rest.len();
            if self.searched > LONGEST_LINE {
                self.too_long = true;
                self.rest.clear();
                self.searched = 0;
            }
            self.read().await?;
        }
    }

    fn line(&mut self, mut text: Vec<u8>) -> Option<Line> {
        self.row += 1;
        if std::mem::take(&mut self.too_long) || text.len() > LONGEST_LINE + 2 {
            let error = Error::new(Code::ValueTooLong).arg("line").hint(format!("at most {LONGEST_LINE} bytes"));
            return Some(Line { row: self.row, text: Err(error) });
        }
        while text.last().is_some_and(u8::is_ascii_whitespace) {
            text.pop();
        }
        if self.row == 1 && text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        let empty = text.iter().all(u8::is_ascii_whitespace);
        (!empty).then_some(Line { row: self.row, text: Ok(text) })
    }

    async fn read(&mut self) -> Result<()> {
        let stopped = || Error::new(Code::Unavailable).hint("the server stops; send the rest to it later");
        let frame = tokio::select! {
            frame = timeout(self.patience, self.body.next()) => frame,
            () = Stop::stopped(self.stop.clone()) => return Err(stopped()),
        };
        match frame {
            Err(_) => {
                let hint = format!("nothing came for {} seconds", self.patience.as_secs());
                Err(Error::new(Code::RequestFailed).arg(hint))
            }
            Ok(None) => {
                self.ended = true;
                Ok(())
            }
            Ok(Some(Ok(bytes))) => {
                self.bytes = self.bytes.saturating_add(bytes.len());
                if self.bytes > self.most {
                    return Err(Error::new(Code::BodyTooLarge).arg(self.most));
                }
                self.rest.extend_from_slice(&bytes);
                Ok(())
            }
            Ok(Some(Err(error))) => {
                Err(Error::new(Code::JsonDecode).hint("the body did not arrive whole").detail(error.to_string()))
            }
        }
    }

    pub(crate) async fn drain(&mut self, limit: usize) {
        let body = std::mem::replace(&mut self.body, Body::empty().into_data_stream());
        limits::drain(Body::from_stream(body), limit).await;
    }
}

/// Some programs begin a file with it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
