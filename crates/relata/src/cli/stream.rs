//! A stream of operations to the server, and its verdicts back, both at once over one connection.
//!
//! Knows lines only. Who sends them and what the answers mean is the commands' business.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use anyhow::Context as _;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::client::{CallError, Problem};
use crate::config::Connection;

/// Bytes that are sent at once.
const PIECE: usize = 64 * 1024;
/// How long to wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Where to send a stream, and how.
pub(crate) struct Target<'a> {
    /// The server.
    pub(crate) connection: &'a Connection,
    /// `bulk`, or `jobs`.
    pub(crate) endpoint: &'static str,
    /// Options, such as `mode=partial&chunk=1000`.
    pub(crate) query: String,
    /// By which the stream may be sent again.
    pub(crate) key: Option<String>,
}

/// Lines on their way to the server.
struct Outgoing(mpsc::Receiver<Bytes>);

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// Sends lines, and gives each line of the answer to `take`. Fails with [`CallError::Unreachable`] when the connection is
/// lost; what was carried out until then stays.
pub(crate) fn exchange(
    target: &Target<'_>,
    lines: impl Iterator<Item = Vec<u8>> + Send + 'static,
    take: &mut dyn FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
    let (sender, receiver) = mpsc::channel::<Bytes>(4);
    // It ends when the receiver is gone.
    std::thread::spawn(move || send(lines, &sender));
    runtime.block_on(talk(target, Outgoing(receiver), take))
}

fn send(lines: impl Iterator<Item = Vec<u8>>, sender: &mpsc::Sender<Bytes>) {
    let mut piece = Vec::with_capacity(PIECE * 2);
    for line in lines {
        piece.extend_from_slice(&line);
        piece.push(b'\n');
        if piece.len() >= PIECE && sender.blocking_send(Bytes::from(std::mem::take(&mut piece))).is_err() {
            return;
        }
    }
    if !piece.is_empty() {
        let _gone = sender.blocking_send(Bytes::from(piece));
    }
}

async fn talk(
    target: &Target<'_>,
    outgoing: Outgoing,
    take: &mut dyn FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let url = &target.connection.url;
    let lost = |reason: String| CallError::Unreachable { url: url.clone(), reason };
    let rest = url.strip_prefix("http://").unwrap_or(url);
    let (host, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let address = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    let connect = tokio::time::timeout(CONNECT, TcpStream::connect(address));
    let stream = connect.await.map_err(|_| lost("no answer".to_owned()))?.map_err(|error| lost(error.to_string()))?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream));
    let (mut requests, connection) = handshake.await.map_err(|error| lost(error.to_string()))?;
    tokio::spawn(connection);
    let mut request = Request::post(format!("{path}/api/relata/v1/{}?{}", target.endpoint, target.query))
        .header("Host", host)
        .header("Content-Type", "application/x-ndjson")
        .header("X-Bkcmdb-Language", "en")
        .header("User-Agent", concat!("relata/", env!("CARGO_PKG_VERSION")));
    if let Some(token) = &target.connection.token {
        request = request.header("Authorization", format!("Bearer {}", token.reveal()));
    }
    if let Some(key) = &target.key {
        request = request.header("Idempotency-Key", key);
    }
    let response = requests.send_request(request.body(outgoing)?).await.map_err(|error| lost(error.to_string()))?;
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    if !response.status().is_success()
        || !["application/x-ndjson", "application/json"].map(Some).contains(&content_type)
    {
        return Err(refusal(response).await.into());
    }
    let mut body = response.into_body();
    let mut rest: Vec<u8> = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| lost(error.to_string()))?;
        let Some(bytes) = frame.data_ref() else { continue };
        rest.extend_from_slice(bytes);
        let whole = rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let after = rest.split_off(whole);
        for line in rest.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            take(line)?;
        }
        rest = after;
    }
    // An answer that is no stream does not end a line.
    if rest.is_empty() { Ok(()) } else { take(&rest) }
}

/// What is said in the place of a stream.
async fn refusal(response: Response<hyper::body::Incoming>) -> CallError {
    let status = response.status().as_u16();
    let text = response.into_body().collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
    match serde_json::from_slice::<Problem>(&text) {
        Ok(Problem { detail: message, .. }) if status == 401 => CallError::Login { message },
        Ok(Problem { code, detail: message }) => CallError::Refused { code, message },
        Err(_) => CallError::Strange { status, text: String::from_utf8_lossy(&text).chars().take(200).collect() },
    }
}
