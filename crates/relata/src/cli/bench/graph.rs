//! `relata bench graph`: questions over many links, beside the same questions as recursive SQL.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use relata_app::call::Request;
use relata_app::{App, Endpoint, Principal, endpoint, endpoints};
use relata_store_embedded::recursive::{Around, Reached, Recursive};
use serde_json::{Map, Value, json};

use super::callers::{Callers, Sent, Until, quantile, timed};
use super::links::{Pairs, fill, scrambled};
use super::place::Place;
use super::{Common, EXAMPLES, MODEL, define, hundredths, progress};

/// Questions about the graph, from one caller: over HTTP, within a process, and as recursive SQL on the same links
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Instances, which random links join
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    instances: u64,
    /// Links; ten times as many as instances make four hops reach about 10000 nodes
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    links: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Callers that fill the store, and links in one of their requests.
const FILLERS: (u32, u32) = (8, 200);
/// Questions of each kind whose answers are compared, and that are asked before any is timed.
const COMPARED: u64 = 10;
/// Nodes that an impact lists at the most.
const MOST_LISTED: i64 = 100_000;
/// Links of a path at the most: few enough for SQL, which goes every way.
const LONGEST: u32 = 8;

/// A question, about instances that are drawn by a number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    /// What lies around an instance: all nodes with their names, all links, all counts.
    Around {
        name: &'static str,
        hops: u32,
    },
    /// What an instance affects: all of it counted, so many of the nearest listed with their names.
    Impact {
        name: &'static str,
        hops: u32,
        listed: i64,
    },
    Path,
}

const QUESTIONS: [Question; 5] = [
    Question::Around { name: "one_hop", hops: 1 },
    Question::Impact { name: "four_hops", hops: 4, listed: 1 },
    Question::Around { name: "four_hops_in_full", hops: 4 },
    Question::Impact { name: "impact", hops: 5, listed: 1000 },
    Question::Path,
];

/// What SQL answers.
enum Plain {
    Around(Around),
    Impact(Reached),
    Path(Option<(u32, i64)>),
}

/// Two instances, by the number of a question.
fn ends(number: u64, instances: u64) -> [i64; 2] {
    let end = |salt: u64| (scrambled(u64::MAX / 2 + 2 * number + salt) % instances + 1).cast_signed();
    [end(0), end(1)]
}

impl Question {
    const fn name(self) -> &'static str {
        match self {
            Self::Around { name, .. } | Self::Impact { name, .. } => name,
            Self::Path => "path",
        }
    }

    const fn row(self) -> &'static str {
        match self {
            Self::Around { .. } => "expand_graph",
            Self::Impact { .. } => "read_graph_impact",
            Self::Path => "find_graph_path",
        }
    }

    fn input(self, [one, other]: [i64; 2]) -> Value {
        let (one, other) = (json!([{"model": MODEL, "id": one}]), json!([{"model": MODEL, "id": other}]));
        match self {
            Self::Around { hops, .. } => json!({
                "roots": one, "depth": hops, "direction": "out", "limit_per_node": 10_000, "max_nodes": 50_000 }),
            Self::Impact { hops, listed, .. } => json!({
                "roots": one, "depth": hops, "max_nodes": 1_000_000, "limit": listed }),
            Self::Path => json!({ "from": one, "to": other, "direction": "out", "max_length": LONGEST }),
        }
    }

    fn ask_sql(self, sql: &Recursive, [one, other]: [i64; 2]) -> anyhow::Result<Plain> {
        let answer = match self {
            Self::Around { hops, .. } => sql.expand(one, hops).map(Plain::Around),
            Self::Impact { hops, listed, .. } => sql.impact(one, hops, listed).map(Plain::Impact),
            Self::Path => sql.paths(one, other, LONGEST).map(Plain::Path),
        };
        answer.map_err(anyhow::Error::from_boxed)
    }

    /// The question whose answer holds all nodes, to compare them.
    const fn in_full(self) -> Self {
        match self {
            Self::Impact { name, hops, .. } => Self::Impact { name, hops, listed: MOST_LISTED },
            other @ (Self::Around { .. } | Self::Path) => other,
        }
    }
}

