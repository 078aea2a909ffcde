//! A small blocking client of the HTTP API in the native style, and of Relata's own: `POST` with a bearer token. The envelope
//! is read, and a failure of Relata's own API, which has none.
//!
//! It knows no endpoint. Connections are kept open and may be used by several threads. A server that is busy (503, or
//! code 1199997) is asked again a few times, since such an answer says that nothing was done.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::config::Connection;

/// "Too many requests" (conventions.md §11).
const TOO_MANY_REQUESTS: i64 = 1_199_997;
/// Waits before a busy server is asked again.
const RETRY_AFTER: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1600), Duration::from_millis(6400)];
/// The longest answer that is read.
const MAX_ANSWER: u64 = 512 * 1024 * 1024;

/// Why a call has no data to give.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    /// No connection, or it broke before the answer was there.
    Unreachable { url: String, reason: String },
    /// The server does not accept who calls.
    Login { message: String },
    /// The server answered with an error of its table.
    Refused { code: i64, message: String },
    /// An answer that is not from this API.
    Strange { status: u16, text: String },
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { url, reason } => write!(f, "{url} cannot be reached: {reason}"),
            Self::Login { message } => write!(f, "the server refuses the login: {message}"),
            Self::Refused { code, message } => write!(f, "{message} ({code})"),
            Self::Strange { status, text } => {
                write!(f, "the answer (HTTP {status}) is not one of this API, is the address right? It begins: {text}")
            }
        }
    }
}

impl std::error::Error for CallError {}

/// The envelope of the native style (conventions.md §3.1).
#[derive(Debug, Deserialize)]
struct Envelope {
    result: bool,
    #[serde(default, rename = "bk_error_code")]
    code: i64,
    #[serde(default, rename = "bk_error_msg")]
    message: String,
    #[serde(default)]
    data: Value,
}

/// A failure of Relata's own API.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    pub(super) code: i64,
    pub(super) detail: String,
}

/// What the paths of Relata's own API begin with.
const OWN: &str = "/api/relata/";

/// A server, and the token to show it.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
    authorization: Option<String>,
}

impl Client {
    /// Makes a client; nothing is sent yet.
    pub(crate) fn new(connection: &Connection) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            // Settings come from `config` alone; the library would read HTTP_PROXY by itself.
            .proxy(None)
            .max_idle_connections_per_host(16)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_global(Some(Duration::from_mins(2)))
            .user_agent(concat!("relata/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        let authorization = connection.token.as_ref().map(|token| format!("Bearer {}", token.reveal()));
        Self { agent, url: connection.url.clone(), authorization }
    }

    /// Calls an endpoint, `path` beginning with a slash, and gives the answer's `data`.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, CallError> {
        let bytes = body.to_string().into_bytes();
        self.retry(path, &|| self.send(path, &bytes))
    }

    /// [`Self::post`] by GET.
    pub(crate) fn get(&self, path: &str) -> Result<Value, CallError> {
        self.retry(path, &|| self.finish(self.begin(self.agent.get(self.at(path))).call()))
    }

    /// [`Self::post`] by DELETE.
    pub(crate) fn delete(&self, path: &str) -> Result<Value, CallError> {
        self.retry(path, &|| self.finish(self.begin(self.agent.delete(self.at(path))).call()))
    }

    /// Asks for an answer of many lines, and gives each of them to `take` as it comes.
    pub(crate) fn lines(&self, path: &str, take: &mut dyn FnMut(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        // However long it takes.
        let request = self.agent.get(self.at(path)).config().timeout_global(None).build();
        let mut response = self.begin(request).call().map_err(|error| self.unreachable(&error))?;
        let status = response.status().as_u16();
        if status != 200 {
            let text = response.body_mut().read_to_vec().map_err(|error| self.unreachable(&error))?;
            self.read(true, status, &text)?;
        }
        for line in BufReader::new(response.body_mut().as_reader()).lines() {
            take(&line.map_err(|error| CallError::Unreachable { url: self.url.clone(), reason: error.to_string() })?)?;
        }
        Ok(())
    }

    /// Asks until the server is not busy.
    fn retry(&self, path: &str, ask: &dyn Fn() -> Result<(u16, Vec<u8>), CallError>) -> Result<Value, CallError> {
        let mut waits = RETRY_AFTER.iter();
        loop {
            let (status, text) = ask()?;
            let answer = self.read(path.starts_with(OWN), status, &text);
            match (&answer, waits.next()) {
                (Err(error), Some(wait)) if is_busy(status, error) => std::thread::sleep(*wait),
                _ => return answer,
            }
        }
    }

    pub(super) fn send(&self, path: &str, body: &[u8]) -> Result<(u16, Vec<u8>), CallError> {
        let request = self.begin(self.agent.post(self.at(path))).header("Content-Type", "application/json");
        self.finish(request.send(body))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Adds what every request says.
    fn begin<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        let request = request.header("X-Bkcmdb-Language", "en");
        match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        }
    }

    fn finish(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<(u16, Vec<u8>), CallError> {
        let mut response = answer.map_err(|error| self.unreachable(&error))?;
        let text = response.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
        Ok((response.status().as_u16(), text.map_err(|error| self.unreachable(&error))?))
    }

    fn unreachable(&self, error: &ureq::Error) -> CallError {
        CallError::Unreachable { url: self.url.clone(), reason: error.to_string() }
    }

    fn read(&self, own: bool, status: u16, text: &[u8]) -> Result<Value, CallError> {
        let strange = || CallError::Strange { status, text: beginning(text) };
        if own && status == 200 {
            return serde_json::from_slice(text).map_err(|_| strange());
        }
        let envelope = if own {
            serde_json::from_slice::<Problem>(text).map(|problem| Envelope {
                result: false,
                code: problem.code,
                message: problem.detail,
                data: Value::Null,
            })
        } else {
            serde_json::from_slice::<Envelope>(text)
        };
        if status == 401 {
            let message = envelope.map_or_else(|_| "HTTP 401".to_owned(), |envelope| envelope.message);
            let advice = match self.authorization {
                None => "; no token was given: set RELATA_TOKEN or use --token-file",
                Some(_) => "",
            };
            return Err(CallError::Login { message: format!("{message}{advice}") });
        }
        match envelope {
            Ok(Envelope { result: true, data, .. }) => Ok(data),
            Ok(Envelope { code, message, .. }) => Err(CallError::Refused { code, message }),
            Err(_) => Err(strange()),
        }
    }
}

/// The records in a search's data: an array, or the member `info` of an object.
pub(crate) fn records(data: Value) -> Vec<Value> {
    match data {
        Value::Array(records) => records,
        Value::Object(mut members) => members.remove("info").map(records).unwrap_or_default(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// True for an answer that says: nothing was done, ask again.
fn is_busy(status: u16, error: &CallError) -> bool {
    match error {
        CallError::Refused { code, .. } => status == 503 || *code == TOO_MANY_REQUESTS,
        CallError::Unreachable { .. } | CallError::Login { .. } | CallError::Strange { .. } => false,
    }
}

/// The first 200 characters, on one line.
fn beginning(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let shown: String = text.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if shown.is_empty() { "(nothing)".to_owned() } else { shown }
}

#[cfg(test)]
pub(crate) mod tests;
