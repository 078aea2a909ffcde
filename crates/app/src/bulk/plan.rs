//! Decides operations one after the other: what each comes to, given the facts and what the operations before it have done.
//!
//! Pure: nothing is read and nothing written. What was decided stands in the [`Changes`], for [`super::write`]; new
//! instances and links have provisional, negative ids there. The changes of one plan are written in a fixed order (links
//! that go, instances that go, changes, new instances, new links), so a plan ends before an operation that would need
//! another one, such as a change of an instance that the plan creates.

use super::facts::{Facts, Questions};
use super::labels::{Labels, MOST_LABELS};
use super::operation::{Name, Op, Task, Understood};
use super::rights::Rights;
use super::verdict::{Failure, Status, Verdict};
use super::{OnConflict, links::LinkState};
use crate::call::Call;
use crate::instances::write::Changed;
use crate::instances::{duplicate, not_paused, not_there, validate};
use crate::models::quotes;
use crate::permission::{Permission, Resource};
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use relata_model::association::Link;
use relata_model::attribute::kind::innertable;
use relata_model::filter::compare;
use relata_model::instance::field;
use relata_model::store::Row;
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Why an operation is not decided.
pub(super) enum Halt {
    /// A fact is lacking; it was noted.
    Unknown,
    /// It belongs to the next plan.
    Cut,
    /// It fails.
    Failed(Failure),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Things to write, by the number of their model or association.
pub(super) type Groups<S, T> = BTreeMap<i64, (Arc<S>, Vec<T>)>;

/// A new instance: its provisional id, its document and its keys.
pub(super) struct NewInstance {
    pub(super) id: i64,
    pub(super) doc: Map,
    pub(super) keys: Vec<UniqueKey>,
}

/// What the ordinary functions do by themselves, since it brings rows of inner tables.
pub(super) enum Alone {
    Create(Arc<ModelSchema>, i64, Map),
    Update(Arc<ModelSchema>, i64, Map),
}

/// What a plan comes to.
#[derive(Default)]
pub(super) struct Changes {
    pub(super) unlinked: Groups<AssociationSchema, Link>,
    pub(super) deleted: Groups<ModelSchema, Row>,
    pub(super) updated: Groups<ModelSchema, Changed>,
    pub(super) created: Groups<ModelSchema, NewInstance>,
    /// Provisional id and pair.
    pub(super) linked: Groups<AssociationSchema, (i64, (i64, i64))>,
    pub(super) alone: Option<Alone>,
}

impl Changes {
    fn is_empty(&self) -> bool {
        let Self { unlinked, deleted, updated, created, linked, alone } = self;
        unlinked.is_empty()
            && deleted.is_empty()
            && updated.is_empty()
            && created.is_empty()
            && linked.is_empty()
            && alone.is_none()
    }
}

/// Adds to a group.
pub(super) fn add<S, T>(groups: &mut Groups<S, T>, number: i64, of: &Arc<S>, item: T) {
    groups.entry(number).or_insert_with(|| (Arc::clone(of), Vec::new())).1.push(item);
}

/// What was done to an instance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Created,
    Updated,
    Deleted,
}

/// An instance that operations of the plan have touched.
struct Touched {
    doc: Map,
    made: Made,
}

/// What a plan decides with.
#[derive(Clone, Copy)]
pub(super) struct Basis<'a, 't> {
    pub(super) call: &'a Call<'t>,
    pub(super) schema: &'a Schema,
    pub(super) rights: &'a Rights,
    pub(super) labels: &'a Labels,
    pub(super) facts: &'a Facts,
    pub(super) on_conflict: OnConflict,
    /// Which line has made an instance or a link, of what this transaction has written before.
    pub(super) makers: &'a HashMap<(bool, i64, i64), u64>,
}

/// A plan under way.
pub(super) struct Plan<'a, 't> {
    pub(super) basis: Basis<'a, 't>,
    pub(super) asked: Questions,
    pub(super) changes: Changes,
    pub(super) links: LinkState,
    touched: HashMap<(i64, i64), Touched>,
    keys: HashMap<UniqueKey, Option<i64>>,
    /// The line that has made what has a provisional id.
    pub(super) rows: HashMap<i64, u64>,
    /// Labels of this plan: the model's number, and the instance unless the operation has failed.
    pub(super) labels: BTreeMap<String, (i64, Option<i64>)>,
    next: i64,
}

/// An operation with the document that it would create.
pub(super) struct Item {
    pub(super) operation: Understood,
    pub(super) doc: Option<Result<Map, Error>>,
}

