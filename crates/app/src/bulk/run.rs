//! Carries operations out within one transaction: plan after plan, each decided with facts that are looked up together.

use super::facts::Facts;
use super::labels::Labels;
use super::operation::{Name, Op, Task, Understood, understand};
use super::plan::{Basis, Changes, Item, Plan};
use super::rights::Rights;
use super::verdict::{Failure, Status, Verdict};
use super::{OnConflict, write};
use crate::call::Call;
use crate::id_rules;
use crate::instances::validate;
use crate::permission::{Granted, Permission};
use crate::schema::{ModelSchema, Schema};
use relata_model::store::Row;
use relata_model::{Error, Map, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A line of the stream: its number, and what it holds.
pub(super) type Given = (u64, Result<Value, Error>);

/// After a plan that ended early the next one looks at no more than twice as many operations, so that a stream whose
/// operations undo one another is not read over and over.
const SMALLEST_WINDOW: usize = 16;

/// Operations of one transaction under way.
pub(super) struct Run {
    pub(super) labels: Labels,
    on_conflict: OnConflict,
    rights: Rights,
    makers: HashMap<(bool, i64, i64), u64>,
}

/// What a plan leaves when it is made.
struct Made {
    verdicts: Vec<Verdict>,
    changes: Changes,
    rows: HashMap<i64, u64>,
    labels: BTreeMap<String, (i64, Option<i64>)>,
}

impl Run {
    pub(super) fn new(on_conflict: OnConflict, labels: Labels) -> Self {
        Self { labels, on_conflict, rights: Rights::default(), makers: HashMap::new() }
    }

    /// Carries operations out, in order; a verdict for each.
    pub(super) async fn apply(&mut self, call: &mut Call<'_>, given: Vec<Given>) -> Result<Vec<Verdict>> {
        let schema = call.schema().await?;
        let understood = given.into_iter().map(|(row, value)| match value {
            Ok(value) => understand(&schema, row, value),
            Err(error) => Understood { row, label: None, task: Err(Failure::new(error)) },
        });
        let understood: Vec<Understood> = understood.collect();
        self.rights.learn(call, &schema, &understood);
        let items = self.items(call, understood).await?;
        let mut verdicts = Vec::with_capacity(items.len());
        let mut window = usize::MAX;
        while let Some(rest) = items.get(verdicts.len()..).filter(|rest| !rest.is_empty()) {
            let looked_at = rest.get(..window.min(rest.len())).unwrap_or(rest);
            let mut facts = Facts::default();
            let made = self.plan(call, &schema, looked_at, &mut facts).await?;
            let cut = made.verdicts.len() < looked_at.len();
            window = if cut { SMALLEST_WINDOW.max(made.verdicts.len() * 2) } else { window.saturating_mul(2) };
            verdicts.extend(self.write(call, made, facts).await?);
        }
        Ok(verdicts)
    }

    /// Decides as many items as belong together, again and again until no fact is lacking.
    async fn plan(&self, call: &mut Call<'_>, schema: &Schema, items: &[Item], facts: &mut Facts) -> Result<Made> {
        loop {
            let (asked, made) = {
                let basis = Basis {
                    call,
                    schema,
                    rights: &self.rights,
                    labels: &self.labels,
                    facts,
                    on_conflict: self.on_conflict,
                    makers: &self.makers,
                };
                let mut plan = Plan::new(basis);
                let verdicts = plan.decide(items);
                let Plan { asked, changes, rows, labels, .. } = plan;
                (asked, Made { verdicts, changes, rows, labels })
            };
            if asked.is_empty() {
                return Ok(made);
            }
            facts.learn(call, schema, asked).await?;
        }
    }

    async fn write(&mut self, call: &mut Call<'_>, made: Made, facts: Facts) -> Result<Vec<Verdict>> {
        let Made { mut verdicts, changes, rows, mut labels } = made;
        let mut stored: BTreeMap<i64, BTreeMap<i64, Row>> = BTreeMap::new();
        for ((space, id), row) in facts.rows {
            if let Some(row) = row {
                stored.entry(space.partition).or_default().insert(id, row);
            }
        }
        let mut makers: Vec<((bool, i64), i64)> = Vec::new();
        for (number, (_, new)) in &changes.created {
            makers.extend(new.iter().map(|it| ((false, *number), it.id)));
        }
        for (number, (_, new)) in &changes.linked {
            makers.extend(new.iter().map(|(id, _)| ((true, *number), *id)));
        }
        let write::Written { given, refused } = write::write(call, changes, &stored).await?;
        if let (Some(error), Some(last)) = (refused, verdicts.last_mut()) {
            // What is done alone comes last in its plan.
            *last = Verdict::failed(last.row, Failure::new(error), call.lang());
            for (_, id) in labels.values_mut() {
                *id = id.filter(|id| *id > 0 || given.contains_key(id));
            }
        }
        for ((link, number), provisional) in makers {
            if let (Some(id), Some(row)) = (given.get(&provisional), rows.get(&provisional)) {
                self.makers.insert((link, number, *id), *row);
            }
        }
        for verdict in &mut verdicts {
            verdict.settle(&given);
        }
        self.labels.extend(labels, &given);
        Ok(verdicts)
    }

    /// Makes the documents of instances that may have to be created. Those that lack an id by the rule of their model get one.
    async fn items(&self, call: &mut Call<'_>, understood: Vec<Understood>) -> Result<Vec<Item>> {
        let mut items = Vec::with_capacity(understood.len());
        let mut ruled: BTreeMap<i64, (Arc<ModelSchema>, Vec<usize>)> = BTreeMap::new();
        for operation in understood {
            let mut doc = None;
            if let Ok(Task::Instance { op: Op::Create | Op::Upsert, model, name, attributes, .. }) = &operation.task {
                let made = match name {
                    Some(Name::Key(_, values)) => {
                        let mut all = values.clone();
                        all.extend(attributes.clone());
                        validate::new_document(call, model, &all)
                    }
                    // An id or a label names what is there.
                    Some(Name::Id(_) | Name::Label(_)) | None => validate::new_document(call, model, attributes),
                };
                if made.is_ok() && self.rights.limit(Permission::InstanceCreate, model).is_ok() {
                    let (_, places) = ruled.entry(model.model.id).or_insert_with(|| (Arc::clone(model), Vec::new()));
                    places.push(items.len());
                }
                doc = Some(made);
            }
            items.push(Item { operation, doc });
        }
        let ok = Granted::under(Permission::InstanceCreate);
        for (model, places) in ruled.into_values().filter(|(model, _)| id_rules::has_rule(model)) {
            let taken = places.iter().filter_map(|place| items.get_mut(*place)?.doc.take());
            let mut docs: Vec<Result<Map>> = taken.collect();
            id_rules::fill(call, ok, &model, &mut docs).await?;
            for (place, doc) in places.into_iter().zip(docs) {
                if let Some(item) = items.get_mut(place) {
                    item.doc = Some(doc);
                }
            }
        }
        Ok(items)
    }
}

/// Says that nothing was written, of those that would have succeeded, where all or nothing was asked for and one failed.
/// Returns whether one failed.
pub(super) fn fail_together(call: &Call<'_>, verdicts: &mut [Verdict]) -> bool {
    let first = first_failed(verdicts);
    if let Some(row) = first {
        fail_with(call, verdicts, row);
    }
    first.is_some()
}

/// The line of the first operation that failed.
pub(super) fn first_failed(verdicts: &[Verdict]) -> Option<u64> {
    verdicts.iter().find(|it| it.status == Status::Failed).map(|it| it.row)
}

/// Says that nothing was written since a line failed, of the others.
pub(super) fn fail_with(call: &Call<'_>, verdicts: &mut [Verdict], row: u64) {
    let why = format!("nothing was written, since line {row} failed and all or nothing was asked for");
    let error = Error::new(relata_model::Code::RequestFailed).arg(why);
    for verdict in verdicts.iter_mut().filter(|it| it.status != Status::Failed) {
        *verdict = Verdict::failed(verdict.row, Failure::new(error.clone()), call.lang());
    }
}