/// The id in a key `MODEL:ID`.
fn id(key: &Value) -> i64 {
    key.as_str().and_then(|key| key.rsplit(':').next()?.parse().ok()).unwrap_or_default()
}

fn list<'v>(answer: &'v Value, member: &str) -> impl Iterator<Item = &'v Value> {
    answer.get(member).and_then(Value::as_array).into_iter().flatten()
}

fn number(value: &Value, member: &str) -> i64 {
    value.get(member).and_then(Value::as_i64).unwrap_or_default()
}

fn nodes(answer: &Value) -> Vec<(i64, i64, String)> {
    let name = |node: &Value| node.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut nodes: Vec<_> =
        list(answer, "nodes").map(|it| (number(it, "id"), number(it, "distance"), name(it))).collect();
    nodes.sort_unstable_by_key(|(id, distance, _)| (*distance, *id));
    nodes
}

/// Whether an answer says the same as SQL.
fn is_same(answer: &Value, plain: &Plain) -> bool {
    match plain {
        Plain::Around(plain) => {
            let pair = |it: &Value| Some((id(it.get("source")?), id(it.get("target")?)));
            let mut links: Vec<_> = list(answer, "links").filter_map(pair).collect();
            let mut totals: Vec<_> =
                list(answer, "groups").filter_map(|it| Some((id(it.get("node")?), number(it, "total")))).collect();
            let (mut plain_links, mut plain_totals) = (plain.links.clone(), plain.totals.clone());
            for pairs in [&mut links, &mut totals, &mut plain_links, &mut plain_totals] {
                pairs.sort_unstable();
            }
            nodes(answer) == plain.nodes && links == plain_links && totals == plain_totals
        }
        Plain::Impact(plain) => {
            let counts: Vec<i64> = list(answer, "by_distance").filter_map(Value::as_i64).collect();
            // Where a limit cuts within a distance, each side has others of it.
            let last = |nodes: &[(i64, i64, String)]| nodes.last().map_or(0, |(_, distance, _)| *distance);
            let nearer = |mut nodes: Vec<(i64, i64, String)>| {
                let last = last(&nodes);
                nodes.retain(|(_, distance, _)| *distance < last);
                nodes
            };
            plain.by_distance.get(1..) == Some(&counts) && nearer(nodes(answer)) == nearer(plain.nearest.clone())
        }
        Plain::Path(plain) => {
            let length = answer.get("length").and_then(Value::as_i64);
            length.map(|length| (length, number(answer, "count")))
                == plain.map(|(length, count)| (length.into(), count))
        }
    }
}

/// The times of calls that go on for a while, in ascending order.
fn repeated(seconds: u64, mut ask: impl FnMut(u64) -> anyhow::Result<()>) -> anyhow::Result<Vec<Duration>> {
    let (begin, mut times) = (Instant::now(), Vec::new());
    for number in 0.. {
        let started = Instant::now();
        ask(number)?;
        // The first ones bring into memory what the others find there.
        if number >= COMPARED {
            times.push(started.elapsed());
        }
        if begin.elapsed().as_secs() >= seconds && !times.is_empty() {
            break;
        }
    }
    times.sort_unstable();
    Ok(times)
}

/// Compares answers, and gives how many nodes the median question reached.
fn compare(callers: &Callers<'_>, sql: &Recursive, question: Question, instances: u64) -> anyhow::Result<usize> {
    let client = callers.client();
    let mut reached = Vec::new();
    for number in 0..COMPARED {
        let ends = ends(number, instances);
        let answer = client.post(&path(row(question)?), &question.in_full().input(ends))?;
        let plain = question.in_full().ask_sql(sql, ends)?;
        ensure!(is_same(&answer, &plain), "{} of {ends:?}: the server and SQL differ", question.name());
        reached.push(match plain {
            Plain::Around(plain) => plain.nodes.len(),
            Plain::Impact(plain) => usize::try_from(plain.by_distance.iter().sum::<i64>())?,
            Plain::Path(plain) => plain.map_or(0, |(length, _)| length as usize + 1),
        });
    }
    reached.sort_unstable();
    Ok(reached.get(reached.len() / 2).copied().unwrap_or_default())
}

