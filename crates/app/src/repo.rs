//! Records of definitions (models, attributes, kinds …) in the store: found, created, changed and deleted with their unique
//! keys and change records, in one place.

use crate::call::Call;
use crate::permission::Granted;
use relata_model::change::{Action, Record, Resource};
use relata_model::filter::Filter;
use relata_model::store::{NewRow, Query, Remove, Replace, Table};
use relata_model::unique::{UniqueKey, encode};
use relata_model::{Code, Error, Map, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// A key that must be unique, and how to name it to a caller who breaks it.
pub struct Key {
    /// Rule of [`relata_model::store::tables::rule`].
    pub rule: i64,
    /// The values that are unique together.
    pub values: Vec<Value>,
    /// The field to name in the message.
    pub label: &'static str,
}

impl Key {
    /// A key of some values.
    pub fn new(rule: i64, label: &'static str, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        Self { rule, values: values.into_iter().map(Into::into).collect(), label }
    }

    fn unique_key(&self) -> Option<UniqueKey> {
        Some(UniqueKey { rule: self.rule, key: encode(self.values.iter().map(Some))? })
    }
}

/// A record of a definition.
pub trait Entity: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Where it is stored; also the name of its sequence of ids.
    const TABLE: Table;
    /// What it is in the change log.
    const RESOURCE: Resource;
    /// Its numeric id.
    fn id(&self) -> i64;
    /// Sets its numeric id.
    fn set_id(&mut self, id: i64);
    /// Its display name, for the change log.
    fn name(&self) -> &str;
    /// The scope of its change records (model id), empty for none.
    fn scope(&self) -> &str;
    /// Its unique keys, the most telling first.
    fn keys(&self) -> Vec<Key>;
}

/// Declares the table of a record, what it is in the change log, its name, its scope and its unique keys.
macro_rules! entity {
    ($type:ty: $table:ident, $resource:ident, name $name:expr, scope $scope:expr, keys $keys:expr) => {
        impl $crate::repo::Entity for $type {
            const TABLE: relata_model::store::Table = relata_model::store::Table::$table;
            const RESOURCE: relata_model::change::Resource = relata_model::change::Resource::$resource;
            fn id(&self) -> i64 {
                self.id
            }
            fn set_id(&mut self, id: i64) {
                self.id = id;
            }
            fn name(&self) -> &str {
                let name: fn(&Self) -> &str = $name;
                name(self)
            }
            fn scope(&self) -> &str {
                let scope: fn(&Self) -> &str = $scope;
                scope(self)
            }
            fn keys(&self) -> Vec<$crate::repo::Key> {
                let keys: fn(&Self) -> Vec<$crate::repo::Key> = $keys;
                keys(self)
            }
        }
    };
}
pub(crate) use entity;

/// A record with the revision it was read at.
#[derive(Clone, Debug)]
pub struct Stored<E> {
    /// The record.
    pub entity: E,
    /// Its revision.
    pub revision: i64,
}

/// Reads a stored document as its type.
pub fn typed<T: DeserializeOwned>(doc: Map) -> Result<T> {
    serde_json::from_value(Value::Object(doc)).map_err(|error| Error::new(Code::Corrupt).detail(error.to_string()))
}

/// A record as a document.
pub fn document<T: Serialize>(entity: &T) -> Result<Map> {
    match serde_json::to_value(entity) {
        Ok(Value::Object(doc)) => Ok(doc),
        Ok(other) => Err(Error::internal(format!("a record became {other}"))),
        Err(error) => Err(Error::internal(error.to_string())),
    }
}

/// The records that a filter on their stored form matches, by id.
pub async fn find<E: Entity>(call: &mut Call<'_>, filter: Filter) -> Result<Vec<Stored<E>>> {
    let rows = call.tx.find(&Query::new(E::TABLE, filter)).await?;
    rows.into_iter().map(|row| Ok(Stored { revision: row.revision, entity: typed(row.doc)? })).collect()
}

