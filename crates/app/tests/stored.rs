//! What tests put into the store beside the endpoints, and read from it.

use relata_model::association::Link;
use relata_model::filter::Filter;
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use relata_model::store::{Ends, NewRow, Query, Row, Space, Table};
use relata_model::unique::{UniqueKey, encode};
use relata_testkit::{Harness, read_with, write_with};
use serde_json::{Value, json};

/// The rows of a space, by id.
pub(crate) async fn rows(it: &Harness, space: impl Into<Space>) -> Vec<Row> {
    let query = Query::new(space, Filter::everything());
    let found = read_with(&*it.app.store, move |tx| {
        let query = query.clone();
        Box::pin(async move { tx.find(&query).await })
    });
    found.await.unwrap()
}

/// The numeric id of the record whose field has this text.
pub(crate) async fn number(it: &Harness, table: Table, field: &str, text: &str) -> i64 {
    let rows = rows(it, table).await;
    rows.iter().find(|row| row.doc[field] == text).unwrap_or_else(|| panic!("no {field} {text}")).id
}

/// The instances of a model.
pub(crate) async fn space(it: &Harness, obj_id: &str) -> Space {
    Space::instances(number(it, Table::Models, "bk_obj_id", obj_id).await)
}

/// Inserts instances of a model as they are and without keys.
pub(crate) async fn insert(it: &Harness, obj_id: &str, docs: Vec<Value>) {
    let space = space(it, obj_id).await;
    let written = write_with(&*it.app.store, move |tx| {
        let docs = docs.clone();
        Box::pin(async move {
            let first = tx.next_ids(&instance_sequence(space.partition), docs.len() as u64).await?;
            let rows = docs.into_iter().zip(first..).map(|(mut doc, id)| {
                doc["bk_inst_id"] = json!(id);
                NewRow { id, doc: doc.as_object().unwrap().clone(), keys: Vec::new() }
            });
            tx.insert_many(space, rows.collect()).await
        })
    });
    written.await.unwrap();
}

/// Links the first instances of the two models of an association.
pub(crate) async fn link(it: &Harness, association: i64) {
    let written = write_with(&*it.app.store, move |tx| {
        Box::pin(async move {
            let id = tx.next_ids(LINK_SEQUENCE, 1).await?;
            let ends = Ends { association, ..Ends::default() };
            tx.insert_links(ends, &[Link { id, association, source: 1, target: 1 }]).await
        })
    });
    written.await.unwrap();
}

/// The instance that holds a value under a rule.
pub(crate) async fn holder(it: &Harness, rule: i64, value: Value) -> Option<i64> {
    let key = UniqueKey { rule, key: encode([Some(&value)]).unwrap() };
    let found = read_with(&*it.app.store, move |tx| {
        let key = key.clone();
        Box::pin(async move { tx.find_keys(&[key]).await })
    });
    found.await.unwrap()[0]
}
