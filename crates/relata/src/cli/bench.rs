//! `relata bench`: measures this build on this machine.
//!
//! The server runs as a process of its own, so that its memory is its own; the callers are threads of this one and speak
//! plain HTTP to it on loopback. The floor is measured in the same run and on the same disk.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::client::Client;
use super::{Outcome, output};
use crate::config::{Connection, Secret};

const EXAMPLES: &str = "\
Examples:
  relata bench links
  relata bench links --links 1000000 --callers 8 --batch 200 --json

The server, its store and the floor use a temporary folder (TMPDIR), or the one of --dir; it is removed at the end.";

/// Measure this build on this machine
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Links(LinksArgs),
}

/// Batch create of links over HTTP, beside the floor: the same rows by plain statements
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct LinksArgs {
    /// Links that the store holds before the measurement
    #[arg(long, value_name = "N", default_value_t = 0)]
    links: u64,
    /// Callers at the same time
    #[arg(long, value_name = "C", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    callers: u32,
    /// Links in one request
    #[arg(long, value_name = "B", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=200))]
    batch: u32,
    /// Instances of the model that the links join
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    instances: u64,
    /// Seconds that each measurement takes
    #[arg(long, value_name = "S", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Folder for the stores
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let What::Links(args) = &args.what;
    let figures = links(args)?;
    if args.json {
        output::say_json(&figures)?;
    } else {
        let rows: Vec<Vec<String>> = figures
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| vec![name.replace('_', " "), value.to_string()])
            .collect();
        output::say(&output::table(&["figure", "value"], &rows, &[1]))?;
    }
    Ok(Outcome::Done)
}

const MODEL: &str = "bench_node";
const ASSOCIATION: &str = "bench_node_connect_bench_node";

