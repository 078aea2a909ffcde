//! A stream of lines that is carried out transaction after transaction, and what one of them hands on to the next.

use super::labels::Labelled;
use super::run::Given;
use super::{Bulk, Mode};
use crate::decode::decode;
use relata_model::{Code, Error, Map, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// Most operations in one transaction of a stream that is carried out bit by bit.
pub(super) const LARGEST_CHUNK: usize = 10_000;
/// Operations in one transaction, when nothing is said.
pub(super) const CHUNK: usize = 1000;

/// Longest key of a request.
const LONGEST_KEY: usize = 255;

/// A stream under way.
#[derive(Debug)]
pub struct Stream {
    /// Lines of one transaction.
    pub chunk: usize,
    /// All lines are one transaction: the whole stream has to be read before the first verdict.
    pub whole: bool,
    /// By which the verdicts are kept, so that the stream may be sent again: see [`super::kept`].
    pub(super) key: Option<String>,
    /// The options, as far as verdicts depend on them.
    pub(super) options: String,
    state: Mutex<State>,
}

/// What is done with the lines of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// They are carried out as they come.
    CarryOut,
    /// They are kept, and carried out later: see [`super::jobs`].
    Keep,
}

#[derive(Debug, Default)]
struct State {
    labels: Arc<HashMap<String, Labelled>>,
    /// Labels of the transaction with this number, which may be tried again.
    last: (u64, BTreeMap<String, Labelled>),
    /// The job that keeps the lines. The first lines of the stream begin it.
    job: i64,
}

impl Stream {
    /// Reads the options of a stream, and the key by which its verdicts are kept.
    pub fn open(options: &Map, key: Option<&str>, purpose: Purpose) -> Result<Self> {
        let malformed = |error: serde_json::Error| Error::new(Code::ParamInvalid).arg("query").hint(error.to_string());
        let options: Bulk = decode(Value::Object(options.clone())).map_err(malformed)?;
        if !options.operations.is_empty() {
            return Err(Error::invalid("operations").hint("operations are the lines of the body"));
        }
        let (mut chunk, kept) = (chunk(options.chunk)?, purpose == Purpose::Keep);
        // A dry run has to see what the lines before would have written.
        let whole = options.mode == Mode::Atomic || options.dry_run;
        if whole && kept {
            chunk = CHUNK;
        }
        let key = key.map(str::to_owned).filter(|_| kept || !options.dry_run);
        if key.as_ref().is_some_and(|key| !(1..=LONGEST_KEY).contains(&key.len())) {
            return Err(Error::invalid("Idempotency-Key").hint(format!("it has 1 to {LONGEST_KEY} characters")));
        }
        let options = format!("{:?} {:?} {chunk}", options.mode, options.on_conflict);
        Ok(Self { chunk, whole: whole && !kept, key, options, state: Mutex::default() })
    }

    /// The job that keeps the lines.
    pub(super) fn job(&self) -> i64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).job
    }

    /// Notes the job that keeps the lines.
    pub(super) fn note_job(&self, job: i64) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).job = job;
    }

    /// The labels of the transactions before.
    pub(super) fn labels(&self) -> Arc<HashMap<String, Labelled>> {
        Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner).labels)
    }

    /// Notes the labels of a transaction; those of the one before are certain now.
    pub(super) fn note(&self, number: u64, labels: BTreeMap<String, Labelled>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.last = (number, labels);
    }

    /// Says that the transaction before this one is committed.
    fn begin(&self, number: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.0 < number {
            let labels = std::mem::take(&mut state.last.1);
            if !labels.is_empty() {
                Arc::make_mut(&mut state.labels).extend(labels);
            }
        }
    }
}

/// The operations in one transaction, as a caller asks for them.
pub(super) fn chunk(asked: Option<usize>) -> Result<usize> {
    let chunk = asked.unwrap_or(CHUNK);
    let wrong = || Error::invalid("chunk").hint(format!("it is a number from 1 to {LARGEST_CHUNK}"));
    if (1..=LARGEST_CHUNK).contains(&chunk) { Ok(chunk) } else { Err(wrong()) }
}

/// A line of a stream.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub row: u64,
    /// Its text, or why it was not read.
    pub text: Result<Vec<u8>>,
}

/// Lines that are one transaction.
#[derive(Clone, Debug)]
pub struct Lines {
    /// The stream that they are of.
    pub stream: Arc<Stream>,
    /// Which transaction of the stream, from 1.
    pub number: u64,
    /// The lines.
    pub lines: Arc<Vec<Line>>,
    /// What follows them, where that matters: for lines that are kept.
    pub then: Then,
}

/// What follows lines of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Perhaps more.
    More,
    /// Nothing: these were the last.
    End,
    /// Nothing, and there should have been more.
    BrokenOff,
}

impl Lines {
    pub(super) fn read(&self) -> impl Iterator<Item = Given> + Send {
        self.stream.begin(self.number);
        self.lines.iter().map(|line| (line.row, line.text.clone().and_then(|text| given(&text))))
    }
}

/// Reads the text of a line.
pub(super) fn given(text: &[u8]) -> Result<Value> {
    let value: Value = serde_json::from_slice(text).map_err(|error| not_json(&error))?;
    if value.is_object() { Ok(value) } else { Err(Error::new(Code::JsonDecode).hint("it is no object")) }
}

fn not_json(error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    Error::new(Code::JsonDecode).hint(format!("{what} (column {})", error.column()))
}
