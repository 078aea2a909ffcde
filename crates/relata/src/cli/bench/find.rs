//! `relata bench find`: the search over everything, by its index.

use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};

use super::callers::{Callers, Seen, Sent, Until, timed};
use super::place::Place;
use super::{Common, EXAMPLES, MODEL, PIECE, define, hundredths, progress};

/// The one-box search, over HTTP, with counts by model: by a whole name, the beginning of one, an IP address, two Chinese
/// characters, and a word that half of the instances have
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Instances that are searched
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(2..=10_000_000))]
    instances: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Callers that create the instances.
const CREATORS: u32 = 8;
const NOTE: &str = "bench_note";
/// So that numbers that follow one another become ones that lie apart.
const STRIDE: u64 = 7_919;

/// Measures, and gives the figures.
pub(super) fn measure(args: &Args) -> anyhow::Result<Value> {
    let place = Place::new(&args.common)?;
    let server = place.serve()?;
    let callers = place.callers(&server, CREATORS);
    define(&callers, 0)?;
    callers.client().post(
        "/api/v3/create/objectattr",
        &json!({ "bk_obj_id": MODEL, "bk_property_id": NOTE, "bk_property_name": "Note", "bk_property_type": "longchar",
            "bk_property_group": "default" }),
    )?;
    progress(&format!("creating {} instances", args.instances));
    let created = create(&callers, args.instances)?;
    place.settle()?;
    let memory = server.memory()?;
    progress("waiting for the index");
    let begin = Instant::now();
    while let Some(building) = ask(&callers, "node-0")?.0.get("building") {
        ensure!(begin.elapsed() < Duration::from_mins(30), "the index is not ready: {building}");
        std::thread::sleep(Duration::from_millis(100));
    }
    let indexed = begin.elapsed();
    progress("measuring");
    let number = |request: u64| request * STRIDE % args.instances;
    let searches: [(&str, &(dyn Fn(u64) -> String + Sync)); 6] = [
        ("name", &|it| name(number(it))),
        ("prefix", &|it| name(number(it)).chars().take(9).collect()),
        ("address", &|it| address(number(it))),
        ("two_signs", &|it| signs(number(it)).chars().take(2).collect()),
        ("broad_word", &|_| "even".to_owned()),
        ("broad_prefix", &|_| "no".to_owned()),
    ];
    let mut figures = json!({
        "instances": args.instances,
        "create_seconds": hundredths(created.time.as_secs_f64()),
        "index_behind_seconds": hundredths(indexed.as_secs_f64()),
        "memory_mb": memory / 1_000_000,
    });
    for (what, text) in searches {
        let seen = search(&callers.one(), Until::Time(Duration::from_secs(args.common.seconds)), text)?;
        for (figure, value) in [
            ("searches", json!(seen.requests())),
            ("p50_ms", json!(seen.quantile(0.50))),
            ("p99_ms", json!(seen.quantile(0.99))),
        ] {
            if let Some(figures) = figures.as_object_mut() {
                figures.insert(format!("{what}_{figure}"), value);
            }
        }
    }
    server.stop()?;
    Ok(figures)
}

fn name(number: u64) -> String {
    format!("node-{number:07}")
}

fn address(number: u64) -> String {
    format!("10.{}.{}.{}", (number >> 16) & 255, (number >> 8) & 255, number & 255)
}

/// Some ideographs.
fn signs(number: u64) -> String {
    let sign =
        |shift: u64| char::from_u32(0x4e00 + u32::try_from(((number * STRIDE) >> shift) & 2047).unwrap_or_default());
    [0, 3, 5, 7, 9, 11, 13].into_iter().filter_map(sign).collect()
}

fn create(callers: &Callers<'_>, instances: u64) -> anyhow::Result<Seen> {
    callers.drive(Until::Requests(instances.div_ceil(PIECE)), |client, request| {
        let rows = request * PIECE..instances.min((request + 1) * PIECE);
        let count = rows.end - rows.start;
        let note = |it: u64| {
            let half = if it.is_multiple_of(2) { "even" } else { "odd" };
            format!("{half} row{} owner{} {} {}", it % 200, it % 5000, address(it), signs(it))
        };
        let rows: Vec<Value> = rows.map(|it| json!({ "bk_inst_name": name(it), NOTE: note(it) })).collect();
        let path = format!("/api/v3/createmany/instance/object/{MODEL}");
        let (_, latency) = timed(|| client.post(&path, &json!({ "details": rows })))?;
        Ok(Sent { created: count, refused: 0, latency })
    })
}

fn ask(callers: &Callers<'_>, q: &str) -> anyhow::Result<(Value, Duration)> {
    let client = callers.client();
    Ok(timed(|| client.post("/api/relata/v1/search", &json!({ "q": q, "limit": 20 })))?)
}

fn search(callers: &Callers<'_>, until: Until, text: &(dyn Fn(u64) -> String + Sync)) -> anyhow::Result<Seen> {
    callers.drive(until, |client, request| {
        let q = text(request);
        let (answer, latency) = timed(|| client.post("/api/relata/v1/search", &json!({ "q": q, "limit": 20 })))?;
        let found = answer.get("items").and_then(Value::as_array);
        ensure!(found.is_some_and(|found| !found.is_empty()), "nothing is found by {q:?}: {answer}");
        Ok(Sent { created: 0, refused: 0, latency })
    })
}
