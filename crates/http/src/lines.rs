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
use relata_app::call::{Line, Lines, Request, Stream};
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

/// Whether a row takes lines, and the caller sends some.
pub(crate) fn are_sent(row: &Endpoint, headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    row.effect == Effect::Lines && content_type.split(';').next().unwrap_or_default().trim() == CONTENT
}

/// Begins the stream of a caller who was let in. The first verdicts are waited for, so that a refusal before them is one.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    row: &'static Endpoint,
    admission: Admission,
    head: &Parts,
    body: Body,
) -> Result<Body> {
    let Admission { request, place, members } = admission;
    let lang = request.lang;
    let key = crate::request::first(&head.headers, &KEY);
    let stream = match Stream::open(&members, key) {
        Ok(stream) => Arc::new(stream),
        Err(error) => return router::refuse(shared, body, error).await,
    };
    let (sender, mut pieces) = mpsc::channel(QUEUE);
    let carrier = Carrier {
        shared: Arc::clone(shared),
        row,
        request,
        members,
        stream,
        reader: Reader::new(body, shared.config.request_time, head.extensions.get::<Stop>().cloned()),
        number: 0,
    };
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
fn ended(error: &Error, lang: Lang) -> Bytes {
    let (code, message) = (error.code.row().number, error.message(lang));
    Bytes::from(format!("{}\n", json!({"status": "aborted", "code": code, "message": message})))
}

/// Carries a stream out.
struct Carrier {
    shared: Arc<Shared>,
    row: &'static Endpoint,
    request: Request,
    members: Map,
    stream: Arc<Stream>,
    reader: Reader,
    /// Transactions so far.
    number: u64,
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
                self.reader.drain(self.shared.config.body_bytes).await;
            }
            let taken = timeout(STALLED, sender.send(piece)).await;
            if failed || !matches!(taken, Ok(Ok(()))) {
                return;
            }
        }
    }

    /// Reads and carries out what is one transaction; none at the end.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let lines = if self.stream.whole {
            self.reader.read_all().await?
        } else {
            self.reader.read_piece(self.stream.chunk).await?
        };
        if lines.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let lines = Lines { stream: Arc::clone(&self.stream), number: self.number, lines: Arc::new(lines) };
        let request = Arc::new(Request { lines: Some(lines), ..self.request.clone() });
        let (app, row, members) = (Arc::clone(&self.shared.app), self.row, self.members.clone());
        // What was begun is carried out, also when the caller goes meanwhile.
        let work = tokio::spawn(async move { endpoint::run(&app, row, &request, members).await });
        let answer = work.await.unwrap_or_else(|error| Err(Error::internal(format!("the handler failed: {error}"))))?;
        // Its one member is the list of verdicts.
        let verdicts: BTreeMap<&str, Vec<&RawValue>> =
            serde_json::from_str(&answer).map_err(|error| Error::internal(error.to_string()))?;
        let mut text = String::with_capacity(answer.len() + 1);
        for verdict in verdicts.into_values().flatten() {
            text.push_str(verdict.get());
            text.push('\n');
        }
        Ok(Some(Bytes::from(text)))
    }
}

/// Reads lines out of a body.
struct Reader {
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
}

impl Reader {
    fn new(body: Body, patience: Duration, stop: Option<Stop>) -> Self {
        let body = body.into_data_stream();
        Self { body, patience, stop, rest: BytesMut::new(), searched: 0, too_long: false, row: 0, ended: false }
    }

    /// Lines of one transaction.
    async fn read_piece(&mut self, most: usize) -> Result<Vec<Line>> {
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
                self.rest.extend_from_slice(&bytes);
                Ok(())
            }
            Ok(Some(Err(error))) => {
                Err(Error::new(Code::JsonDecode).hint("the body did not arrive whole").detail(error.to_string()))
            }
        }
    }

    async fn drain(&mut self, limit: usize) {
        let body = std::mem::replace(&mut self.body, Body::empty().into_data_stream());
        limits::drain(Body::from_stream(body), limit).await;
    }
}

/// Some programs begin a file with it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