impl<'a, 't> Plan<'a, 't> {
    pub(super) fn new(basis: Basis<'a, 't>) -> Self {
        Self {
            basis,
            asked: Questions::default(),
            changes: Changes::default(),
            links: LinkState::default(),
            touched: HashMap::new(),
            keys: HashMap::new(),
            rows: HashMap::new(),
            labels: BTreeMap::new(),
            next: -1,
        }
    }

    /// Decides items from the first on, as far as they belong to this plan; at least one.
    pub(super) fn decide(&mut self, items: &[Item]) -> Vec<Verdict> {
        let mut verdicts = Vec::with_capacity(items.len());
        for item in items {
            let row = item.operation.row;
            let outcome = if self.changes.alone.is_some() { Err(Halt::Cut) } else { self.decide_one(item) };
            let verdict = match outcome {
                Ok(verdict) => verdict,
                Err(Halt::Cut) => break,
                Err(Halt::Unknown) => Verdict::new(row, Status::Unchanged, None),
                Err(Halt::Failed(failure)) => Verdict::failed(row, failure, self.basis.call.lang()),
            };
            self.label(item, &verdict);
            verdicts.push(verdict);
        }
        verdicts
    }

    fn label(&mut self, item: &Item, verdict: &Verdict) {
        let Some(label) = &item.operation.label else { return };
        let model = match &item.operation.task {
            Ok(Task::Instance { model, .. }) => model.model.id,
            Ok(Task::Link { .. }) | Err(_) => 0,
        };
        self.labels.insert(label.clone(), (model, verdict.id.filter(|_| verdict.status != Status::Deleted)));
    }

    fn decide_one(&mut self, item: &Item) -> Result<Verdict, Halt> {
        let operation = &item.operation;
        if operation.label.is_some() && self.basis.labels.are_full(self.labels.len()) {
            let hint = "the stream has too many labels; name instances by the values of a unique rule";
            return Err(Failure::at("label", Error::new(Code::TooLong).arg("label").arg(MOST_LABELS).hint(hint)).into());
        }
        let row = operation.row;
        match &operation.task {
            Err(failure) => Err(failure.clone().into()),
            Ok(Task::Link { op, association, models, link }) => self.link(row, *op, association, models, link),
            Ok(Task::Instance { op, model, name, attributes, expected }) => {
                let named = match name {
                    Some(name) => self.find(model, "instance", name)?,
                    None => None,
                };
                match (op, named, name) {
                    (Op::Create, _, _) => self.create(row, model, item, attributes),
                    (Op::Update | Op::Upsert, Some(id), _) => {
                        self.check_expected(model, id, expected)?;
                        self.update(row, model, id, attributes)
                    }
                    (Op::Delete, Some(id), _) => self.delete(row, model, id),
                    (Op::Delete, None, _) => {
                        self.whole(Permission::InstanceDelete, model)?;
                        Ok(Verdict::new(row, Status::Unchanged, None))
                    }
                    (Op::Upsert, None, _) => self.upsert(row, model, item, attributes),
                    (Op::Update, None, name) => {
                        self.whole(Permission::InstanceUpdate, model)?;
                        let shown = name.as_ref().map(Name::shown).unwrap_or_default();
                        let hint = format!("{} has no instance {shown}", model.model.obj_id);
                        Err(Failure::at("instance", Error::new(Code::TargetNotFound).hint(hint)).into())
                    }
                }
            }
        }
    }

    /// The instance that a name means. `None` where no instance has the values; one that is named by its id need not exist.
    pub(super) fn find(&mut self, model: &ModelSchema, member: &str, name: &Name) -> Result<Option<i64>, Halt> {
        match name {
            Name::Id(id) => Ok(Some(*id)),
            Name::Key(key, _) => self.holder(key),
            Name::Label(label) => {
                let refused =
                    |hint: String| Halt::from(Failure::at(member, Error::refers_to_nothing(member).hint(hint)));
                let known = self.labels.get(label).copied().or_else(|| self.basis.labels.get(label));
                match known {
                    None => Err(refused(format!("no earlier operation of the stream has the label \"{label}\""))),
                    Some((number, _)) if number != model.model.id => {
                        Err(refused(format!("\"{label}\" is no instance of {}", model.model.obj_id)))
                    }
                    Some((_, None)) => Err(refused(format!("the operation with the label \"{label}\" has failed"))),
                    Some((_, Some(id))) => Ok(Some(id)),
                }
            }
        }
    }

