//! `relata bench watch`: how long after a commit those who follow the log have its events, under full write load.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::super::client::Client;
use super::callers::{Callers, Sent, Until, go_on, quantile, timed};
use super::links::{Pairs, body};
use super::place::Place;
use super::{Common, EXAMPLES, define, progress};

/// The delay from a commit to watchers with a long poll, while callers create links as fast as they can
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Watchers at the same time
    #[arg(long, value_name = "W", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    watchers: u32,
    /// Callers that create links at the same time
    #[arg(long, value_name = "C", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=256))]
    callers: u32,
    /// Links in one request
    #[arg(long, value_name = "B", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=200))]
    batch: u32,
    /// Instances of the model that the links join
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    instances: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

/// How long watchers go on after the last write, to have what is left.
const REST: Duration = Duration::from_secs(30);

/// When a batch was sent, and when its answer was there, by the id of its first link.
type Written = HashMap<i64, (Instant, Instant)>;

/// Measures, and gives the figures.
pub(super) fn measure(args: &Args) -> anyhow::Result<Value> {
    let place = Place::new(&args.common)?;
    let server = place.serve()?;
    let callers = place.callers(&server, args.callers);
    define(&callers, args.instances)?;
    place.settle()?;
    progress("measuring without watchers");
    let time = Until::Time(Duration::from_secs(args.common.seconds));
    let pairs = Pairs::new(args.instances);
    let alone = callers.drive(time, |client, _| write(client, &pairs, args.batch, &Mutex::default()))?;

    progress("measuring with watchers");
    let start = newest(&callers.client())?;
    let written = Mutex::new(Written::new());
    let (last, ended) = (AtomicU64::new(0), AtomicBool::new(false));
    let (seen, read) = std::thread::scope(|scope| {
        let watch = || watch(&callers, &start, &last, &ended);
        let watchers: Vec<_> = (0..args.watchers).map(|_| scope.spawn(watch)).collect();
        let seen = callers.drive(time, |client, _| write(client, &pairs, args.batch, &written));
        let newest = written.lock().map(|written| written.keys().max().copied().unwrap_or_default());
        last.store(newest.unwrap_or_default().unsigned_abs(), Ordering::SeqCst);
        ended.store(true, Ordering::SeqCst);
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| {
            thread.join().unwrap_or_else(|_| bail!("a watcher panicked"))
        };
        (seen, watchers.into_iter().map(join).collect::<anyhow::Result<Vec<HashMap<i64, Instant>>>>())
    });
    let (seen, read) = (seen?, read?);
    server.stop()?;

    let written = written.into_inner().unwrap_or_default();
    let (mut since_answer, mut since_sent) = (Vec::new(), Vec::new());
    for events in &read {
        for (id, (sent, answered)) in &written {
            let at = events.get(id).with_context(|| format!("a watcher was not told of link {id}"))?;
            since_answer.push(at.saturating_duration_since(*answered));
            since_sent.push(at.saturating_duration_since(*sent));
        }
    }
    since_answer.sort_unstable();
    since_sent.sort_unstable();
    Ok(json!({
        "watchers": args.watchers,
        "callers": args.callers,
        "batch": args.batch,
        "links_per_second": seen.rate().round(),
        "links_per_second_without_watchers": alone.rate().round(),
        "write_p50_ms": seen.quantile(0.50),
        "write_p99_ms": seen.quantile(0.99),
        "watched_requests": since_answer.len(),
        "delay_p50_ms": quantile(&since_answer, 0.50),
        "delay_p99_ms": quantile(&since_answer, 0.99),
        "delay_from_sending_p50_ms": quantile(&since_sent, 0.50),
        "delay_from_sending_p99_ms": quantile(&since_sent, 0.99),
    }))
}

/// Creates a batch of links, and notes when.
fn write(client: &Client, pairs: &Pairs, batch: u32, written: &Mutex<Written>) -> anyhow::Result<Sent> {
    let body = body(pairs.draw(batch.into()));
    let sent = Instant::now();
    let ((_, answer), latency) = timed(|| client.send("/api/v3/createmany/instassociation", body.as_bytes()))?;
    let answered = Instant::now();
    let answer: Value = serde_json::from_slice(&answer)?;
    let created = answer.pointer("/data/success_created").and_then(Value::as_object);
    let created = created.with_context(|| format!("the server answered {answer}"))?;
    let first = created.values().filter_map(Value::as_i64).min();
    if let (Some(first), Ok(mut written)) = (first, written.lock()) {
        written.insert(first, (sent, answered));
    }
    let created = created.len() as u64;
    Ok(Sent { created, refused: u64::from(batch) - created, latency })
}

const WATCH: &str = "/api/v3/event/watch/resource/inst_asst";

fn cursor_of(event: Option<&Value>) -> anyhow::Result<String> {
    let cursor = event.and_then(|event| event.get("bk_cursor")?.as_str());
    Ok(cursor.context("an event without a cursor")?.to_owned())
}

/// The cursor of the newest event.
fn newest(client: &Client) -> anyhow::Result<String> {
    let page = client.post(WATCH, &json!({}))?;
    cursor_of(page.pointer("/bk_events/0"))
}

/// Follows the events of links after a cursor until the last one is there; when each came.
fn watch(
    callers: &Callers<'_>,
    start: &str,
    last: &AtomicU64,
    ended: &AtomicBool,
) -> anyhow::Result<HashMap<i64, Instant>> {
    let (client, mut cursor, mut seen) = (callers.client(), start.to_owned(), HashMap::new());
    let mut deadline = None;
    loop {
        go_on(callers.interrupted)?;
        if ended.load(Ordering::SeqCst) {
            let last = last.load(Ordering::SeqCst).cast_signed();
            if last == 0 || seen.contains_key(&last) {
                return Ok(seen);
            }
            let deadline = *deadline.get_or_insert_with(|| Instant::now() + REST);
            ensure!(Instant::now() < deadline, "a watcher is still behind after {} s", REST.as_secs());
        }
        let page = client.post(WATCH, &json!({ "bk_cursor": cursor, "bk_fields": ["id"] }))?;
        let at = Instant::now();
        let events = page.get("bk_events").and_then(Value::as_array).context("an answer without events")?;
        cursor = cursor_of(events.last())?;
        seen.extend(events.iter().filter_map(|event| Some((event.pointer("/bk_detail/id")?.as_i64()?, at))));
    }
}
