//! Takes a change, or all changes of a request, back (Relata's own API).
//!
//! Nothing of the log is touched: what takes changes back are ordinary changes of a new request, last change first, by the
//! rules and with the rights of doing it by hand. All of them are done, or nothing where one is in conflict with what
//! happened since. A dry run does the same and is undone, so its report is what would happen. Changes of definitions, users
//! and the like are not taken back: what depends on them by now is not known from the log.

use crate::associations;
use crate::audit::{Past, records};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::instances::{self, general_model};
use crate::permission::{Granted, Permission, Resource as Touched};
use crate::quoted;
use relata_model::attribute::kind::innertable;
use relata_model::change::{Action, ChangeSet, LinkRecord, Record, Resource};
use relata_model::store::ChangeQuery;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

crate::endpoints! { Relata;
    /// Take back one change, or all changes of one request, of instances, rows of inner tables and links.
    ///
    /// What was created is deleted, what was updated gets its former values, what was deleted is created again with its id
    /// (links with a new one). It is done whole, or refused with 1199020 and nothing written where something is in conflict
    /// with what happened since; `dry_run` tells what would be done and each conflict. It needs the right to see the
    /// instances and those that doing it by hand needs. At most 10000 changes; a request that is named by its id alone is
    /// looked for in the newest 5000 rows of the log. Numbers of id rules stay taken.
    revert_changes = POST "/revert", InstanceView, Write => revert;
}

/// Most changes that are taken back at once.
const MOST: i64 = 10_000;

/// Rows of the log in one look, and in the search for a request.
const CHUNK: u64 = 200;
const MOST_ROWS: u64 = 5000;

/// Conflicts that a refusal names.
const NAMED: usize = 5;

/// What became of each item: what was written, or the conflict.
pub(crate) type Outcomes = Vec<Result<Value>>;

/// The value of a field; null where it is missing.
pub(crate) fn value_of<'d>(doc: &'d Map, name: &str) -> &'d Value {
    doc.get(name).unwrap_or(&Value::Null)
}

/// The names of fields whose values differ, but for some.
pub(crate) fn differences<'d>(before: &'d Map, after: &'d Map, but: &[&str]) -> Vec<&'d str> {
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).map(String::as_str).collect();
    let differs = |name: &&str| value_of(before, name) != value_of(after, name) && !but.contains(name);
    names.into_iter().filter(differs).collect()
}

/// The values that an update replaced, but for some fields; an error where one was changed since.
pub(crate) fn former_values(doc: &Map, record: &Record, but: &[&str]) -> Result<Map> {
    let nothing = Map::new();
    let [before, after] = [&record.before, &record.after].map(|doc| doc.as_ref().unwrap_or(&nothing));
    let mut former = Map::new();
    for name in differences(before, after, but) {
        if value_of(doc, name) != value_of(after, name) {
            return Err(is_changed_since(name));
        }
        former.insert(name.to_owned(), value_of(before, name).clone());
    }
    Ok(former)
}

/// The conflict of a thing that somebody has changed after the change that is taken back.
pub(crate) fn is_changed_since(name: &str) -> Error {
    Error::new(Code::UpdateFailed).hint(format!("field {name} was changed since"))
}

/// What to take back.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"request": "4f1c0d2e", "dry_run": true}]))]
struct Revert {
    /// Number of a change in the change log.
    change: Option<Number>,
    /// Id of a request, all of whose changes are taken back; the last one where an id came more than once. With `change`, the
    /// request of this id that made that change, however long ago.
    request: String,
    /// Only tell what would be done.
    dry_run: bool,
}

impl Input for Revert {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::Unknown]
    }
}

/// What was done, or would be.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Reverted")]
struct Report {
    /// It was done; false after a dry run.
    reverted: bool,
    /// How many of the changes are in conflict with what happened since.
    conflicts: usize,
    /// The changes, in the order in which they are taken back.
    changes: Vec<Step>,
}

/// A change that is taken back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RevertedChange")]
struct Step {
    /// Number of the change.
    seq: i64,
    /// What was changed.
    resource: &'static str,
    /// Its model or association.
    scope: String,
    /// Its id.
    id: i64,
    /// What takes the change back: `delete`, `update`, `create`; `keep` for numbers of id rules, tasks and notes.
    does: &'static str,
    /// What is written: fields with their former values, or the thing that is created again.
    writes: Value,
    /// Why it cannot be taken back.
    conflict: Option<String>,
}

