//! `relata bench search`: pages of a search by an attribute.

use std::time::Duration;

use anyhow::ensure;
use serde_json::{Value, json};

use super::callers::{Callers, Seen, Sent, Until, timed};
use super::place::Place;
use super::{Common, EXAMPLES, GROUP, GROUP_SIZE, MODEL, define, groups, hundredths, progress};

/// A search page by an attribute, over HTTP: by the unique name, and by an attribute with one value for 20 instances;
/// then the same as of a time after which some instances were changed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Instances of the model that is searched
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..))]
    instances: u64,
    /// Instances that are changed before the searches as of a time, each by a request of its own
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u64).range(0..=4000))]
    changes: u64,
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
    #[expect(clippy::disallowed_methods, reason = "the time between two requests is not that of a call")]
    let then = jiff::Timestamp::now().to_string();
    let now = Asked { at: None, until: time };
    change(&callers, args)?;
    place.settle()?;
    let by_name = search(&one, now, "bk_inst_name", "node", args.instances)?;
    let by_group = search(&one, now, GROUP, "group", groups(args.instances))?;
    progress("measuring as of a time");
    let past = Asked { at: Some(&then), until: time };
    let name_then = search(&one, past, "bk_inst_name", "node", args.instances)?;
    let group_then = search(&one, past, GROUP, "group", groups(args.instances))?;
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
        "changes_since": args.changes,
        "by_name_as_of_p50_ms": name_then.quantile(0.50),
        "by_name_as_of_p99_ms": name_then.quantile(0.99),
        "by_group_as_of_p50_ms": group_then.quantile(0.50),
        "by_group_as_of_p99_ms": group_then.quantile(0.99),
    }))
}

/// So that numbers that follow one another become ones that lie apart.
const STRIDE: u64 = 7_919;

/// Changes the group of instances here and there.
fn change(callers: &Callers<'_>, args: &Args) -> anyhow::Result<()> {
    progress(&format!("changing {} instances", args.changes));
    callers.drive(Until::Requests(args.changes), |client, number| {
        // The style in which everything is a POST.
        let id = number * STRIDE % args.instances + 1;
        let update = json!({ "bk_obj_id": MODEL, "bk_inst_id": id, GROUP: format!("changed {number}") });
        let (_, latency) = timed(|| client.post("/api/c/compapi/v2/cc/update_inst/", &update))?;
        Ok(Sent { created: 0, refused: 0, latency })
    })?;
    Ok(())
}

/// As of which time searches are, and for how long they are sent.
#[derive(Clone, Copy)]
struct Asked<'t> {
    at: Option<&'t str>,
    until: Until,
}

/// Asks for the instances with one of `values` values, `KIND NUMBER`, each time for another.
fn search(callers: &Callers<'_>, asked: Asked<'_>, field: &str, kind: &str, values: u64) -> anyhow::Result<Seen> {
    let path = match asked.at {
        None => format!("/api/v3/search/instances/object/{MODEL}"),
        Some(_) => format!("/api/relata/v1/instances/{MODEL}"),
    };
    callers.drive(asked.until, |client, number| {
        let value = format!("{kind} {}", number * STRIDE % values);
        let body = json!({
            "at": asked.at,
            "conditions": { "condition": "AND", "rules": [{ "field": field, "operator": "equal", "value": value }] },
            "page": { "start": 0, "limit": GROUP_SIZE, "sort": "bk_inst_id" },
        });
        let (answer, latency) = timed(|| client.post(&path, &body))?;
        let found = answer.get("info").and_then(Value::as_array);
        ensure!(found.is_some_and(|found| !found.is_empty()), "no instance has {value:?}: {answer}");
        Ok(Sent { created: 0, refused: 0, latency })
    })
}