#[expect(clippy::cast_precision_loss, reason = "figures are for people")]
fn links(args: &LinksArgs) -> anyhow::Result<Value> {
    let folder = match &args.dir {
        Some(dir) => tempfile::tempdir_in(dir),
        None => tempfile::tempdir(),
    }
    .context("no folder for the stores can be made")?;
    let store = folder.path().join("relata.db");
    let server = Server::start(&store)?;
    let empty_memory = server.memory()?;
    let client = server.client();
    define(&client, args.instances)?;
    let before_links = server.memory()?;
    let disk_before = disk(&store);

    let pairs = Pairs { instances: args.instances, drawn: AtomicU64::new(0) };
    let plan = |callers, until| Plan { url: server.url.clone(), callers, batch: args.batch, until };
    progress(&format!("filling the store to {} links", args.links));
    let filled = drive(&plan(args.callers, Until::Links(args.links)), &pairs)?;
    progress("measuring");
    let time = Duration::from_secs(args.seconds);
    let many = drive(&plan(args.callers, Until::Time(time)), &pairs)?;
    let one = drive(&plan(1, Until::Time(time)), &pairs)?;
    let stored = filled.created + many.created + one.created;

    let memory = server.memory()?;
    let disk_after = disk(&store);
    server.stop()?;
    let begin = Instant::now();
    let again = Server::start(&store)?;
    let start_time = begin.elapsed();
    again.stop()?;

    progress("measuring the floor");
    let floor_rate = floor(folder.path(), args, args.batch)?;
    // The same links with a row of the log each, as a store without packed records would write them.
    let unpacked_rate = floor(folder.path(), args, 1)?;
    let rate = many.rate();
    Ok(json!({
        "links_before": filled.created,
        "links_stored": stored,
        "callers": args.callers,
        "batch": args.batch,
        "links_per_second": rate.round(),
        "floor_links_per_second": floor_rate.round(),
        "ratio_to_floor": hundredths(rate / floor_rate),
        "unpacked_floor_links_per_second": unpacked_rate.round(),
        "ratio_to_unpacked_floor": hundredths(rate / unpacked_rate),
        "refused": many.refused + one.refused + filled.refused,
        "p50_ms": many.quantile(0.50),
        "p99_ms": many.quantile(0.99),
        "one_caller_links_per_second": one.rate().round(),
        "one_caller_p50_ms": one.quantile(0.50),
        "one_caller_p99_ms": one.quantile(0.99),
        "disk_bytes_per_link": hundredths(disk_after.saturating_sub(disk_before) as f64 / stored.max(1) as f64),
        "memory_bytes_per_link": hundredths(memory.saturating_sub(before_links) as f64 / stored.max(1) as f64),
        "memory_empty_store_mb": hundredths(empty_memory as f64 / 1e6),
        "memory_mb": hundredths(memory as f64 / 1e6),
        "start_seconds": hundredths(start_time.as_secs_f64()),
    }))
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn progress(text: &str) {
    output::complain(&format!("bench: {text} …"));
}

/// A server as a process, with a store of its own.
struct Server {
    process: Child,
    url: String,
}

/// The administrator's token of benchmark servers, which listen on loopback for some seconds.
const TOKEN: &str = "relata-bench-token";

impl Server {
    fn start(store: &Path) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(format!("sqlite:{}", store.display()))
            .env("RELATA_ADMIN_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .spawn()
            .context("the server cannot be started")?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            process.wait()?;
            bail!("the server did not start: {line:?}");
        };
        Ok(Self { url: url.to_owned(), process })
    }

    fn client(&self) -> Client {
        client(&self.url)
    }

    /// Resident memory, in bytes (Linux).
    fn memory(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        let kilobytes: u64 = line.split_whitespace().nth(1).context("no VmRSS")?.parse()?;
        Ok(kilobytes * 1024)
    }

    fn stop(mut self) -> anyhow::Result<()> {
        let stopped = Command::new("kill").arg(self.process.id().to_string()).status()?;
        ensure!(stopped.success(), "the server cannot be stopped");
        let ended = self.process.wait()?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` both fail, as they should.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn client(url: &str) -> Client {
    Client::new(&Connection { url: url.to_owned(), token: Some(Secret::new(TOKEN)) })
}

/// Defines the model, its instances and the association.
fn define(client: &Client, instances: u64) -> anyhow::Result<()> {
    let post = |path: &str, body: Value| client.post(path, &body).with_context(|| path.to_owned());
    post(
        "/api/v3/create/objectclassification",
        json!({
        "bk_classification_id": "bench", "bk_classification_name": "Bench" }),
    )?;
    post(
        "/api/v3/create/object",
        json!({
        "bk_classification_id": "bench", "bk_obj_id": MODEL, "bk_obj_name": "Node", "bk_obj_icon": "icon" }),
    )?;
    post(
        "/api/v3/create/objectassociation",
        json!({
        "bk_obj_asst_id": ASSOCIATION, "bk_obj_id": MODEL, "bk_asst_obj_id": MODEL,
        "bk_asst_id": "connect", "mapping": "n:n" }),
    )?;
    progress(&format!("creating {instances} instances"));
    for first in (0..instances).step_by(200) {
        let rows: Vec<Value> =
            (first..instances.min(first + 200)).map(|row| json!({ "bk_inst_name": format!("node {row}") })).collect();
        let answer = post(&format!("/api/v3/createmany/instance/object/{MODEL}"), json!({ "details": rows }))?;
        ensure!(answer.get("error_msg").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty), "{answer}");
    }
    Ok(())
}

/// Random pairs of instances, the same in every run.
struct Pairs {
    instances: u64,
    drawn: AtomicU64,
}

impl Pairs {
    fn draw(&self, count: u32) -> Vec<(u64, u64)> {
        let first = self.drawn.fetch_add(u64::from(count), Ordering::Relaxed);
        let end = |number: u64| scrambled(number) % self.instances + 1;
        (first..first + u64::from(count)).map(|number| (end(2 * number), end(2 * number + 1))).collect()
    }
}

/// A number that looks random (the finalizer of the generator `SplitMix64`).
const fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[derive(Clone, Copy)]
enum Until {
    Links(u64),
    Time(Duration),
}

/// Who sends what for how long.
struct Plan {
    url: String,
    callers: u32,
    batch: u32,
    until: Until,
}

/// What callers saw.
#[derive(Default)]
struct Seen {
    created: u64,
    refused: u64,
    time: Duration,
    /// Of each request, in ascending order at the end.
    latencies: Vec<Duration>,
}

impl Seen {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn rate(&self) -> f64 {
        self.created as f64 / self.time.as_secs_f64().max(1e-9)
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index"
    )]
    fn quantile(&self, part: f64) -> f64 {
        let index = ((self.latencies.len() as f64 * part) as usize).min(self.latencies.len().saturating_sub(1));
        hundredths(self.latencies.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3))
    }
}

/// Sends batches from all callers at once.
fn drive(plan: &Plan, pairs: &Pairs) -> anyhow::Result<Seen> {
    let begin = Instant::now();
    let sent = AtomicU64::new(0);
    let callers: Vec<anyhow::Result<Seen>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..plan.callers).map(|_| scope.spawn(|| call(plan, pairs, begin, &sent))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a caller panicked"))).collect()
    });
    let mut all = Seen { time: begin.elapsed(), ..Seen::default() };
    for seen in callers {
        let seen = seen?;
        all.created += seen.created;
        all.refused += seen.refused;
        all.latencies.extend(seen.latencies);
    }
    all.latencies.sort_unstable();
    Ok(all)
}

fn call(plan: &Plan, pairs: &Pairs, begin: Instant, sent: &AtomicU64) -> anyhow::Result<Seen> {
    let client = client(&plan.url);
    let mut seen = Seen::default();
    loop {
        let done = match plan.until {
            Until::Links(links) => sent.fetch_add(u64::from(plan.batch), Ordering::Relaxed) >= links,
            Until::Time(time) => begin.elapsed() >= time,
        };
        if done {
            return Ok(seen);
        }
        let drawn = pairs.draw(plan.batch);
        let body = body(&drawn);
        let start = Instant::now();
        let (_, answer) = client.send("/api/v3/createmany/instassociation", body.as_bytes())?;
        seen.latencies.push(start.elapsed());
        // Counting is cheaper than reading the answer as JSON; what is refused is named once in `error_detail`.
        let text = String::from_utf8_lossy(&answer);
        ensure!(text.contains("\"result\":true"), "the server answered {text}");
        let refused = text.matches("\"code\":").count() as u64;
        seen.refused += refused;
        seen.created += u64::from(plan.batch) - refused;
    }
}

fn body(pairs: &[(u64, u64)]) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{{\"bk_obj_id\":\"{MODEL}\",\"bk_asst_obj_id\":\"{MODEL}\",\"bk_obj_asst_id\":\"{ASSOCIATION}\",\"details\":["
    );
    for (position, (source, target)) in pairs.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{{\"bk_inst_id\":{source},\"bk_asst_inst_id\":{target}}}");
    }
    text.push_str("]}");
    text
}

/// Links per second of the plain statements, for at least as many links as one measurement makes.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn floor(folder: &Path, args: &LinksArgs, batch: u32) -> anyhow::Result<f64> {
    const LINKS: u32 = 1_000_000;
    let pairs = Pairs { instances: args.instances, drawn: AtomicU64::new(0) };
    let drawn: Vec<(i64, i64)> =
        pairs.draw(LINKS).into_iter().map(|(source, target)| (source.cast_signed(), target.cast_signed())).collect();
    let rows = relata_store_embedded::floor::Rows { pairs: &drawn, batch: batch as usize, scope: ASSOCIATION };
    let time = relata_store_embedded::floor::floor(&folder.join(format!("floor-{batch}.db")), rows)
        .map_err(|error| anyhow::anyhow!("the floor cannot be measured: {error}"))?;
    Ok(drawn.len() as f64 / time.as_secs_f64())
}

/// Bytes of the store's files.
fn disk(store: &Path) -> u64 {
    let size = |suffix: &str| {
        let mut path = store.as_os_str().to_owned();
        path.push(suffix);
        std::fs::metadata(path).map_or(0, |file| file.len())
    };
    size("") + size("-wal")
}