async fn revert(call: &mut Call<'_>, ok: Granted, input: &Revert) -> Result<Report> {
    let (sets, only) = found(call, input).await?;
    if let Some(set) = sets.iter().find(|set| !is_taken_back(set.resource) && !is_kept(set.resource)) {
        let hint = format!(
            "change {} is one of a {}; only those of instances, rows of inner tables and links can be taken back",
            set.seq,
            set.resource.name()
        );
        return Err(Error::invalid(if input.request.is_empty() { "change" } else { "request" }).hint(hint));
    }
    let mut run = Run { ok, only, past: Past::read(call).await?, deleted: deleted_models(call, &sets).await?, sets };
    let mut changes = Vec::new();
    for set in std::mem::take(&mut run.sets).iter().rev() {
        changes.extend(run.take_back(call, set).await?);
    }
    let conflicts = changes.iter().filter(|step| step.conflict.is_some()).count();
    if input.dry_run {
        call.undo();
    }
    if conflicts > 0 && !input.dry_run {
        return Err(refused(conflicts, &changes));
    }
    note(call, ok, &changes, input)?;
    Ok(Report { reverted: !input.dry_run, conflicts, changes })
}

const fn is_taken_back(resource: Resource) -> bool {
    matches!(resource, Resource::Instance | Resource::TableRow | Resource::Link)
}

const fn is_kept(resource: Resource) -> bool {
    matches!(resource, Resource::IdCounter | Resource::Task | Resource::Revert)
}

fn refused(conflicts: usize, changes: &[Step]) -> Error {
    let told = changes.iter().filter_map(|step| Some(format!("change {}: {}", step.seq, step.conflict.as_ref()?)));
    let told: Vec<String> = told.take(NAMED).collect();
    let more = if conflicts > NAMED { "; …" } else { "" };
    let hint = format!(
        "nothing was taken back, since {conflicts} of {} changes are in conflict with what happened since: {}{more}. \
         Ask with dry_run for all of them",
        changes.len(),
        told.join("; ")
    );
    Error::new(Code::UpdateFailed).hint(hint)
}

/// Notes in the change log what the request takes back.
fn note(call: &mut Call<'_>, _ok: Granted, changes: &[Step], input: &Revert) -> Result<()> {
    let numbers = || changes.iter().map(|step| step.seq);
    let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else { return Ok(()) };
    let what = json!({"request": input.request, "first": first, "last": last});
    let record =
        Record { id: first, name: input.request.clone(), sent: what.as_object().cloned(), ..Record::default() };
    call.record(Resource::Revert, Action::Create, "", &[record])
}

/// The models that were deleted after the first of the changes, with the numbers of the records that say so.
async fn deleted_models(call: &mut Call<'_>, sets: &[ChangeSet]) -> Result<Vec<(i64, String)>> {
    let query = ChangeQuery {
        after: sets.first().map_or(i64::MAX, |set| set.seq),
        resources: vec![Resource::Model],
        actions: vec![Action::Delete],
        ..ChangeQuery::default()
    };
    let mut deleted = Vec::new();
    for set in call.tx.changes(&query).await? {
        let models = records::<Record>(&set)?.into_iter().filter_map(|record| record.before);
        deleted.extend(models.filter_map(|doc| Some((set.seq, doc.get("bk_obj_id")?.as_str()?.to_owned()))));
    }
    Ok(deleted)
}

fn unknown(what: &str, hint: String) -> Error {
    Error::refers_to_nothing(what).hint(hint)
}

/// The rows of the log that are asked for, in their order, and the number of the one change that is wanted of them.
async fn found(call: &mut Call<'_>, input: &Revert) -> Result<(Vec<ChangeSet>, Option<i64>)> {
    let number = input.change.as_ref().map(|it| it.required(Code::ParamInvalid, "change")).transpose()?;
    let Some(seq) = number else {
        if input.request.is_empty() {
            return Err(Error::required("change").hint("give the number of a change, or the id of a request"));
        }
        let last = last_of(call, &input.request).await?;
        return Ok((whole(call, last).await?, None));
    };
    let query = ChangeQuery { after: seq.saturating_sub(1), settled: true, limit: Some(1), ..ChangeQuery::default() };
    let set = call.tx.changes(&query).await?.into_iter().next().filter(|set| (set.seq..=set.last()).contains(&seq));
    let set = set.ok_or_else(|| unknown("change", format!("the log has no change {seq}, or not yet")))?;
    if input.request.is_empty() {
        return Ok((vec![set], Some(seq)));
    }
    if set.actor.request != input.request {
        return Err(unknown("request", format!("change {seq} was made by another request")));
    }
    Ok((whole(call, set).await?, None))
}