    fn holder(&mut self, key: &UniqueKey) -> Result<Option<i64>, Halt> {
        if let Some(holder) = self.keys.get(key).or_else(|| self.basis.facts.keys.get(key)) {
            return Ok(*holder);
        }
        self.asked.keys.insert(key.clone());
        Err(Halt::Unknown)
    }

    /// The document of an instance as it is now.
    pub(super) fn document(&mut self, model: &ModelSchema, id: i64) -> Result<Option<Map>, Halt> {
        if let Some(touched) = self.touched.get(&(model.model.id, id)) {
            return Ok((touched.made != Made::Deleted).then(|| touched.doc.clone()));
        }
        match self.basis.facts.rows.get(&(model.space(), id)) {
            // It may be one of those that the plan creates, whose ids are not known yet.
            Some(None) if self.changes.created.contains_key(&model.model.id) => Err(Halt::Cut),
            Some(row) => Ok(row.as_ref().map(|row| row.doc.clone())),
            None => {
                self.asked.row(model.space(), id);
                Err(Halt::Unknown)
            }
        }
    }

    /// Whether operations of the plan have created or deleted an instance; `None` where they did neither.
    pub(super) fn exists_by_plan(&self, model: &ModelSchema, id: i64) -> Option<bool> {
        let touched = self.touched.get(&(model.model.id, id)).filter(|it| it.made != Made::Updated)?;
        Some(touched.made == Made::Created)
    }

    pub(super) fn provisional(&mut self, row: u64) -> i64 {
        let id = self.next;
        self.next -= 1;
        self.rows.insert(id, row);
        id
    }

    pub(super) fn refused(&self, permission: Permission, model: &ModelSchema, id: Option<i64>) -> Halt {
        let obj_id = model.model.obj_id.clone();
        let on = id.map_or_else(|| Resource::Model(obj_id.clone()), |id| Resource::Instances(obj_id.clone(), vec![id]));
        Failure::new(self.basis.call.lacks(self.basis.schema, permission, &[on])).into()
    }

    /// Refuses a caller who has a permission on a part of a model only, so that nobody learns what there is beside it.
    pub(super) fn whole(&self, permission: Permission, model: &ModelSchema) -> Result<(), Halt> {
        let limit = self.basis.rights.limit(permission, model)?;
        if limit.is_whole() { Ok(()) } else { Err(self.refused(permission, model, None)) }
    }

    /// The document of an instance that the caller has a permission on. `None` where it does not exist and the caller may
    /// know that.
    pub(super) fn permitted(
        &mut self,
        permission: Permission,
        model: &ModelSchema,
        id: i64,
    ) -> Result<Option<Map>, Halt> {
        let limit = self.basis.rights.limit(permission, model)?;
        let doc = self.document(model, id)?;
        if limit.is_whole() || doc.as_ref().is_some_and(|doc| limit.admits(doc)) {
            return Ok(doc);
        }
        Err(self.refused(permission, model, Some(id)))
    }

    fn of(&self, model: &ModelSchema, error: Error) -> Failure {
        Failure::of(self.basis.call.lang(), model, error)
    }

    fn create(&mut self, row: u64, model: &Arc<ModelSchema>, item: &Item, sent: &Map) -> Result<Verdict, Halt> {
        let limit = self.basis.rights.limit(Permission::InstanceCreate, model)?;
        if model.mainline {
            return Err(Failure::at("model", Error::new(Code::MainlineInstance)).into());
        }
        not_paused(model).map_err(|error| Failure::at("model", error))?;
        let doc = item.doc.clone().unwrap_or_else(|| Err(Error::internal("a new instance has no document")));
        let doc = doc.map_err(|error| self.of(model, error))?;
        if !limit.admits(&doc) {
            return Err(self.refused(Permission::InstanceCreate, model, None));
        }
        self.check_quotes(model, None, &doc)?;
        let keys = model.keys(&doc);
        if let Some((key, holder)) = self.taken(&keys, None) {
            return self.conflict(row, model, (key, holder), sent, &doc);
        }
        let brings_rows = inner_tables(model).any(|table| doc.get(table).is_some_and(Value::is_array));
        if brings_rows && !self.changes.is_empty() {
            return Err(Halt::Cut);
        }
        let id = self.provisional(row);
        self.keys.extend(keys.iter().map(|key| (key.clone(), Some(id))));
        let mut kept = doc.clone();
        if brings_rows {
            self.changes.alone = Some(Alone::Create(Arc::clone(model), id, doc));
        } else {
            // What an inner table holds is no part of the document.
            inner_tables(model).for_each(|table| drop(kept.remove(table)));
            let new = NewInstance { id, doc: kept.clone(), keys };
            add(&mut self.changes.created, model.model.id, model, new);
        }
        self.touched.insert((model.model.id, id), Touched { doc: kept, made: Made::Created });
        Ok(Verdict::new(row, Status::Created, Some(id)))
    }

