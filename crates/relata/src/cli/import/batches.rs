//! Sends batches by several threads at once: one thread reads or records while the others wait for answers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use serde_json::Value;

use crate::cli::client::{CallError, Client};

/// Where batches come from and where their answers go. Reading and recording are never done by two threads at once.
pub(crate) trait Batches: Send {
    /// What is sent in one request.
    type Batch: Send;

    /// Reads the next batch; none at the end.
    fn next_batch(&mut self, client: &Client) -> anyhow::Result<Option<Self::Batch>>;

    /// Path and body of a batch's request.
    fn request(batch: &mut Self::Batch) -> (String, Value);

    /// Takes in the answer's data, or the code and text with which the server refused the request as a whole.
    fn record(&mut self, batch: Self::Batch, answer: Result<Value, (i64, String)>) -> anyhow::Result<()>;
}

/// The batches, and the first failure, after which nothing more is sent.
struct State<'b, B> {
    batches: &'b mut B,
    failure: Option<anyhow::Error>,
}

/// Sends every batch, by `lanes` threads. What was answered before a failure is recorded.
pub(crate) fn send_all<B: Batches>(batches: &mut B, client: &Client, lanes: usize) -> anyhow::Result<()> {
    let state = Mutex::new(State { batches, failure: None });
    std::thread::scope(|scope| {
        for _ in 0..lanes.max(1) {
            scope.spawn(|| lane(&state, client));
        }
    });
    state.into_inner().unwrap_or_else(PoisonError::into_inner).failure.map_or(Ok(()), Err)
}

fn lane<B: Batches>(state: &Mutex<State<'_, B>>, client: &Client) {
    loop {
        let mut now = lock(state);
        if now.failure.is_some() {
            return;
        }
        let mut batch = match now.batches.next_batch(client) {
            Ok(Some(batch)) => batch,
            Ok(None) => return,
            Err(error) => {
                now.failure = Some(error);
                return;
            }
        };
        drop(now);
        let (path, body) = B::request(&mut batch);
        let answer = refusal(client.post(&path, &body)).with_context(|| format!("POST {path}"));
        drop(body);
        let mut now = lock(state);
        if let Err(error) = answer.and_then(|answer| now.batches.record(batch, answer)) {
            now.failure.get_or_insert(error);
        }
    }
}

/// "Holds more elements than allowed" (associations.md §4.2).
const TOO_MANY_ITEMS: i64 = 1_199_035;

/// Splits an answer into what the server says to the request, and failures after which there is no use in going on.
pub(crate) fn refusal(answer: Result<Value, CallError>) -> anyhow::Result<Result<Value, (i64, String)>> {
    match answer {
        Ok(data) => Ok(Ok(data)),
        // This is about the request, not about its rows.
        Err(CallError::Refused { code: TOO_MANY_ITEMS, message }) => {
            anyhow::bail!("the server takes smaller batches ({message}); give it some with --batch")
        }
        Err(CallError::Refused { code, message }) => Ok(Err((code, message))),
        Err(error @ (CallError::Unreachable { .. } | CallError::Login { .. } | CallError::Strange { .. })) => {
            Err(error.into())
        }
    }
}

/// A lane that panicked has recorded nothing halfway that others rely on, so the lock is good.
fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
