//! Sends operations to the server as one stream, shows how it goes, and tells what became of each.
//!
//! Shared by the commands that load files. When the connection is lost the stream is sent again with the same key: the server
//! answers from before what it has carried out, and goes on behind.

mod job;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use indicatif::ProgressBar;
use relata_app::Environment as _;
use serde_json::{Value, json};

use super::client::CallError;
use super::import::progress;
use super::serve::Machine;
use super::stream::{Target, exchange};
use super::{Outcome, output};
use crate::config::Connection;

/// Refusals that are shown.
const SHOWN: u64 = 20;
/// Waits before a stream is sent again.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];
/// "The store cannot be reached now".
const UNAVAILABLE: i64 = 1_199_017;

/// How a stream is carried out.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct StreamArgs {
    /// Say what would become of every row, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// All or nothing, in one transaction
    #[arg(long)]
    pub(crate) atomic: bool,
    /// What becomes of a new instance or link that is there already
    #[arg(long, value_name = "WHAT", default_value = "fail", value_parser = ["fail", "skip", "update"])]
    pub(crate) on_conflict: String,
    /// Rows in one transaction
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) chunk: u16,
    /// Name of this load: run again with the same one, it goes on where it ended [default: a new one]
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Write what became of every row to this file, as NDJSON
    #[arg(long, value_name = "FILE")]
    pub(crate) results: Option<PathBuf>,
    /// Upload the rows as a job, which goes on without this command (relata job --help)
    #[arg(long)]
    pub(crate) as_job: bool,
}

impl StreamArgs {
    /// The options as the server reads them.
    fn query(&self) -> String {
        let mode = if self.atomic { "atomic" } else { "partial" };
        let Self { dry_run, on_conflict, chunk, .. } = self;
        format!("mode={mode}&dry_run={dry_run}&on_conflict={on_conflict}&chunk={chunk}")
    }
}

/// An operation and where it stands in the files.
pub(crate) struct Placed {
    /// Name of the file.
    pub(crate) file: std::sync::Arc<str>,
    /// Line in it.
    pub(crate) line: u64,
    /// The operation as JSON text.
    pub(crate) text: String,
}

/// Operations, one after the other; read anew each time that they have to be sent.
pub(crate) type Operations = Box<dyn Iterator<Item = Placed> + Send>;

/// What became of the operations.
#[derive(Default)]
struct Tally {
    seen: u64,
    counts: BTreeMap<String, u64>,
    failed: u64,
    /// Why the stream ended early.
    aborted: Option<(i64, String)>,
}

/// Sends operations, `total` of them or about so many, and tells what became of them.
pub(crate) fn load(
    connection: &Connection,
    args: &StreamArgs,
    total: u64,
    operations: &dyn Fn() -> anyhow::Result<Operations>,
) -> anyhow::Result<Outcome> {
    let key = args.key.clone().unwrap_or_else(new_key);
    let query = args.query();
    let mut results = args.results.as_deref().map(create).transpose()?;
    let bar = progress(total, "rows");
    let (started, mut tally, mut pauses) = (Instant::now(), Tally::default(), PAUSES.iter());
    if args.as_job {
        return job::load(connection, (query, key), args, &bar, operations, results);
    }
    let target = Target { connection, endpoint: "bulk", query, key: Some(key.clone()) };
    loop {
        let outcome = attempt(&target, operations()?, &mut tally, results.as_mut(), &bar);
        let broken = match &outcome {
            Ok(()) => tally.aborted.as_ref().is_some_and(|(code, _)| *code == UNAVAILABLE),
            Err(error) => matches!(error.downcast_ref(), Some(CallError::Unreachable { .. })),
        };
        match pauses.next() {
            Some(pause) if broken => std::thread::sleep(*pause),
            Some(_) | None => {
                bar.finish_and_clear();
                report(&tally, started.elapsed(), args.dry_run)?;
                if let Some(results) = &mut results {
                    results.flush().context("the results cannot be written")?;
                }
                if outcome.is_err() || tally.aborted.is_some() {
                    output::complain(&format!("Not finished. Run the same command with --key {key} to go on."));
                }
                outcome?;
                break;
            }
        }
    }
    if let Some((code, message)) = tally.aborted {
        bail!("the server has ended the stream: {message} ({code})");
    }
    Ok(if tally.failed > 0 { Outcome::SomeRefused } else { Outcome::Done })
}

/// A key that nobody else has.
fn new_key() -> String {
    Machine.random().iter().take(12).fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    })
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    Ok(BufWriter::new(File::create(path).with_context(|| format!("{} cannot be created", path.display()))?))
}

/// Sends everything once. What was told before is passed over.
fn attempt(
    target: &Target<'_>,
    operations: Operations,
    tally: &mut Tally,
    mut results: Option<&mut BufWriter<File>>,
    bar: &ProgressBar,
) -> anyhow::Result<()> {
    let (sender, places) = mpsc::channel();
    let lines = operations.map(move |placed| {
        let _gone = sender.send((placed.file, placed.line));
        placed.text.into_bytes()
    });
    tally.aborted = None;
    let mut at = 0_u64;
    exchange(target, lines, &mut |line| {
        let mut place = || -> anyhow::Result<_> {
            at += 1;
            Ok((places.recv().context("the server answers more rows than were sent")?, at))
        };
        tally.note(line, &mut place, results.as_deref_mut(), bar)
    })
}

/// File and line of the next row, and how many rows there were so far.
type NextPlace<'n> = &'n mut dyn FnMut() -> anyhow::Result<((std::sync::Arc<str>, u64), u64)>;

impl Tally {
    /// Notes a line of the server's. What was told before is passed over.
    fn note(
        &mut self,
        line: &[u8],
        next: NextPlace<'_>,
        results: Option<&mut BufWriter<File>>,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        let mut verdict: Value = serde_json::from_slice(line).context("the server's answer cannot be read")?;
        let code = verdict.get("code").and_then(Value::as_i64).unwrap_or_default();
        let text = |member: &str| verdict.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (status, message) = (text("status"), text("message"));
        if status == "aborted" {
            self.aborted = Some((code, message));
            return Ok(());
        }
        let ((file, number), at) = next()?;
        if at <= self.seen {
            return Ok(());
        }
        self.seen = at;
        bar.inc(1);
        *self.counts.entry(status.clone()).or_default() += 1;
        if status == "failed" {
            self.failed += 1;
            if self.failed <= SHOWN {
                bar.suspend(|| output::complain(&format!("{file}:{number}: {message} ({code})")));
            }
        }
        if let (Some(results), Some(verdict)) = (results, verdict.as_object_mut()) {
            verdict.insert("file".to_owned(), json!(&*file));
            verdict.insert("row".to_owned(), json!(number));
            writeln!(results, "{}", Value::Object(std::mem::take(verdict))).context("the results cannot be written")?;
        }
        Ok(())
    }
}

fn report(tally: &Tally, took: Duration, dry_run: bool) -> anyhow::Result<()> {
    if tally.failed > SHOWN {
        output::complain(&format!("… and {} more", tally.failed - SHOWN));
    }
    let count = |count: u64| output::grouped(usize::try_from(count).unwrap_or(usize::MAX));
    let parts: Vec<String> =
        tally.counts.iter().map(|(status, number)| format!("{} {status}", count(*number))).collect();
    let what = if dry_run { "would be " } else { "" };
    let rate = tally.seen * 1000 / u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
    let seconds = took.as_secs_f64();
    output::say(&format!(
        "{} rows in {seconds:.1} s ({} rows/s): {what}{}",
        count(tally.seen),
        count(rate),
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    ))
}
