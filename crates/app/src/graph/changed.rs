//! What has changed near instances between two times, read from the change log.

use super::plan::{Bounds, Direction, Plan};
use super::walk::{Node, Walk};
use super::{Ref, Shown, counted, resources, roots, shown, within};
use crate::audit::{Past, records};
use crate::call::Call;
use crate::changes;
use crate::endpoint::Input;
use crate::history::moment;
use crate::permission::{Granted, Limit, Resource as Touched};
use relata_model::change::{Action, ChangeSet, LinkRecord, Record, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Hops, nodes around the roots, and changes in the answer: defaults and the most.
const DEPTH: (u64, u64) = (1, 5);
const NODES: u64 = 10_000;
const LIMIT: (u64, u64) = (1000, 10_000);
/// Rows of the log in one look, and in one answer.
const CHUNK: u64 = 200;
const MOST_ROWS: u64 = 5000;

/// Near what, and when.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Asked {
    /// The instances to begin with, at most 1000.
    roots: Vec<Ref>,
    /// Hops: 1 when left out, at most 5.
    depth: Option<u64>,
    /// Which way to follow links.
    direction: Direction,
    #[serde(flatten)]
    bounds: Bounds,
    /// Changes after this time.
    from: String,
    /// Changes up to this time; now when left out.
    to: String,
    /// Changes in the answer: 1000 when left out, at most 10000.
    limit: Option<u64>,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Touched> {
        resources(&self.roots)
    }
}

/// What has changed.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GraphChanges")]
pub(super) struct Happened {
    /// The instances that were looked at and exist, by distance.
    nodes: Vec<Shown>,
    /// Changes of these instances and of their links, in order.
    changes: Vec<Value>,
    /// What was left out: `limit` (later changes), `max_nodes` (instances beyond 10000).
    truncated: Vec<&'static str>,
}

/// Reads the log of one scope, a chunk at a time.
async fn sets(call: &mut Call<'_>, query: &ChangeQuery, rows: &mut u64) -> Result<Vec<ChangeSet>> {
    let mut query = ChangeQuery { limit: Some(CHUNK), ..query.clone() };
    let mut all = Vec::new();
    loop {
        let sets = call.tx.changes(&query).await?;
        let count = sets.len() as u64;
        *rows += count;
        if *rows > MOST_ROWS {
            let hint = format!("more than {MOST_ROWS} rows of the log are of this time; ask for a shorter one");
            return Err(Error::new(Code::PageLimitTooLarge).hint(hint));
        }
        query.after = sets.last().map_or(query.after, ChangeSet::last);
        all.extend(sets);
        if count < CHUNK {
            return Ok(all);
        }
    }
}

/// What is near: by model the instances, each with its distance.
type Near = BTreeMap<i64, BTreeMap<i64, u32>>;

fn distance(near: &Near, node: Node) -> Option<u32> {
    near.get(&node.0)?.get(&node.1).copied()
}

/// The changes of links that have an end among the instances. The other ends of links that are gone join them.
async fn of_links(
    call: &mut Call<'_>,
    plan: &Plan,
    within: &ChangeQuery,
    (depth, near): (u32, &mut Near),
    rows: &mut u64,
) -> Result<BTreeMap<i64, Value>> {
    let past = Past::read(call).await?;
    let mut scopes = BTreeSet::new();
    for model in near.keys() {
        scopes.extend(past.associations_of(plan.obj_id(*model)));
    }
    let number = |obj_id: &str| plan.schema.model(obj_id).map_or(0, |model| model.model.id);
    let (mut found, mut gone) = (BTreeMap::new(), Vec::new());
    for scope in scopes {
        let query = ChangeQuery { resources: vec![Resource::Link], scope: Some(scope), ..within.clone() };
        for set in sets(call, &query, rows).await? {
            let Some(association) = past.association(&set) else { continue };
            let (from, to) = (number(&association.source), number(&association.target));
            let links: Vec<LinkRecord> = records(&set)?;
            for (LinkRecord(_, source, target), shown) in links.into_iter().zip(changes::shown(&set)?) {
                let ends = [(from, source), (to, target)];
                let [at_source, at_target] = ends.map(|end| distance(near, end));
                let Some(nearest) = at_source.into_iter().chain(at_target).min() else { continue };
                if set.action == Action::Delete && nearest < depth {
                    gone.extend(ends.into_iter().map(|end| (end, nearest + 1)));
                }
                found.insert(shown.0, shown.1);
            }
        }
    }
    for ((model, id), distance) in gone {
        near.entry(model).or_default().entry(id).or_insert(distance);
    }
    Ok(found)
}

/// The changes of the instances. Of models whose instances the caller sees in part, those that show nothing else.
async fn of_instances(
    call: &mut Call<'_>,
    ok: Granted,
    plan: &Plan,
    within: &ChangeQuery,
    near: &Near,
    rows: &mut u64,
) -> Result<BTreeMap<i64, Value>> {
    let mut found = BTreeMap::new();
    for (number, ids) in near {
        let obj_id = plan.obj_id(*number);
        let Some(limit) = call.visible(ok, obj_id) else { continue };
        let scope = Some(obj_id.to_owned());
        let query = ChangeQuery { resources: vec![Resource::Instance], scope, ..within.clone() };
        for set in sets(call, &query, rows).await? {
            let own: Vec<Record> = records(&set)?;
            for (record, shown) in own.into_iter().zip(changes::shown(&set)?) {
                if ids.contains_key(&record.id) && is_seen(&limit, &record) {
                    found.insert(shown.0, shown.1);
                }
            }
        }
    }
    Ok(found)
}

fn is_seen(limit: &Limit, record: &Record) -> bool {
    [&record.before, &record.after].into_iter().flatten().all(|doc| limit.admits(doc))
}

pub(super) async fn changed(call: &mut Call<'_>, ok: Granted, input: &Asked) -> Result<Happened> {
    let depth = u32::try_from(within("depth", input.depth, DEPTH.0, DEPTH.1)?).unwrap_or(1);
    let limit = counted(within("limit", input.limit, LIMIT.0, LIMIT.1)?);
    let zone = call.app.settings.zone.clone();
    let from = moment("from", &input.from, &zone)?.ok_or_else(|| Error::required("from"))?;
    let until = moment("to", &input.to, &zone)?;
    if until.is_some_and(|until| until < from) {
        return Err(Error::invalid("to").hint("it is before from"));
    }
    let roots = roots(call, ok, "roots", &input.roots).await?;
    let direction = input.direction;
    let mut plan = Plan::new(call, ok, &input.bounds, &roots, |_, forward| direction.allows(forward)).await?;
    let mut walk = Walk::from(&roots);
    let whole = walk.go(call, &mut plan, depth, counted(NODES)).await?;
    let mut near = Near::new();
    for visit in &walk.visits {
        near.entry(visit.node.0).or_default().insert(visit.node.1, visit.distance);
    }
    let within = ChangeQuery { from: Some(from.saturating_add(1)), until, settled: true, ..ChangeQuery::default() };
    let mut rows = 0;
    let mut found = of_links(call, &plan, &within, (depth, &mut near), &mut rows).await?;
    found.extend(of_instances(call, ok, &plan, &within, &near, &mut rows).await?);
    let cut = [(found.len() > limit, "limit"), (!whole, "max_nodes")];
    Ok(Happened {
        nodes: shown(call, &plan, &walk.visits).await?,
        changes: found.into_values().take(limit).collect(),
        truncated: cut.into_iter().filter(|(cut, _)| *cut).map(|(_, name)| name).collect(),
    })
}
