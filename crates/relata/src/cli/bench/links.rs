//! `relata bench links`: batch creation of links.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};

use super::super::client::Client;
use super::callers::{Callers, Seen, Sent, Until, timed};
use super::place::Place;
use super::{ASSOCIATION, Common, EXAMPLES, MODEL, define, hundredths, progress};

/// Batch create of links over HTTP, beside the floor: the same rows by plain statements
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
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
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    instances: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Measures, and gives the figures.
#[expect(clippy::cast_precision_loss, reason = "figures are for people")]
pub(super) fn measure(args: &Args) -> anyhow::Result<Value> {
    let place = Place::new(&args.common)?;
    let server = place.serve()?;
    let empty_memory = server.memory()?;
    let callers = place.callers(&server, args.callers);
    define(&callers, args.instances)?;
    let before_links = server.memory()?;
    let disk_before = place.disk()?;

    let pairs = Pairs::new(args.instances);
    let filled = fill(&place, &callers, args.links, args.batch, &pairs)?;
    progress("measuring");
    let time = Until::Time(Duration::from_secs(args.common.seconds));
    let many = create(&callers, args.batch, time, &pairs)?;
    let one = create(&callers.one(), args.batch, time, &pairs)?;
    let stored = filled + many.created + one.created;

    let memory = server.memory()?;
    let disk_after = place.disk()?;
    server.stop()?;
    let begin = Instant::now();
    let again = place.serve()?;
    let start_time = begin.elapsed();
    again.stop()?;

    progress("measuring the floor");
    let floor_rate = floor(&place, args, args.batch)?;
    // The same links with a row of the log each, as a store without packed records would write them.
    let unpacked_rate = floor(&place, args, 1)?;
    let rate = many.rate();
    Ok(json!({
        "links_before": filled,
        "links_stored": stored,
        "callers": args.callers,
        "batch": args.batch,
        "links_per_second": rate.round(),
        "floor_links_per_second": floor_rate.round(),
        "ratio_to_floor": hundredths(rate / floor_rate),
        "unpacked_floor_links_per_second": unpacked_rate.round(),
        "ratio_to_unpacked_floor": hundredths(rate / unpacked_rate),
        "refused": many.refused + one.refused,
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

/// Brings the store to about the number of links that are wanted before the measurement; how many there are then.
pub(super) fn fill(place: &Place, callers: &Callers<'_>, links: u64, batch: u32, pairs: &Pairs) -> anyhow::Result<u64> {
    progress(&format!("filling the store to {links} links"));
    let over_http = |links: u64| create(callers, batch, Until::Requests(links.div_ceil(batch.into())), pairs);
    if !place.is_database() {
        return Ok(over_http(links)?.created);
    }
    // The first ones make the association known to the store; the rest goes a shorter way, and is distinct.
    let first = over_http(links.min(batch.into()))?.created;
    let mut seen: HashSet<(i64, i64)> = pairs.drawn().collect();
    let rest = pairs.draw(links.saturating_sub(first));
    let rest: Vec<(i64, i64)> = rest.filter(|pair| seen.insert(*pair)).collect();
    place.fill(&rest, batch as usize)?;
    Ok(first + rest.len() as u64)
}

/// Random pairs of instances, the same in every run.
pub(super) struct Pairs {
    instances: u64,
    drawn: AtomicU64,
}

impl Pairs {
    pub(super) const fn new(instances: u64) -> Self {
        Self { instances, drawn: AtomicU64::new(0) }
    }

    pub(super) fn draw(&self, count: u64) -> impl Iterator<Item = (i64, i64)> {
        let first = self.drawn.fetch_add(count, Ordering::Relaxed);
        self.numbered(first..first + count)
    }

    /// Those that were drawn so far, in order.
    pub(super) fn drawn(&self) -> impl Iterator<Item = (i64, i64)> {
        self.numbered(0..self.drawn.load(Ordering::Relaxed))
    }

    fn numbered(&self, numbers: std::ops::Range<u64>) -> impl Iterator<Item = (i64, i64)> {
        let instances = self.instances;
        let end = move |number: u64| (scrambled(number) % instances + 1).cast_signed();
        numbers.map(move |number| (end(2 * number), end(2 * number + 1)))
    }
}

/// A number that looks random (the finalizer of the generator `SplitMix64`).
pub(super) const fn scrambled(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// Sends batches.
fn create(callers: &Callers<'_>, batch: u32, until: Until, pairs: &Pairs) -> anyhow::Result<Seen> {
    callers.drive(until, |client, _| send(client, pairs.draw(batch.into()), batch))
}

fn send(client: &Client, pairs: impl Iterator<Item = (i64, i64)>, batch: u32) -> anyhow::Result<Sent> {
    let body = body(pairs);
    let ((_, answer), latency) = timed(|| client.send("/api/v3/createmany/instassociation", body.as_bytes()))?;
    // Counting is cheaper than reading the answer as JSON; what is refused is named once in `error_detail`.
    let text = String::from_utf8_lossy(&answer);
    ensure!(text.contains("\"result\":true"), "the server answered {text}");
    let refused = text.matches("\"code\":").count() as u64;
    Ok(Sent { created: u64::from(batch) - refused, refused, latency })
}

pub(super) fn body(pairs: impl Iterator<Item = (i64, i64)>) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{{\"bk_obj_id\":\"{MODEL}\",\"bk_asst_obj_id\":\"{MODEL}\",\"bk_obj_asst_id\":\"{ASSOCIATION}\",\"details\":["
    );
    for (position, (source, target)) in pairs.enumerate() {
        let comma = if position == 0 { "" } else { "," };
        // Writing to a text cannot fail.
        let _ = write!(text, "{comma}{{\"bk_inst_id\":{source},\"bk_asst_inst_id\":{target}}}");
    }
    text.push_str("]}");
    text
}

/// Links per second of the plain statements, for at least as many links as one measurement makes.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn floor(place: &Place, args: &Args, batch: u32) -> anyhow::Result<f64> {
    const LINKS: u64 = 1_000_000;
    let pairs = Pairs::new(args.instances);
    let mut seen = HashSet::new();
    let drawn: Vec<(i64, i64)> = pairs.draw(LINKS).filter(|pair| seen.insert(*pair)).collect();
    let time = place.floor(&drawn, batch as usize)?;
    Ok(drawn.len() as f64 / time.as_secs_f64())
}
