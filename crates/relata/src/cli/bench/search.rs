//! `relata bench search`: pages of a search by an attribute.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use super::callers::{Callers, Seen, Sent, Until, timed};
use super::place::Place;
use super::{Common, EXAMPLES, GROUP, GROUP_SIZE, MODEL, define, groups, hundredths, progress};

/// A search page by an attribute, over HTTP: by the unique name, and by an attribute with one value for 20 instances
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Instances of the model that is searched
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    instances: u64,
    #[command(flatten)]
    pub(super) common: Common,
}

/// Callers that create the instances.
const CREATORS: u32 = 8;

/// Measures, and gives the figures.
pub(super) fn measure(args: &Args) -> anyhow::Result<Value> {
    let place = Place::new(&args.common)?;
    let server = place.serve()?;
    let callers = place.callers(&server, CREATORS);
    let begin = std::time::Instant::now();
    define(&callers, args.instances)?;
    let created = begin.elapsed();
    place.settle()?;
    progress("measuring");
    let time = Until::Time(Duration::from_secs(args.common.seconds));
    let one = callers.one();
    let by_name = search(&one, time, "bk_inst_name", "node", args.instances)?;
    let by_group = search(&one, time, GROUP, "group", groups(args.instances))?;
    server.stop()?;
    Ok(json!({
        "instances": args.instances,
        "create_seconds": hundredths(created.as_secs_f64()),
        "by_name_searches": by_name.requests(),
        "by_name_p50_ms": by_name.quantile(0.50),
        "by_name_p99_ms": by_name.quantile(0.99),
        "by_group_searches": by_group.requests(),
        "by_group_p50_ms": by_group.quantile(0.50),
        "by_group_p99_ms": by_group.quantile(0.99),
    }))
}

/// Asks for the instances with one of `values` values, `KIND NUMBER`, each time for another.
fn search(callers: &Callers<'_>, until: Until, field: &str, kind: &str, values: u64) -> anyhow::Result<Seen> {
    /// So that the values that follow one another lie apart.
    const STRIDE: u64 = 7_919;
    let path = format!("/api/v3/search/instances/object/{MODEL}");
    callers.drive(until, |client, number| {
        let value = format!("{kind} {}", number * STRIDE % values);
        let body = json!({
            "conditions": { "condition": "AND", "rules": [{ "field": field, "operator": "equal", "value": value }] },
            "page": { "start": 0, "limit": GROUP_SIZE, "sort": "bk_inst_id" },
        });
        let (answer, latency) = timed(|| client.post(&path, &body))?;
        let found = answer.get("info").and_then(Value::as_array);
        ensure!(found.is_some_and(|found| !found.is_empty()), "no instance has {value:?}: {answer}");
        Ok(Sent { created: 0, refused: 0, latency })
    })
}
