//! One request to a receiver: a connection of its own, no redirect, no proxy, 15 seconds.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{HOST, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use relata_app::webhooks::delivery::{Message, Outcome};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use super::Guard;
use crate::tls;

/// How long all of it may take.
const TIME: Duration = Duration::from_secs(15);

/// Sends a message; every answer of 2xx is a success, 410 says that the receiver is gone.
pub(super) async fn post(guard: &Guard, message: &Message) -> Outcome {
    match tokio::time::timeout(TIME, exchange(guard, message)).await {
        Ok(Ok(status)) if status.is_success() => Outcome::Delivered,
        Ok(Ok(StatusCode::GONE)) => Outcome::Gone,
        Ok(Ok(status)) => Outcome::Failed(format!("the receiver answers {}", status.as_u16())),
        Ok(Err(failure)) => Outcome::Failed(failure),
        Err(_) => Outcome::Failed(format!("no answer within {} seconds", TIME.as_secs())),
    }
}

async fn exchange(guard: &Guard, message: &Message) -> Result<StatusCode, String> {
    let uri: Uri = message.url.parse().map_err(|error| format!("the address cannot be read: {error}"))?;
    let (is_secure, default) = if uri.scheme_str() == Some("https") { (true, 443) } else { (false, 80) };
    let authority = uri.authority().ok_or("the address has no host")?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let addresses = guard.look_up(host, authority.port_u16().unwrap_or(default)).await?;
    let stream = TcpStream::connect(addresses.as_slice()).await.map_err(|error| format!("no connection: {error}"))?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request::post(path).header(HOST, authority.as_str()).header(USER_AGENT, "relata");
    for (name, value) in &message.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(Bytes::from(message.body.clone()))).map_err(|error| error.to_string())?;
    if !is_secure {
        return send(stream, request).await;
    }
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let connector = TlsConnector::from(tls::of_machine()?);
    let secured = connector.connect(name, stream).await.map_err(|error| format!("no secure connection: {error}"))?;
    send(secured, request).await
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| format!("the exchange failed: {error}");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let mut sent = std::pin::pin!(sender.send_request(request));
    let mut connection = std::pin::pin!(connection);
    // The body of the answer is of no interest: the connection is closed after its head.
    tokio::select! {
        answer = &mut sent => return Ok(answer.map_err(failed)?.status()),
        ended = &mut connection => ended.map_err(failed)?,
    }
    Ok(sent.await.map_err(failed)?.status())
}