/// A row of the last request with this id.
async fn last_of(call: &mut Call<'_>, request: &str) -> Result<ChangeSet> {
    let mut query = ChangeQuery { settled: true, newest_first: true, limit: Some(CHUNK), ..ChangeQuery::default() };
    for _ in 0..MOST_ROWS / CHUNK {
        let sets = call.tx.changes(&query).await?;
        let Some(last) = sets.last() else { break };
        query.before = last.seq;
        if let Some(set) = sets.into_iter().find(|set| set.actor.request == request) {
            return Ok(set);
        }
    }
    let hint = format!(
        "none of the newest {MOST_ROWS} rows of the log is of a request \"{request}\"; of an older one name a change, too"
    );
    Err(unknown("request", hint))
}

/// All rows of the request that wrote one: they follow one another.
async fn whole(call: &mut Call<'_>, one: ChangeSet) -> Result<Vec<ChangeSet>> {
    let mut count = one.count;
    let settled = ChangeQuery { settled: true, limit: Some(CHUNK), ..ChangeQuery::default() };
    let earlier = ChangeQuery { before: one.seq, newest_first: true, ..settled.clone() };
    let later = ChangeQuery { after: one.last(), ..settled };
    let mut found = vec![one.clone()];
    for mut query in [earlier, later] {
        loop {
            let sets = call.tx.changes(&query).await?;
            let read = sets.len();
            let same: Vec<ChangeSet> =
                sets.into_iter().take_while(|set| set.actor == one.actor && set.time == one.time).collect();
            if let Some(last) = same.last() {
                (query.before, query.after) = if query.newest_first { (last.seq, 0) } else { (0, last.last()) };
            }
            count += same.iter().map(|set| set.count).sum::<i64>();
            let goes_on = same.len() == read && read as u64 == CHUNK;
            found.extend(same);
            if count > MOST {
                return Err(Error::new(Code::TooManyItems).arg("request").arg(MOST));
            }
            if !goes_on {
                break;
            }
        }
    }
    found.sort_by_key(|set| set.seq);
    Ok(found)
}

/// What the steps have in common.
struct Run {
    /// The right to see instances.
    ok: Granted,
    /// The one change that is taken back of its row.
    only: Option<i64>,
    sets: Vec<ChangeSet>,
    past: Past,
    deleted: Vec<(i64, String)>,
}

impl Run {
    /// Takes back the changes of a row, last one first.
    async fn take_back(&self, call: &mut Call<'_>, set: &ChangeSet) -> Result<Vec<Step>> {
        let wanted = |seq: &i64| self.only.is_none_or(|only| only == *seq);
        let numbers: Vec<i64> = (set.seq..=set.last()).rev().filter(wanted).collect();
        let (ids, outcomes): (Vec<i64>, Outcomes) = if set.resource == Resource::Link {
            let links = chosen::<LinkRecord>(set, &numbers)?;
            (links.iter().map(|link| link.0).collect(), self.links(call, set, &links).await?)
        } else {
            let records = chosen::<Record>(set, &numbers)?;
            let outcomes = if set.resource == Resource::Instance {
                self.instances(call, set, &records).await?
            } else if set.resource == Resource::TableRow {
                self.rows(call, set, &records).await?
            } else {
                vec![Ok(Value::Null); records.len()]
            };
            (records.iter().map(|record| record.id).collect(), outcomes)
        };
        let does = match set.action {
            _ if is_kept(set.resource) => "keep",
            Action::Create => "delete",
            Action::Delete => "create",
            Action::Update | Action::Stop | Action::Resume => "update",
        };
        let mut steps = Vec::with_capacity(numbers.len());
        for ((seq, id), outcome) in numbers.into_iter().zip(ids).zip(outcomes) {
            let (writes, conflict) = match outcome {
                Ok(writes) => (writes, None),
                Err(error) if error.code.row().kind.is_refusal() => (Value::Null, Some(error.message(call.lang()))),
                // The caller lacks a right, or the store fails.
                Err(error) => return Err(error),
            };
            let (resource, scope) = (set.resource.name(), set.scope.clone());
            steps.push(Step { seq, resource, scope, id, does, writes, conflict });
        }
        Ok(steps)
    }

    /// Refuses a caller who may not see what the records say.
    async fn check_seen(&self, call: &mut Call<'_>, model: &str, records: &[Record]) -> Result<()> {
        let limit = call.limit(self.ok, model).await?;
        let admits = |doc: &Option<Map>| doc.as_ref().is_none_or(|doc| limit.admits(doc));
        if records.iter().all(|record| admits(&record.before) && admits(&record.after)) {
            return Ok(());
        }
        Err(call.refusal(self.ok, &[Touched::Model(model.to_owned())]).await)
    }

