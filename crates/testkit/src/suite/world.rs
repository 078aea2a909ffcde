//! What the tests of the suite write: two models, two associations, and the shortest ways to add to them.

use relata_model::association::{Link, ModelAssociation};
use relata_model::change::{Action, Actor, ChangeSet, LinkRecord, Resource};
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use relata_model::store::{ChangeQuery, Ends, LinkQuery, NewRow, Query, Remove, Replace, Row, Space, Table, Tx};
use relata_model::unique::{UniqueKey, encode};
use relata_model::{Map, Result};
use serde_json::{Value, json};

/// Instances of the model `server`.
pub const SERVERS: Space = Space::instances(1);
/// Instances of the model `rack`.
pub const RACKS: Space = Space::instances(2);
/// The association from servers to racks.
pub const STANDS_IN: Ends = ends(1, 2);
/// The association from servers to servers.
pub const USES: Ends = ends(2, 1);

const fn ends(association: i64, target_model: i64) -> Ends {
    Ends { association, source_model: 1, target_model, one_per_source: false, one_per_target: false }
}

/// The same association with one link at the most at each end.
pub const fn one_to_one(ends: Ends) -> Ends {
    Ends { one_per_source: true, one_per_target: true, ..ends }
}

/// Writes the two models and associations.
pub async fn create_world(store: &super::TestStore) {
    let created = store.write(|tx| {
        Box::pin(async move {
            let mut ids = Vec::new();
            for (id, obj_id) in [(1, "server"), (2, "rack")] {
                let model = Model { id, obj_id: obj_id.to_owned(), ..Model::default() };
                ids.push(add(tx, Table::Models, record(&model)).await?);
            }
            for (ends, association_id, target) in [(STANDS_IN, "stands_in", "rack"), (USES, "uses", "server")] {
                let association = ModelAssociation {
                    id: ends.association,
                    association_id: association_id.to_owned(),
                    source: "server".to_owned(),
                    target: target.to_owned(),
                    mapping: "n:n".to_owned(),
                    ..ModelAssociation::default()
                };
                ids.push(add(tx, Table::ModelAssociations, record(&association)).await?);
            }
            Ok(ids)
        })
    });
    assert_eq!(created.await, Ok(vec![1, 2, 1, 2]), "ids of a new store start at 1");
}

/// A record as a document.
fn record(record: &impl serde::Serialize) -> Map {
    doc(serde_json::to_value(record).unwrap())
}

/// A document from `json!({…})`.
pub fn doc(value: Value) -> Map {
    let Value::Object(doc) = value else { panic!("{value} is no document") };
    doc
}

/// The key of a rule for one value.
pub fn key(rule: i64, value: impl Into<Value>) -> UniqueKey {
    UniqueKey { rule, key: encode([Some(&value.into())]).unwrap() }
}

/// The sequence that the ids of a space come from.
pub fn sequence(space: Space) -> String {
    if space.table == Table::Instances { instance_sequence(space.partition) } else { space.table.name().to_owned() }
}

/// Inserts a row without keys; returns its id.
pub async fn add(tx: &mut dyn Tx, space: impl Into<Space>, doc: Map) -> Result<i64> {
    add_with_keys(tx, space, doc, Vec::new()).await
}

/// Inserts a row with keys; returns its id.
pub async fn add_with_keys(tx: &mut dyn Tx, space: impl Into<Space>, doc: Map, keys: Vec<UniqueKey>) -> Result<i64> {
    let space = space.into();
    let id = tx.next_ids(&sequence(space), 1).await?;
    tx.insert_many(space, vec![NewRow { id, doc, keys }]).await?;
    Ok(id)
}

/// Inserts rows with the documents `{"n": 1}`, `{"n": 2}` …; returns the ids.
pub async fn add_many(tx: &mut dyn Tx, space: Space, count: u64) -> Result<Vec<i64>> {
    let first = tx.next_ids(&sequence(space), count).await?;
    let ids: Vec<i64> = (first..).take(usize::try_from(count).unwrap()).collect();
    let row = |(n, id): (usize, &i64)| NewRow { id: *id, doc: doc(json!({"n": n + 1})), keys: Vec::new() };
    tx.insert_many(space, ids.iter().enumerate().map(row).collect()).await?;
    Ok(ids)
}

