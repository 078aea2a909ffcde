//! A server of canned answers, and what the client makes of them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;
use crate::config::Secret;

/// What a [`FakeServer`] was asked: path, head and body.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Path of the request.
    pub(crate) path: String,
    /// Request line and headers.
    pub(crate) head: String,
    /// The body, decoded.
    pub(crate) body: Value,
}

/// Answers every request by a function. Its threads end with the connections, so with the client.
pub(crate) struct FakeServer {
    /// Where it listens.
    pub(crate) connection: Connection,
    /// What it was asked so far.
    pub(crate) asked: Arc<Mutex<Vec<Asked>>>,
}

impl FakeServer {
    /// Starts it; the function gives status and body.
    pub(crate) fn start(answer: impl Fn(&Asked) -> (u16, String) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || serve(stream.unwrap(), &log, &*answer));
            }
        });
        Self { connection: Connection { url, token: Some(Secret::new("t0ken")) }, asked }
    }

    /// The paths asked for, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> (u16, String)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let asked = Asked { path, head, body: serde_json::from_slice(&body).unwrap() };
        log.lock().unwrap().push(asked.clone());
        let (status, text) = answer(&asked);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", text.len());
        writer.write_all((head + &text).as_bytes()).unwrap();
    }
}

/// The envelope of a success.
pub(crate) fn success(data: &Value) -> (u16, String) {
    (
        200,
        json!({"result": true, "bk_error_code": 0, "bk_error_msg": "success", "permission": null, "data": data})
            .to_string(),
    )
}

/// The envelope of a refusal.
pub(crate) fn refusal(status: u16, code: i64, message: &str) -> (u16, String) {
    (status, json!({"result": false, "bk_error_code": code, "bk_error_msg": message, "data": null}).to_string())
}

fn call(answer: (u16, String)) -> Result<Value, CallError> {
    let server = FakeServer::start(move |_| answer.clone());
    Client::new(&server.connection).post("/api/v3/find/object", &json!({}))
}

#[test]
fn request_carries_token_language_and_body() {
    let server = FakeServer::start(|_| success(&json!([1])));
    let data = Client::new(&server.connection).post("/api/v3/find/object", &json!({"a": 1})).unwrap();
    assert_eq!(data, json!([1]));
    let asked = server.asked.lock().unwrap().pop().unwrap();
    assert_eq!((asked.path.as_str(), asked.body), ("/api/v3/find/object", json!({"a": 1})));
    let head = asked.head.to_lowercase();
    assert!(head.contains("authorization: bearer t0ken\r\n"), "{head}");
    assert!(head.contains("x-bkcmdb-language: en\r\n"), "{head}");
}

#[test]
fn errors_of_the_envelope_are_told_apart() {
    let refused = CallError::Refused { code: 1_199_006, message: "bad".to_owned() };
    assert_eq!(call(refusal(200, 1_199_006, "bad")), Err(refused));
    let refused = CallError::Refused { code: 1_199_999, message: "too large".to_owned() };
    assert_eq!(call(refusal(413, 1_199_999, "too large")), Err(refused));
    assert_eq!(call(refusal(401, 1, "who?")), Err(CallError::Login { message: "who?".to_owned() }));
}

#[test]
fn the_own_api_has_no_envelope() {
    let own = |answer: (u16, String)| {
        let server = FakeServer::start(move |_| answer.clone());
        Client::new(&server.connection).post("/api/relata/v1/users/search", &json!({}))
    };
    assert_eq!(own((200, "null".to_owned())), Ok(Value::Null));
    let problem =
        |status: u16| (status, json!({"status": status, "code": 1_199_011, "detail": "no such user"}).to_string());
    let refused = CallError::Refused { code: 1_199_011, message: "no such user".to_owned() };
    assert_eq!(own(problem(404)), Err(refused));
    assert_eq!(own(problem(401)), Err(CallError::Login { message: "no such user".to_owned() }));
}

#[test]
fn an_answer_that_is_no_envelope_is_shown_by_its_beginning() {
    let error = call((502, "<html>\nBad gateway</html>".to_owned())).unwrap_err();
    assert_eq!(error, CallError::Strange { status: 502, text: "<html> Bad gateway</html>".to_owned() });
}

#[test]
fn missing_token_is_named_when_the_login_is_refused() {
    let server = FakeServer::start(|_| refusal(401, 1, "sign in"));
    let connection = Connection { token: None, ..server.connection };
    let error = Client::new(&connection).post("/", &json!({})).unwrap_err();
    assert!(error.to_string().ends_with("no token was given: set RELATA_TOKEN or use --token-file"), "{error}");
}

#[test]
fn busy_server_is_asked_again() {
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let server = FakeServer::start(move |_| match calls.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
        0 => refusal(503, 1_199_998, "busy"),
        _ => success(&json!("done")),
    });
    assert_eq!(Client::new(&server.connection).post("/", &json!({})), Ok(json!("done")));
    assert_eq!(server.paths().len(), 2);
}

#[test]
fn nobody_listening_is_unreachable() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let connection = Connection { url: format!("http://127.0.0.1:{port}"), token: None };
    let error = Client::new(&connection).post("/", &json!({})).unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error}");
}