/// The records with these numeric ids that exist, by ascending id.
pub async fn get_many<E: Entity>(call: &mut Call<'_>, ids: &[i64]) -> Result<Vec<Stored<E>>> {
    let rows = call.tx.get_many(E::TABLE.into(), ids).await?;
    rows.into_iter().map(|row| Ok(Stored { revision: row.revision, entity: typed(row.doc)? })).collect()
}

/// The record with this numeric id.
pub async fn get<E: Entity>(call: &mut Call<'_>, id: i64) -> Result<Option<Stored<E>>> {
    Ok(get_many(call, &[id]).await?.into_iter().next())
}

/// The id of the record that holds a key.
pub async fn holder(call: &mut Call<'_>, key: &Key) -> Result<Option<i64>> {
    let Some(key) = key.unique_key() else { return Ok(None) };
    Ok(call.tx.find_keys(std::slice::from_ref(&key)).await?.into_iter().next().flatten())
}

/// Refuses a record whose key another record holds: 1199014 with the label of the key.
pub async fn check_unique<E: Entity>(call: &mut Call<'_>, entity: &E) -> Result<()> {
    check_unique_many(call, std::slice::from_ref(entity)).await
}

/// The unique keys that a record holds.
pub(crate) fn unique_keys<E: Entity>(entity: &E) -> Vec<UniqueKey> {
    entity.keys().iter().filter_map(Key::unique_key).collect()
}

/// Creates a record: gives it an id, checks its keys, notes the change. Returns it as stored.
pub async fn create<E: Entity>(call: &mut Call<'_>, ok: Granted, entity: E) -> Result<E> {
    let created = create_many(call, ok, vec![entity]).await?;
    created.into_iter().next().ok_or_else(|| Error::internal("a record got lost"))
}

/// Creates records, all or none, in the order of their ids: see [`create`].
pub async fn create_many<E: Entity>(call: &mut Call<'_>, ok: Granted, mut entities: Vec<E>) -> Result<Vec<E>> {
    if entities.is_empty() {
        return Ok(entities);
    }
    for entity in &mut entities {
        entity.set_id(0);
    }
    check_unique_many(call, &entities).await?;
    let first = call.tx.next_ids(E::TABLE.name(), entities.len() as u64).await?;
    for (id, entity) in (first..).zip(&mut entities) {
        entity.set_id(id);
    }
    insert(call, ok, &entities).await?;
    Ok(entities)
}

/// Creates records that were deleted again, with the ids that they had, all or none.
pub(crate) async fn restore_many<E: Entity>(call: &mut Call<'_>, ok: Granted, entities: &[E]) -> Result<()> {
    if entities.is_empty() {
        return Ok(());
    }
    check_unique_many(call, entities).await?;
    insert(call, ok, entities).await
}

async fn insert<E: Entity>(call: &mut Call<'_>, _ok: Granted, entities: &[E]) -> Result<()> {
    let mut rows = Vec::with_capacity(entities.len());
    let mut records = Scoped::default();
    for entity in entities {
        let (id, doc) = (entity.id(), document(entity)?);
        rows.push(NewRow { id, doc: doc.clone(), keys: unique_keys(entity) });
        records
            .add(entity.scope(), Record { id, name: entity.name().to_owned(), after: Some(doc), ..Record::default() });
    }
    call.tx.insert_many(E::TABLE.into(), rows).await?;
    records.record(call, E::RESOURCE, Action::Create)
}

