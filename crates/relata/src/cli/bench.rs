//! `relata bench`: measures this build on this machine.
//!
//! The server runs as a process of its own, so that its memory is its own; the callers are threads of this one and speak
//! plain HTTP to it on loopback. The floor is measured in the same run, on the same disk or in the same database.

mod callers;
mod find;
mod graph;
mod links;
mod place;
mod search;
mod watch;

use std::path::PathBuf;

use super::client::Client;
use super::{Outcome, output};
use crate::config::Secret;
use anyhow::{Context as _, ensure};
use callers::{Callers, Sent, Until};
use serde_json::{Value, json};

const EXAMPLES: &str = "\
Examples:
  relata bench links
  relata bench links --links 1000000 --callers 8 --batch 200 --json
  relata bench search --instances 1000000
  relata bench find --instances 1000000
  relata bench watch --batch 200
  relata bench graph --instances 1000000 --links 10000000
  relata bench links --store postgres://relata@127.0.0.1/relata
  RELATA_BENCH_STORE=postgres://relata:PASSWORD@db.example/relata relata bench links

The server, its store and the floor use a temporary folder (TMPDIR), or the one of --dir; it is removed at the end.
In a PostgreSQL database they use schemas of their own, named relata_bench_ and a random number, and touch nothing else;
these are dropped at the end, also after a failure, Ctrl-C or SIGTERM. Only a process that is killed leaves them.";

/// Measure this build on this machine
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Graph(graph::Args),
    Find(find::Args),
    Links(links::Args),
    Search(search::Args),
    Watch(watch::Args),
}

/// What all measurements have in common.
#[derive(Debug, clap::Args)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
struct Common {
    /// A PostgreSQL database to measure in, postgres://USER@HOST/DATABASE, whose user may create schemas
    /// [env: RELATA_BENCH_STORE] [default: the embedded engine]
    #[arg(long, value_name = "STORE")]
    store: Option<Secret>,
    /// Seconds that each measurement takes
    #[arg(long, value_name = "S", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Folder for the stores of the embedded engine
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let (figures, json) = match &args.what {
        What::Graph(args) => (graph::measure(args)?, args.common.json),
        What::Find(args) => (find::measure(args)?, args.common.json),
        What::Links(args) => (links::measure(args)?, args.common.json),
        What::Search(args) => (search::measure(args)?, args.common.json),
        What::Watch(args) => (watch::measure(args)?, args.common.json),
    };
    if json {
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
/// An attribute with one value for [`GROUP_SIZE`] instances, which are spread over all.
const GROUP: &str = "bench_group";
const GROUP_SIZE: u64 = 20;
/// Instances in one request.
const PIECE: u64 = 200;

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn progress(text: &str) {
    output::complain(&format!("bench: {text} …"));
}

/// How many groups there are.
const fn groups(instances: u64) -> u64 {
    instances.div_ceil(GROUP_SIZE)
}

/// Defines the model, its instances and the association.
fn define(callers: &Callers<'_>, instances: u64) -> anyhow::Result<()> {
    let client = callers.client();
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
        "/api/v3/create/objectattr",
        json!({
        "bk_obj_id": MODEL, "bk_property_id": GROUP, "bk_property_name": "Group", "bk_property_type": "singlechar",
        "bk_property_group": "default" }),
    )?;
    post(
        "/api/v3/create/objectassociation",
        json!({
        "bk_obj_asst_id": ASSOCIATION, "bk_obj_id": MODEL, "bk_asst_obj_id": MODEL,
        "bk_asst_id": "connect", "mapping": "n:n", "impact": "src_to_dest" }),
    )?;
    progress(&format!("creating {instances} instances"));
    callers.drive(Until::Requests(instances.div_ceil(PIECE)), |client, number| {
        let rows = number * PIECE..instances.min((number + 1) * PIECE);
        create_instances(client, rows, groups(instances))
    })?;
    Ok(())
}

fn create_instances(client: &Client, rows: std::ops::Range<u64>, groups: u64) -> anyhow::Result<Sent> {
    let count = rows.end - rows.start;
    let rows: Vec<Value> = rows
        .map(|row| json!({ "bk_inst_name": format!("node {row}"), GROUP: format!("group {}", row % groups) }))
        .collect();
    let path = format!("/api/v3/createmany/instance/object/{MODEL}");
    let (answer, latency) = callers::timed(|| client.post(&path, &json!({ "details": rows })))?;
    ensure!(answer.get("error_msg").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty), "{answer}");
    Ok(Sent { created: count, refused: 0, latency })
}
