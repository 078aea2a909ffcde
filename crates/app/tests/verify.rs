//! The check of a store at rest: it has nothing to say of what the endpoints left, and finds damage that was planted past
//! them.

use super::harness;
use super::instances::{association, attribute, model, named};
use super::stored;
use relata_app::verify::verify;
use relata_model::association::Link;
use relata_model::change::{Action, Actor, ChangeSet, Resource};
use relata_model::store::tables::LINK_SEQUENCE;
use relata_model::store::{BoxFut, Ends, Remove, Replace, Row, Space, Table, Tx};
use relata_model::{Map, Result};
use relata_testkit::{Harness, write_with};
use serde_json::{Value, json};

/// Two instances each of `app` and `node`, linked 1 → 1 under a 1:n association.
async fn apps() -> Harness {
    let it = harness().await;
    for obj_id in ["app", "node"] {
        model(&it, obj_id).await;
        attribute(&it, obj_id, "note", "singlechar", json!({})).await;
        named(&it, obj_id, &["a", "b"]).await;
    }
    association(&it, "app", "node", "1:n").await;
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1, "bk_asst_inst_id": 1});
    it.ok("add_instance_association", pair).await;
    assert_sound(&it).await;
    it
}

async fn assert_sound(it: &Harness) {
    assert_eq!(verify(&it.app).await.unwrap(), Vec::<String>::new());
}

/// Finds exactly the problems that have these parts, in any order.
async fn assert_found(it: &Harness, parts: &[&str]) {
    let found = verify(&it.app).await.unwrap();
    let all = parts.iter().all(|part| found.iter().any(|problem| problem.contains(part)));
    assert!(all && found.len() == parts.len(), "{parts:?} in {found:#?}");
}

async fn plant(
    it: &Harness,
    run: impl for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<()>> + Send + Sync + 'static,
) {
    write_with(&*it.app.store, run).await.unwrap();
}

/// Replaces the document of a row, past its keys and the log.
async fn alter(it: &Harness, space: impl Into<Space>, id: i64, change: impl Fn(&mut Map)) {
    let space = space.into();
    let mut row: Row = stored::rows(it, space).await.into_iter().find(|row| row.id == id).unwrap();
    change(&mut row.doc);
    let replace = Replace { id, revision: row.revision, doc: row.doc, drop_keys: Vec::new(), take_keys: Vec::new() };
    plant(it, move |tx| tx.replace_many(space, vec![replace.clone()])).await;
}

async fn append(it: &Harness, resource: Resource, scope: &'static str, data: &'static str) {
    plant(it, move |tx| {
        let actor = Actor::default();
        let (scope, data, subjects) = (scope.to_owned(), data.to_owned(), Vec::new());
        tx.append_changes(vec![ChangeSet {
            seq: 0,
            count: 1,
            time: 0,
            actor,
            resource,
            action: Action::Create,
            scope,
            subjects,
            data,
        }])
    })
    .await;
}

#[tokio::test]
async fn what_the_endpoints_leave_is_sound() {
    let it = apps().await;
    it.ok(
        "batch_update_inst",
        json!({"bk_obj_id": "app", "update": [
            {"inst_id": 1, "datas": {"bk_inst_name": "c"}}, {"inst_id": 1, "datas": {"bk_inst_name": "d"}},
            {"inst_id": 2, "datas": {"bk_inst_name": "c", "note": "n"}},
        ]}),
    )
    .await;
    it.ok("delete_inst", json!({"bk_obj_id": "app", "bk_inst_id": 2})).await;
    it.ok("delete_related_inst_asso", json!({"bk_obj_id": "app", "id": [1]})).await;
    it.ok("relata_create_user", json!({"user": "someone", "name": "someone"})).await;
    it.ok("relata_create_token", json!({"user": "someone", "name": "t"})).await;
    it.ok("relata_revoke_user", json!({"user": "someone"})).await;
    assert_sound(&it).await;
    it.ok("batch_delete_inst", json!({"bk_obj_id": "node", "delete": {"inst_ids": [1, 2]}})).await;
    for (table, field, id, endpoint) in [
        (Table::ModelAssociations, "bk_obj_asst_id", "app_connect_node", "delete_delete_objectassociation"),
        (Table::Models, "bk_obj_id", "node", "delete_object"),
    ] {
        it.ok(endpoint, json!({"id": stored::number(&it, table, field, id).await})).await;
    }
    model(&it, "node").await;
    named(&it, "node", &["z"]).await;
    assert_sound(&it).await;
}

#[tokio::test]
async fn values_that_went_with_their_attribute_are_no_damage() {
    let it = apps().await;
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": 1, "note": "n"})).await;
    let of_app = json!({"bk_obj_id": "app", "bk_property_id": "note"});
    let note = it.rows("search_object_attribute", of_app).await[0]["id"].clone();
    it.ok("delete_object_attribute", json!({"id": note})).await;
    assert_sound(&it).await;
    // Another attribute of the same id does not bring the values back.
    attribute(&it, "app", "note", "int", json!({"option": ""})).await;
    assert_sound(&it).await;
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": 1, "note": 7})).await;
    named(&it, "app", &["c"]).await;
    assert_sound(&it).await;
    // The values that came afterwards did not go with it.
    let space = stored::space(&it, "app").await;
    alter(&it, space, 1, |doc| drop(doc.remove("note"))).await;
    assert_found(&it, &["app 1 is not what its last change record says"]).await;
}