    /// The first of these keys that another instance holds. Keys that are not looked up yet count as free for now.
    fn taken<'k>(&mut self, keys: &'k [UniqueKey], mine: Option<i64>) -> Option<(&'k UniqueKey, i64)> {
        let mut found = None;
        for key in keys {
            let holder = self.holder(key).ok().flatten().filter(|holder| Some(*holder) != mine);
            found = found.or(holder.map(|holder| (key, holder)));
        }
        found
    }

    /// What becomes of a creation whose instance is there already.
    fn conflict(
        &mut self,
        row: u64,
        model: &Arc<ModelSchema>,
        taken: (&UniqueKey, i64),
        sent: &Map,
        doc: &Map,
    ) -> Result<Verdict, Halt> {
        let shown = self.may_see(model, taken.1)?;
        match self.basis.on_conflict {
            OnConflict::Update => self.update(row, model, taken.1, sent),
            OnConflict::Skip if shown => Ok(Verdict::new(row, Status::Exists, Some(taken.1))),
            OnConflict::Skip | OnConflict::Fail => Err(self.in_the_way(model, taken, doc)?.into()),
        }
    }

    fn in_the_way(
        &mut self,
        model: &ModelSchema,
        (key, holder): (&UniqueKey, i64),
        doc: &Map,
    ) -> Result<Failure, Halt> {
        let rule = model.rules.iter().find(|rule| rule.id == key.rule);
        let field = rule.and_then(|rule| rule.fields.first().cloned());
        let conflicting_id = self.may_see(model, holder)?.then_some(holder);
        let conflicting_row = self.maker(false, model.model.id, holder);
        let error = Box::new(duplicate(model, key, doc));
        Ok(Failure { error, field, conflicting_id, conflicting_row })
    }

    /// The line that has made something, where it is of this transaction.
    pub(super) fn maker(&self, link: bool, number: i64, id: i64) -> Option<u64> {
        self.rows.get(&id).or_else(|| self.basis.makers.get(&(link, number, id))).copied()
    }

    fn may_see(&mut self, model: &ModelSchema, id: i64) -> Result<bool, Halt> {
        for permission in [Permission::InstanceView, Permission::InstanceUpdate] {
            let Ok(limit) = self.basis.rights.limit(permission, model) else { continue };
            if limit.is_whole() || self.document(model, id)?.is_some_and(|doc| limit.admits(&doc)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Refuses a document that quotes what does not exist.
    fn check_quotes(&mut self, model: &ModelSchema, before: Option<&Map>, after: &Map) -> Result<(), Halt> {
        let schema = self.basis.schema;
        for (attribute, quoted, ids) in quotes::quoted(model, (before, after)) {
            for id in ids {
                let there = match schema.model(quoted) {
                    Some(quoted) => self.document(quoted, id)?.is_some(),
                    None => false,
                };
                if !there {
                    return Err(self.of(model, quotes::refers_to_nobody(attribute, quoted, id)).into());
                }
            }
        }
        Ok(())
    }

    fn upsert(&mut self, row: u64, model: &Arc<ModelSchema>, item: &Item, sent: &Map) -> Result<Verdict, Halt> {
        let named = matches!(&item.operation.task, Ok(Task::Instance { name: Some(_), .. }));
        let key = model.rules.iter().find_map(|rule| rule.key(sent)).filter(|_| !named);
        match key {
            Some(key) => match self.holder(&key)? {
                Some(id) => self.update(row, model, id, sent),
                None => self.create(row, model, item, sent),
            },
            None if named => self.create(row, model, item, sent),
            None => {
                let hint = "name the instance, or give all attributes of a unique rule";
                Err(Failure::at("instance", Error::required("instance").hint(hint)).into())
            }
        }
    }

    /// Refuses an update of an instance that has another value than the caller has seen.
    fn check_expected(&mut self, model: &ModelSchema, id: i64, expected: &Map) -> Result<(), Halt> {
        if expected.is_empty() {
            return Ok(());
        }
        let Some(doc) = self.permitted(Permission::InstanceUpdate, model, id)? else { return Ok(()) };
        match expected.iter().find(|(name, value)| compare(doc.get(*name), Some(value)).is_ne()) {
            Some((name, _)) => Err(Failure::at(name, Error::new(Code::Conflict)).into()),
            None => Ok(()),
        }
    }

    fn update(&mut self, row: u64, model: &Arc<ModelSchema>, id: i64, sent: &Map) -> Result<Verdict, Halt> {
        let Some(before) = self.permitted(Permission::InstanceUpdate, model, id)? else {
            let error = Error::new(Code::TargetNotFound).hint(not_there(model, id));
            return Err(Failure::at("instance", error).into());
        };
        let limit = self.basis.rights.limit(Permission::InstanceUpdate, model)?;
        let after = validate::changed_document(self.basis.call, model, &before, sent);
        let after = after.map_err(|error| self.of(model, error))?;
        if !limit.admits(&after) {
            return Err(self.refused(Permission::InstanceUpdate, model, Some(id)));
        }
        self.check_quotes(model, Some(&before), &after)?;
        let (old, new) = (model.keys(&before), model.keys(&after));
        if let Some(taken) = self.taken(&new, Some(id)) {
            return Err(self.in_the_way(model, taken, &after)?.into());
        }
        let rows = |table| sent.get(table).and_then(Value::as_array).is_some_and(|rows| !rows.is_empty());
        let brings_rows = inner_tables(model).any(rows);
        if !brings_rows && same(&before, &after) {
            return Ok(Verdict::new(row, Status::Unchanged, Some(id)));
        }
        let made = self.touched.get(&(model.model.id, id)).map(|it| it.made);
        if made == Some(Made::Created) || brings_rows && !self.changes.is_empty() {
            return Err(Halt::Cut);
        }
        self.keys.extend(old.into_iter().map(|key| (key, None)));
        self.keys.extend(new.into_iter().map(|key| (key, Some(id))));
        self.touched.insert((model.model.id, id), Touched { doc: after.clone(), made: Made::Updated });
        if brings_rows {
            self.changes.alone = Some(Alone::Update(Arc::clone(model), id, sent.clone()));
        } else {
            let changed = Changed { id, before, after, sent: sent.clone() };
            add(&mut self.changes.updated, model.model.id, model, changed);
        }
        Ok(Verdict::new(row, Status::Updated, Some(id)))
    }

    fn delete(&mut self, row: u64, model: &Arc<ModelSchema>, id: i64) -> Result<Verdict, Halt> {
        let Some(doc) = self.permitted(Permission::InstanceDelete, model, id)? else {
            return Ok(Verdict::new(row, Status::Unchanged, None));
        };
        if let Some(link) = self.link_of(model, id)? {
            let shown = Some(link.id).filter(|id| *id > 0);
            let hint = "a link joins it with another instance";
            let failure = Failure::new(Error::new(Code::InstanceLinked).hint(hint));
            let conflicting_row = self.maker(true, link.association, link.id);
            return Err(Failure { conflicting_id: shown, conflicting_row, ..failure }.into());
        }
        let key = (model.model.id, id);
        if self.touched.contains_key(&key) {
            return Err(Halt::Cut);
        }
        let Some(Some(stored)) = self.basis.facts.rows.get(&(model.space(), id)) else { return Err(Halt::Unknown) };
        add(&mut self.changes.deleted, model.model.id, model, stored.clone());
        self.keys.extend(model.keys(&doc).into_iter().map(|key| (key, None)));
        self.touched.insert(key, Touched { doc, made: Made::Deleted });
        Ok(Verdict::new(row, Status::Deleted, Some(id)))
    }
}

/// The attributes of a model that hold rows of inner tables.
pub(super) fn inner_tables(model: &ModelSchema) -> impl Iterator<Item = &String> {
    let attributes = model.attributes.iter().map(|it| &it.attribute);
    attributes.filter(|it| it.kind == innertable::NAME).map(|it| &it.property_id)
}

/// Whether two documents differ in nothing but who has changed them, and when.
fn same(before: &Map, after: &Map) -> bool {
    let stamps = [field::LAST_TIME, field::UPDATED_AT, field::UPDATED_BY];
    after
        .iter()
        .filter(|(name, _)| !stamps.contains(&name.as_str()))
        .all(|(name, value)| before.get(name) == Some(value))
}
