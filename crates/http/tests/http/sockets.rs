//! Over real connections: addresses of peers, large bodies, and stopping.

use super::*;
use std::future::Future;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

struct Listening {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

async fn listen(config: HttpConfig) -> Listening {
    listen_to(config, 100).await
}

async fn listen_to(config: HttpConfig, connections: usize) -> Listening {
    let server = Server::with(config).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        let _ = stopped.await;
    };
    let serving = tokio::spawn(relata_http::serve(listener, server.router, connections, shutdown));
    Listening { address, stop, serving }
}

impl Listening {
    async fn stopped(self) {
        self.stop.send(()).unwrap();
        self.serving.await.unwrap();
    }
}

/// Writes a request on a connection and reads the answer's status line and body.
async fn exchange(stream: &mut TcpStream, headers: &str, body: &[u8]) -> (String, Value) {
    let head = format!(
        "POST /api/v3/find/associationtype HTTP/1.1\r\nhost: x\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    read_answer(stream).await
}

async fn read_answer(stream: &mut TcpStream) -> (String, Value) {
    let mut seen = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.unwrap();
        assert!(count > 0, "the connection closed after {}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&seen);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if let Ok(body) = serde_json::from_str(body) {
            return (head.lines().next().unwrap().to_owned(), body);
        }
    }
}

fn bearer() -> String {
    format!("authorization: Bearer {ADMIN_TOKEN}\r\n")
}

#[tokio::test]
async fn a_large_body_is_answered_and_the_connection_lives_on() {
    let listening = listen(HttpConfig { body_bytes: 1_000_000, ..HttpConfig::default() }).await;
    let mut stream = TcpStream::connect(listening.address).await.unwrap();
    let large = vec![b' '; 5_000_000];
    for headers in [bearer(), String::new()] {
        let (status, answer) = exchange(&mut stream, &headers, &large).await;
        let expected = if headers.is_empty() { (401, 1_199_048) } else { (413, 1_199_004) };
        assert!(status.contains(&expected.0.to_string()), "{status}");
        assert_eq!(answer["bk_error_code"], expected.1);
        let (status, _) = exchange(&mut stream, &bearer(), b"{}").await;
        assert_eq!(status, "HTTP/1.1 200 OK");
    }
    drop(stream);
    listening.stopped().await;
}

#[tokio::test]
async fn trust_goes_by_the_address_of_the_connection() {
    for (network, expected) in [("127.0.0.0/8", "HTTP/1.1 200 OK"), ("10.0.0.0/8", "HTTP/1.1 401 Unauthorized")] {
        let config = HttpConfig { trust_headers: vec![network.parse().unwrap()], ..HttpConfig::default() };
        let listening = listen(config).await;
        let mut stream = TcpStream::connect(listening.address).await.unwrap();
        let (status, _) = exchange(&mut stream, "BK_User: ann\r\nX-Forwarded-For: 10.0.0.1\r\n", b"{}").await;
        assert_eq!(status, expected);
        listening.stopped().await;
    }
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_leaves_idle_connections() {
    let listening = listen(HttpConfig::default()).await;
    let idle = TcpStream::connect(listening.address).await.unwrap();
    let mut busy = TcpStream::connect(listening.address).await.unwrap();
    // One whole exchange, so that the server surely has this connection; then half a request.
    exchange(&mut busy, &bearer(), b"{}").await;
    let head = format!(
        "POST /api/v3/find/associationtype HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n{}content-length: 2\r\n\r\n",
        bearer()
    );
    busy.write_all(head.as_bytes()).await.unwrap();
    // The server says this when the handler has begun to read the body.
    let mut go_on = [0; 25];
    busy.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let finish = async {
        busy.write_all(b"{}").await.unwrap();
        read_answer(&mut busy).await.0
    };
    assert_eq!(after_stop(listening, finish).await, "HTTP/1.1 200 OK");
    drop(idle);
}

/// Asks the server to stop, then does the rest; the server has to end.
async fn after_stop<T>(listening: Listening, rest: impl Future<Output = T>) -> T {
    listening.stop.send(()).unwrap();
    let result = rest.await;
    listening.serving.await.unwrap();
    result
}

#[tokio::test]
async fn a_connection_without_a_request_gives_its_place_to_the_next() {
    let listening = listen_to(HttpConfig::default(), 1).await;
    let mut idle = TcpStream::connect(listening.address).await.unwrap();
    idle.write_all(b"POST /api/v3/find/associationtype HTTP/1.1\r\nhost:").await.unwrap();
    let mut next = TcpStream::connect(listening.address).await.unwrap();
    // From here on time passes whenever nothing else is to be done.
    tokio::time::pause();
    let (status, _) = exchange(&mut next, &bearer(), b"{}").await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    let mut told = Vec::new();
    idle.read_to_end(&mut told).await.unwrap();
    assert!(told.is_empty() || told.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&told));
    drop(next);
    listening.stopped().await;
}