#[tokio::test]
async fn a_broken_mapping_is_found() {
    let it = apps().await;
    let number = stored::number(&it, Table::ModelAssociations, "bk_obj_asst_id", "app_connect_node").await;
    plant(&it, move |tx| {
        Box::pin(async move {
            let id = tx.next_ids(LINK_SEQUENCE, 1).await?;
            let ends = Ends { association: number, ..Ends::default() };
            tx.insert_links(ends, &[Link { id, association: number, source: 2, target: 1 }]).await
        })
    })
    .await;
    assert_found(&it, &["app_connect_node is OneToMany, but target 1 has a second link (2)"]).await;
    alter(&it, Table::ModelAssociations, number, |doc| drop(doc.insert("mapping".to_owned(), json!("n:n")))).await;
    assert_found(&it, &["model_associations"]).await;
}

#[tokio::test]
async fn a_missing_key_is_found() {
    let it = apps().await;
    let rule = it.rows("search_object_unique", json!({"bk_obj_id": "app"})).await[0]["id"].as_i64().unwrap();
    plant(&it, move |tx| tx.drop_keys(rule)).await;
    let of = |id: i64| format!("app {id} should hold its key of unique rule {rule}; nobody does");
    assert_found(&it, &[&of(1), &of(2)]).await;
    // The keys of definitions, too: here those of the ids of models.
    plant(&it, move |tx| {
        Box::pin(async move {
            tx.drop_keys(rule).await?;
            tx.drop_keys(relata_model::store::tables::rule::MODEL_ID).await
        })
    })
    .await;
    let found = verify(&it.app).await.unwrap();
    assert_eq!(found.iter().filter(|problem| problem.starts_with("models ")).count(), found.len() - 2);
}

#[tokio::test]
async fn a_row_that_differs_from_its_last_record_is_found() {
    let it = apps().await;
    let space = stored::space(&it, "node").await;
    alter(&it, space, 2, |doc| drop(doc.insert("note".to_owned(), json!("other")))).await;
    assert_found(&it, &["node 2 is not what its last change record says"]).await;
    alter(&it, space, 2, |doc| drop(doc.insert("note".to_owned(), json!("")))).await;
    assert_sound(&it).await;
    for (field, value) in [("more", json!(1)), ("note", Value::Null)] {
        alter(&it, space, 1, |doc| drop(doc.insert(field.to_owned(), value.clone()))).await;
        assert_found(&it, &["node 1 is not what its last change record says"]).await;
        alter(&it, space, 1, |doc| {
            doc.remove("more");
            doc.insert("note".to_owned(), json!(""));
        })
        .await;
    }
    alter(&it, space, 1, |doc| drop(doc.insert("bk_inst_id".to_owned(), json!(7)))).await;
    assert_found(&it, &["node 1 does not carry its id", "node 1 is not what its last change record says"]).await;
}

#[tokio::test]
async fn rows_without_record_and_records_without_row_are_found() {
    let it = apps().await;
    stored::insert(&it, "app", vec![json!({"bk_inst_name": null})]).await;
    assert_found(
        &it,
        &[
            "app 3 is not what its last change record says",
            "the log has 2 of model_instance app that were not deleted, stored are 3",
        ],
    )
    .await;
    let it = apps().await;
    let space = stored::space(&it, "node").await;
    plant(&it, move |tx| tx.delete_many(space, vec![Remove { id: 2, keys: Vec::new() }])).await;
    assert_found(&it, &["the log has 2 of model_instance node that were not deleted, stored are 1"]).await;
    append(&it, Resource::Instance, "gone", r#"[{"id":1,"after":{}}]"#).await;
    append(&it, Resource::User, "", r#"[{"id":9,"after":{}}]"#).await;
    append(&it, Resource::Instance, "node", "[{").await;
    assert_found(
        &it,
        &[
            "of model_instance node",
            "the log has 1 instances of gone, which is no model",
            "the log has 1 of user ",
            "cannot be read",
        ],
    )
    .await;
}

#[tokio::test]
async fn damaged_definitions_are_found_and_named() {
    let it = apps().await;
    let app = stored::number(&it, Table::Models, "bk_obj_id", "app").await;
    alter(&it, Table::Models, app, |doc| drop(doc.insert("bk_obj_name".to_owned(), json!("other")))).await;
    assert_found(
        &it,
        &[
            &format!("models {app} is not what its last change record says"),
            &format!("models {app} should hold its key of unique rule -4; nobody does"),
        ],
    )
    .await;
    let it = apps().await;
    for (field, value, problem) in [
        ("bk_property_type", json!("nothing"), "unknown kind nothing"),
        ("bk_property_index", json!("x"), "cannot be read"),
    ] {
        let note = stored::number(&it, Table::Attributes, "bk_property_id", "note").await;
        alter(&it, Table::Attributes, note, |doc| drop(doc.insert(field.to_owned(), value.clone()))).await;
        let found = verify(&it.app).await.unwrap();
        assert!(found.iter().any(|it| it.starts_with("the definitions cannot be compiled")), "{found:#?}");
        assert!(found.iter().any(|it| it.contains(problem)), "{found:#?}");
        assert!(found.iter().any(|it| it.starts_with(&format!("attributes {note} is not what"))), "{found:#?}");
    }
}