fn row(question: Question) -> anyhow::Result<&'static Endpoint> {
    endpoints::all().find(|row| row.name == question.row()).context("no such endpoint")
}

fn path(row: &Endpoint) -> String {
    format!("/api/relata/v1{}", row.paths.first().copied().unwrap_or_default())
}

/// The times of a question over HTTP.
fn over_http(callers: &Callers<'_>, question: Question, args: &Args) -> anyhow::Result<[f64; 2]> {
    let path = path(row(question)?);
    let time = Until::Time(Duration::from_secs(args.common.seconds));
    let seen = callers.drive(time, |client, number| {
        let body = question.input(ends(COMPARED + number, args.instances)).to_string();
        let ((status, answer), latency) = timed(|| client.send(&path, body.as_bytes()))?;
        ensure!(status == 200, "the server answered {}", String::from_utf8_lossy(&answer));
        Ok(Sent { created: 0, refused: 0, latency })
    })?;
    Ok([seen.quantile(0.50), seen.quantile(0.99)])
}

/// The times of the endpoint, without HTTP: from the members of the request to the text of the answer.
fn within(place: &Place, app: &Arc<App>, question: Question, args: &Args) -> anyhow::Result<Vec<Duration>> {
    let row = row(question)?;
    let principal = Principal { user: "admin".to_owned(), admin: true, ..Principal::default() };
    let request = Arc::new(Request { principal, ..Request::default() });
    repeated(args.common.seconds, |number| {
        let input = question.input(ends(number, args.instances));
        let input: Map<String, Value> = input.as_object().cloned().unwrap_or_default();
        let answer = place.wait(endpoint::run(app, row, &request, input))?;
        std::hint::black_box(answer);
        Ok(())
    })
}

/// Measures, and gives the figures.
pub(super) fn measure(args: &Args) -> anyhow::Result<Value> {
    let place = Place::new(&args.common)?;
    let server = place.serve()?;
    let (callers, batch) = FILLERS;
    let callers = place.callers(&server, callers);
    // One after the other, so that ids and names go together, as in the plain database.
    define(&callers.one(), args.instances)?;
    let pairs = Pairs::new(args.instances);
    let begin = Instant::now();
    let links = fill(&place, &callers, args.links, batch, &pairs)?;
    let filling = begin.elapsed();
    progress("filling a plain database with the same");
    let mut all: Vec<(i64, i64)> = pairs.drawn().collect();
    all.sort_unstable();
    all.dedup();
    let sql = place.recursive((0..args.instances).map(|row| format!("node {row}")), &all)?;
    drop(all);

    let mut figures = json!({
        "instances": args.instances,
        "links": links,
        "fill_seconds": hundredths(filling.as_secs_f64()),
    });
    let mut note = |name: String, value: Value| {
        if let Some(figures) = figures.as_object_mut() {
            figures.insert(name, value);
        }
    };
    let mut asked = Vec::new();
    for question in QUESTIONS {
        progress(&format!("comparing and measuring {}", question.name()));
        let nodes = compare(&callers, &sql, question, args.instances)?;
        asked.push((question, nodes, over_http(&callers.one(), question, args)?));
    }
    server.stop()?;
    progress("measuring without HTTP, and SQL");
    let app = place.open()?;
    for (question, nodes, http) in asked {
        let own = within(&place, &app, question, args)?;
        let plain = repeated(args.common.seconds, |number| {
            let answer = question.ask_sql(&sql, ends(number, args.instances))?;
            std::hint::black_box(answer);
            Ok(())
        })?;
        let name = question.name();
        let [own, plain] = [own, plain].map(|times| [quantile(&times, 0.50), quantile(&times, 0.99)]);
        note(format!("{name}_nodes"), nodes.into());
        for (way, [median, most]) in [("", own), ("_http", http), ("_sql", plain)] {
            note(format!("{name}{way}_p50_ms"), median.into());
            note(format!("{name}{way}_p99_ms"), most.into());
        }
        note(format!("{name}_times_faster_than_sql"), hundredths(plain[0] / own[0].max(0.01)).into());
    }
    Ok(figures)
}
