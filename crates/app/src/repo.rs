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

/// The record with this numeric id.
pub async fn get<E: Entity>(call: &mut Call<'_>, id: i64) -> Result<Option<Stored<E>>> {
    let rows = call.tx.get_many(E::TABLE.into(), &[id]).await?;
    rows.into_iter().next().map(|row| Ok(Stored { revision: row.revision, entity: typed(row.doc)? })).transpose()
}

/// The id of the record that holds a key.
pub async fn holder(call: &mut Call<'_>, key: &Key) -> Result<Option<i64>> {
    let Some(key) = key.unique_key() else { return Ok(None) };
    Ok(call.tx.find_keys(std::slice::from_ref(&key)).await?.into_iter().next().flatten())
}

/// Refuses a record whose key another record holds: 1199014 with the label of the key.
pub async fn check_unique<E: Entity>(call: &mut Call<'_>, entity: &E) -> Result<()> {
    for key in entity.keys() {
        if holder(call, &key).await?.is_some_and(|id| id != entity.id()) {
            return Err(Error::new(Code::Duplicate).arg(key.label));
        }
    }
    Ok(())
}

/// The unique keys that a record holds.
pub(crate) fn unique_keys<E: Entity>(entity: &E) -> Vec<UniqueKey> {
    entity.keys().iter().filter_map(Key::unique_key).collect()
}

/// Creates a record: gives it an id, checks its keys, notes the change. Returns it as stored.
pub async fn create<E: Entity>(call: &mut Call<'_>, _ok: Granted, mut entity: E) -> Result<E> {
    entity.set_id(0);
    check_unique(call, &entity).await?;
    entity.set_id(call.tx.next_ids(E::TABLE.name(), 1).await?);
    let doc = document(&entity)?;
    let row = NewRow { id: entity.id(), doc: doc.clone(), keys: unique_keys(&entity) };
    call.tx.insert_many(E::TABLE.into(), vec![row]).await?;
    let record = Record { id: entity.id(), name: entity.name().to_owned(), before: None, after: Some(doc), sent: None };
    call.record(E::RESOURCE, Action::Create, entity.scope(), &[record])?;
    Ok(entity)
}

/// Replaces a record: checks its keys, notes the change with the fields as the caller sent them.
pub async fn update<E: Entity>(
    call: &mut Call<'_>,
    _ok: Granted,
    action: Action,
    old: &Stored<E>,
    new: &E,
    sent: Map,
) -> Result<()> {
    check_unique(call, new).await?;
    let doc = document(new)?;
    let replace = Replace {
        id: new.id(),
        revision: old.revision,
        doc: doc.clone(),
        drop_keys: unique_keys(&old.entity),
        take_keys: unique_keys(new),
    };
    call.tx.replace_many(E::TABLE.into(), vec![replace]).await?;
    let record = Record {
        id: new.id(),
        name: old.entity.name().to_owned(),
        before: Some(document(&old.entity)?),
        after: Some(doc),
        sent: Some(sent),
    };
    call.record(E::RESOURCE, action, new.scope(), &[record])
}

/// Keeps records whose keys nobody else takes: those that were there are replaced, the others created. Notes the changes.
/// All have the same scope.
pub async fn save_many<E: Entity>(
    call: &mut Call<'_>,
    _ok: Granted,
    entities: Vec<(Option<Stored<E>>, E)>,
) -> Result<()> {
    let Some((_, first)) = entities.first() else { return Ok(()) };
    let scope = first.scope().to_owned();
    let created = entities.iter().filter(|(old, _)| old.is_none()).count() as u64;
    let mut id = if created > 0 { call.tx.next_ids(E::TABLE.name(), created).await? } else { 0 };
    let (mut inserts, mut replaces) = (Vec::new(), Vec::new());
    let (mut new_records, mut records) = (Vec::new(), Vec::new());
    for (old, mut entity) in entities {
        let name = entity.name().to_owned();
        if let Some(old) = old {
            let doc = document(&entity)?;
            let before = document(&old.entity)?;
            let sent = doc.iter().filter(|(member, value)| before.get(*member) != Some(*value));
            let sent = Some(sent.map(|(member, value)| (member.clone(), value.clone())).collect());
            records.push(Record { id: entity.id(), name, before: Some(before), after: Some(doc.clone()), sent });
            replaces.push(Replace {
                id: entity.id(),
                revision: old.revision,
                doc,
                drop_keys: Vec::new(),
                take_keys: Vec::new(),
            });
        } else {
            entity.set_id(id);
            let doc = document(&entity)?;
            new_records.push(Record { id, name, after: Some(doc.clone()), ..Record::default() });
            inserts.push(NewRow { id, doc, keys: unique_keys(&entity) });
            id += 1;
        }
    }
    if !inserts.is_empty() {
        call.tx.insert_many(E::TABLE.into(), inserts).await?;
    }
    if !replaces.is_empty() {
        call.tx.replace_many(E::TABLE.into(), replaces).await?;
    }
    call.record(E::RESOURCE, Action::Create, &scope, &new_records)?;
    call.record(E::RESOURCE, Action::Update, &scope, &records)
}

/// Deletes records and notes the changes. All have the same scope.
pub async fn delete<E: Entity>(call: &mut Call<'_>, _ok: Granted, entities: &[E]) -> Result<()> {
    let Some(first) = entities.first() else { return Ok(()) };
    let rows = entities.iter().map(|it| Remove { id: it.id(), keys: unique_keys(it) }).collect();
    call.tx.delete_many(E::TABLE.into(), rows).await?;
    let records = entities
        .iter()
        .map(|it| {
            Ok(Record { id: it.id(), name: it.name().to_owned(), before: Some(document(it)?), ..Record::default() })
        })
        .collect::<Result<Vec<_>>>()?;
    call.record(E::RESOURCE, Action::Delete, first.scope(), &records)
}
