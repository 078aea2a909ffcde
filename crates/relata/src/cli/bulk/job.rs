//! Loads files as a job: uploads them, waits for the server to carry them out, and tells what became of each row.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use serde_json::Value;

use super::{Operations, StreamArgs, Tally, report};
use crate::cli::client::Client;
use crate::cli::stream::{Target, exchange};
use crate::cli::{Outcome, output};
use crate::config::Connection;

/// How often it is asked how far the job has come.
const LOOK: Duration = Duration::from_millis(500);
/// The longest name of a job that the server takes, in characters.
const LONGEST_NAME: usize = 200;

/// A text as it stands in an address; of a long one the end.
fn encoded(text: &str) -> String {
    let short: String = text.chars().skip(text.chars().count().saturating_sub(LONGEST_NAME)).collect();
    short.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// Uploads operations and waits. Whoever interrupts it leaves the job running.
pub(super) fn load(
    connection: &Connection,
    (query, key): (String, String),
    args: &StreamArgs,
    bar: &ProgressBar,
    operations: &dyn Fn() -> anyhow::Result<Operations>,
    mut results: Option<BufWriter<File>>,
) -> anyhow::Result<Outcome> {
    let name = operations()?.next().map(|first| encoded(&first.file)).unwrap_or_default();
    let target = Target { connection, endpoint: "jobs", query: format!("{query}&name={name}"), key: Some(key.clone()) };
    let mut answer = Value::Null;
    let lines = operations()?.map(|placed| placed.text.into_bytes());
    let uploaded = exchange(&target, lines, &mut |line| {
        answer = serde_json::from_slice(line).context("the server's answer cannot be read")?;
        Ok(())
    });
    if uploaded.is_err() {
        output::complain(&format!("Run the same command with --key {key} to upload it once and not twice."));
    }
    uploaded?;
    let id = answer.get("id").and_then(Value::as_i64).context("the server has begun no job")?;
    bar.suspend(|| {
        output::complain(&format!(
            "Job {id} has begun. It goes on without this command: relata job show {id}, relata job cancel {id}"
        ));
    });
    let client = Client::new(connection);
    let (started, path) = (Instant::now(), format!("/api/relata/v1/jobs/{id}"));
    let job = loop {
        let job = client.get(&path)?;
        let number = |name: &str| job.pointer(name).and_then(Value::as_u64).unwrap_or_default();
        bar.set_length(number("/rows/total"));
        bar.set_position(number("/rows/done"));
        if job.get("finished").is_some_and(|it| !it.is_null()) {
            break job;
        }
        std::thread::sleep(LOOK);
    };
    bar.finish_and_clear();
    let mut places = operations()?.map(|placed| (placed.file, placed.line));
    let (mut tally, mut at) = (Tally::default(), 0_u64);
    client.lines(&format!("{path}/result"), &mut |line| {
        let mut place = || -> anyhow::Result<_> {
            at += 1;
            Ok((places.next().context("the server answers more rows than were sent")?, at))
        };
        tally.note(line.as_bytes(), &mut place, results.as_mut(), &ProgressBar::hidden())
    })?;
    report(&tally, started.elapsed(), args.dry_run)?;
    if let Some(results) = &mut results {
        results.flush().context("the results cannot be written")?;
    }
    if let Some((code, message)) = tally.aborted {
        bail!("the results of job {id} could not be read: {message} ({code})");
    }
    match job.get("state").and_then(Value::as_str) {
        Some("done") if tally.failed == 0 => Ok(Outcome::Done),
        Some("done") => Ok(Outcome::SomeRefused),
        state => {
            let why = job.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
            bail!("job {id} is {}: {why}", state.unwrap_or_default())
        }
    }
}