    /// The conflict where the model of a row was deleted since, even if there is one of the same id again.
    fn check_model(&self, set: &ChangeSet, model: &str) -> Result<()> {
        if self.deleted.iter().any(|(seq, deleted)| *seq > set.seq && deleted == model) {
            return Err(Error::new(Code::ModelNotFound).hint(format!("{model} was deleted since")));
        }
        Ok(())
    }

    async fn instances(&self, call: &mut Call<'_>, set: &ChangeSet, records: &[Record]) -> Result<Outcomes> {
        let obj_id = set.scope.as_str();
        self.check_seen(call, obj_id, records).await?;
        let by_hand = match set.action {
            Action::Create => Permission::InstanceDelete,
            Action::Update | Action::Stop | Action::Resume => Permission::InstanceUpdate,
            Action::Delete => Permission::InstanceCreate,
        };
        let ok = call.granted(by_hand, obj_id).await?;
        let model = match self.check_model(set, obj_id) {
            Ok(()) => general_model(call, obj_id).await,
            Err(error) => Err(error),
        };
        let model = match model {
            Ok(model) => model,
            Err(error) => return conflict(call, ok, &[obj_id], records.len(), error).await,
        };
        let outcomes = match set.action {
            Action::Create => instances::former::undo_create(call, ok, &model, records).await,
            Action::Update | Action::Stop | Action::Resume => {
                instances::former::undo_update(call, ok, &model, records).await
            }
            Action::Delete => instances::former::undo_delete(call, ok, &model, records).await,
        };
        match outcomes {
            Err(error) if error.code == Code::ModelPaused => conflict(call, ok, &[obj_id], records.len(), error).await,
            outcomes => outcomes,
        }
    }

    async fn rows(&self, call: &mut Call<'_>, set: &ChangeSet, records: &[Record]) -> Result<Outcomes> {
        let Some((obj_id, _)) = innertable::owner_of(&set.scope) else {
            return Err(Error::internal(format!("rows of {}", set.scope)));
        };
        call.limit(self.ok, obj_id).await?;
        let ok = call.granted(Permission::InstanceUpdate, obj_id).await?;
        let schema = call.schema().await?;
        let table =
            schema.model(obj_id).zip(schema.model(&set.scope)).filter(|_| self.check_model(set, obj_id).is_ok());
        let Some((model, columns)) = table else {
            let error = Error::new(Code::ModelNotFound).hint(format!("the inner table {} is gone", set.scope));
            return conflict(call, ok, &[obj_id], records.len(), error).await;
        };
        let table = quoted::former::InnerTable { model, columns };
        match set.action {
            Action::Create => quoted::former::undo_create(call, ok, table, records).await,
            Action::Update | Action::Stop | Action::Resume => {
                quoted::former::undo_update(call, ok, table, records).await
            }
            Action::Delete => quoted::former::undo_delete(call, ok, table, records).await,
        }
    }

    async fn links(&self, call: &mut Call<'_>, set: &ChangeSet, links: &[LinkRecord]) -> Result<Outcomes> {
        let Some(then) = self.past.association(set) else {
            return Err(Error::internal(format!("links of {}", set.scope)));
        };
        let mut ok = self.ok;
        for model in [&then.source, &then.target] {
            call.limit(self.ok, model).await?;
            ok = call.granted(Permission::InstanceUpdate, model).await?;
        }
        let schema = call.schema().await?;
        let Some(association) = schema.association_by_number(then.id) else {
            let error = Error::new(Code::AssociationGone).arg(set.scope.as_str());
            return conflict(call, ok, &[&then.source, &then.target], links.len(), error).await;
        };
        if set.action == Action::Create {
            associations::former::undo_create(call, [self.ok, ok], association, links).await
        } else {
            associations::former::undo_delete(call, [self.ok, ok], association, links).await
        }
    }
}

/// The same conflict for all of some changes. Nothing is written, so a right for some of the models' instances is enough.
async fn conflict(call: &mut Call<'_>, ok: Granted, models: &[&str], count: usize, error: Error) -> Result<Outcomes> {
    for model in models {
        call.limit(ok, model).await?;
    }
    Ok(vec![Err(error); count])
}

/// The records of a row with these numbers.
fn chosen<R: serde::de::DeserializeOwned>(set: &ChangeSet, numbers: &[i64]) -> Result<Vec<R>> {
    let mut all: Vec<(i64, R)> = (set.seq..).zip(records(set)?).collect();
    all.retain(|(number, _)| numbers.contains(number));
    Ok(all.into_iter().rev().map(|(_, record)| record).collect())
}