/// Refuses records that take a key of a record that is not one of them, or both the same: 1199014 with the label of the key.
async fn check_unique_many<E: Entity>(call: &mut Call<'_>, entities: &[E]) -> Result<()> {
    let mut wanted: Vec<(&'static str, UniqueKey)> = Vec::new();
    for entity in entities {
        for key in entity.keys() {
            let Some(unique) = key.unique_key() else { continue };
            if wanted.iter().any(|(_, other)| *other == unique) {
                return Err(Error::new(Code::Duplicate).arg(key.label));
            }
            wanted.push((key.label, unique));
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let keys: Vec<UniqueKey> = wanted.iter().map(|(_, key)| key.clone()).collect();
    let mine = |id: i64| entities.iter().any(|entity| entity.id() == id);
    for ((label, _), holder) in wanted.iter().zip(call.tx.find_keys(&keys).await?) {
        if holder.is_some_and(|holder| !mine(holder)) {
            return Err(Error::new(Code::Duplicate).arg(*label));
        }
    }
    Ok(())
}

/// Records of changes by their scope.
#[derive(Default)]
struct Scoped(BTreeMap<String, Vec<Record>>);

impl Scoped {
    fn add(&mut self, scope: &str, record: Record) {
        self.0.entry(scope.to_owned()).or_default().push(record);
    }

    fn record(self, call: &mut Call<'_>, resource: Resource, action: Action) -> Result<()> {
        self.0.iter().try_for_each(|(scope, records)| call.record(resource, action, scope, records))
    }
}

/// Replaces a record: checks its keys, notes the change with the fields as the caller sent them.
pub async fn update<E: Entity>(
    call: &mut Call<'_>,
    ok: Granted,
    action: Action,
    old: &Stored<E>,
    new: &E,
    sent: Map,
) -> Result<()> {
    update_many(call, ok, action, &[(old.clone(), new.clone(), sent)]).await
}

/// Replaces records, all or none: see [`update`].
pub async fn update_many<E: Entity>(
    call: &mut Call<'_>,
    _ok: Granted,
    action: Action,
    changes: &[(Stored<E>, E, Map)],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let renamed = changes.iter().filter(|(old, new, _)| unique_keys(&old.entity) != unique_keys(new));
    let renamed: Vec<E> = renamed.map(|(_, new, _)| new.clone()).collect();
    check_unique_many(call, &renamed).await?;
    let mut rows = Vec::with_capacity(changes.len());
    let mut records = Scoped::default();
    for (old, new, sent) in changes {
        let doc = document(new)?;
        rows.push(Replace {
            id: new.id(),
            revision: old.revision,
            doc: doc.clone(),
            drop_keys: unique_keys(&old.entity),
            take_keys: unique_keys(new),
        });
        let record = Record {
            id: new.id(),
            name: old.entity.name().to_owned(),
            before: Some(document(&old.entity)?),
            after: Some(doc),
            sent: Some(sent.clone()),
        };
        records.add(new.scope(), record);
    }
    call.tx.replace_many(E::TABLE.into(), rows).await?;
    records.record(call, E::RESOURCE, action)
}

/// Keeps records, all or none: those that were there are replaced, the others created.
pub async fn save_many<E: Entity>(
    call: &mut Call<'_>,
    ok: Granted,
    records: Vec<(Option<Stored<E>>, E)>,
) -> Result<()> {
    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for (old, new) in records {
        match old {
            None => created.push(new),
            Some(old) => {
                let sent = members_changed(&old.entity, &new)?;
                changed.push((old, new, sent));
            }
        }
    }
    create_many(call, ok, created).await?;
    update_many(call, ok, Action::Update, &changed).await
}

/// The members of a record that are others than before.
pub fn members_changed<E: Entity>(before: &E, after: &E) -> Result<Map> {
    let (before, mut after) = (document(before)?, document(after)?);
    after.retain(|member, value| before.get(member) != Some(value));
    Ok(after)
}

/// Deletes records and notes the changes.
pub async fn delete<E: Entity>(call: &mut Call<'_>, _ok: Granted, entities: &[E]) -> Result<()> {
    if entities.is_empty() {
        return Ok(());
    }
    let rows = entities.iter().map(|it| Remove { id: it.id(), keys: unique_keys(it) }).collect();
    call.tx.delete_many(E::TABLE.into(), rows).await?;
    let mut records = Scoped::default();
    for it in entities {
        let before = Some(document(it)?);
        records.add(it.scope(), Record { id: it.id(), name: it.name().to_owned(), before, ..Record::default() });
    }
    records.record(call, E::RESOURCE, Action::Delete)
}
