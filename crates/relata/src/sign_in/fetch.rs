//! Requests to a provider: a connection each, no redirect, no proxy, a bounded answer.

use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper_util::rt::TokioIo;
use openidconnect::{HttpRequest, HttpResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// Most bytes of an answer.
const ANSWER: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<String> for Failure {
    fn from(what: String) -> Self {
        Self(what)
    }
}

/// Asks and waits for the whole answer. Without TLS only this machine itself is asked.
pub(super) async fn fetch(tls: Arc<ClientConfig>, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let uri = request.uri().clone();
    let authority = uri.authority().ok_or_else(|| format!("{uri} has no host"))?;
    let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
    let is_secure = uri.scheme_str() == Some("https");
    if !is_secure && !is_this_machine(&host) {
        return Err(format!("{uri} is not https").into());
    }
    let port = authority.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let no_connection = |error: std::io::Error| format!("no connection to {host}: {error}");
    let stream = TcpStream::connect((host.as_str(), port)).await.map_err(no_connection)?;
    let (mut head, body) = request.into_parts();
    let value = |text: &str| text.parse::<HeaderValue>().map_err(|error| format!("{text}: {error}"));
    head.headers.insert(HOST, value(authority.as_str())?);
    head.headers.insert(USER_AGENT, value("relata")?);
    head.uri = value_of(uri.path_and_query().map_or("/", |path| path.as_str()))?;
    let request = hyper::Request::from_parts(head, Full::new(Bytes::from(body)));
    if !is_secure {
        return exchange(stream, request).await;
    }
    let name = ServerName::try_from(host.clone()).map_err(|error| error.to_string())?;
    let secured = TlsConnector::from(tls).connect(name, stream).await.map_err(no_connection)?;
    exchange(secured, request).await
}

fn value_of(path: &str) -> Result<hyper::Uri, String> {
    path.parse().map_err(|error| format!("{path}: {error}"))
}

/// Whether nobody can be in between.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn exchange<S>(stream: S, request: hyper::Request<Full<Bytes>>) -> Result<HttpResponse, Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| format!("the exchange failed: {error}");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let answer = async {
        let (head, body) = sender.send_request(request).await.map_err(failed)?.into_parts();
        let body =
            Limited::new(body, ANSWER).collect().await.map_err(|error| format!("the answer broke off: {error}"))?;
        Ok::<_, Failure>(HttpResponse::from_parts(head, body.to_bytes().to_vec()))
    };
    let mut answer = std::pin::pin!(answer);
    // The connection works for as long as the answer comes; an answer may also be whole when the connection has ended.
    tokio::select! {
        answer = &mut answer => return answer,
        ended = connection => ended.map_err(failed)?,
    }
    answer.await
}