/// Replaces the document of a row as it is now.
pub async fn put(tx: &mut dyn Tx, space: impl Into<Space>, id: i64, doc: Map) -> Result<()> {
    let space = space.into();
    let revision = tx.get_many(space, &[id]).await?[0].revision;
    tx.replace_many(space, vec![Replace { id, revision, doc, drop_keys: Vec::new(), take_keys: Vec::new() }]).await
}

/// Deletes a row without keys.
pub async fn remove(tx: &mut dyn Tx, space: impl Into<Space>, id: i64) -> Result<()> {
    tx.delete_many(space.into(), vec![Remove { id, keys: Vec::new() }]).await
}

/// Links the pairs, with ids from the sequence and a record in the log.
pub async fn link(tx: &mut dyn Tx, ends: Ends, pairs: &[(i64, i64)]) -> Result<Vec<Link>> {
    let first = tx.next_ids(LINK_SEQUENCE, pairs.len() as u64).await?;
    let link = |(id, (source, target)): (i64, &(i64, i64))| Link {
        id,
        association: ends.association,
        source: *source,
        target: *target,
    };
    let links: Vec<Link> = (first..).zip(pairs).map(link).collect();
    tx.insert_links(ends, &links).await?;
    tx.append_changes(vec![link_set(Action::Create, &links)]).await?;
    Ok(links)
}

/// Deletes links of one association, with a record in the log.
pub async fn unlink(tx: &mut dyn Tx, links: &[Link]) -> Result<()> {
    tx.delete_links(links).await?;
    tx.append_changes(vec![link_set(Action::Delete, links)]).await
}

/// The change of these links, which are all of one association.
pub fn link_set(action: Action, links: &[Link]) -> ChangeSet {
    let records: Vec<_> = links.iter().map(|link| LinkRecord(link.id, link.source, link.target)).collect();
    let scope = if links[0].association == STANDS_IN.association { "stands_in" } else { "uses" };
    ChangeSet {
        count: count(&records),
        scope: scope.to_owned(),
        data: serde_json::to_string(&records).unwrap(),
        ..change(Resource::Link, action, &[])
    }
}

fn count<T>(records: &[T]) -> i64 {
    i64::try_from(records.len()).unwrap()
}

/// A change of the instances of `server` with these ids, as far as the log is concerned.
pub fn change(resource: Resource, action: Action, subjects: &[i64]) -> ChangeSet {
    let records: Vec<Value> = subjects.iter().map(|id| json!({"id": id})).collect();
    ChangeSet {
        seq: 0,
        count: count(subjects),
        time: 1_700_000_000_000,
        actor: Actor { user: "admin".to_owned(), app: "tests".to_owned(), request: "r-1".to_owned() },
        resource,
        action,
        scope: "server".to_owned(),
        subjects: subjects.to_vec(),
        data: Value::from(records).to_string(),
    }
}

/// Everything that can be read without knowing the keys: rows of the spaces above and of all tables but instances, links,
/// log, meta revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Rows by space.
    pub rows: Vec<Vec<Row>>,
    /// Links.
    pub links: Vec<Link>,
    /// The log.
    pub log: Vec<ChangeSet>,
}

/// Reads the whole content.
pub async fn content(tx: &mut dyn Tx) -> Result<Content> {
    let mut rows = Vec::new();
    let tables = Table::ALL.iter().filter(|table| **table != Table::Instances).map(|table| Space::from(*table));
    for space in tables.chain([SERVERS, RACKS]) {
        rows.push(tx.find(&Query::new(space, Filter::everything())).await?);
    }
    let links = tx.find_links(&all_links()).await?;
    Ok(Content { rows, links, log: tx.changes(&ChangeQuery::default()).await? })
}

/// All links of both associations.
pub fn all_links() -> LinkQuery {
    LinkQuery { associations: vec![STANDS_IN.association, USES.association], ..LinkQuery::default() }
}
