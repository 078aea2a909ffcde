//! The copy of a store: it holds what the first one holds, goes on after an interruption, and touches no store that is
//! something else.

use super::instances::{association, attribute, model, named};
use super::{harness, store};
use relata_app::copy::{CopyError, copy, size};
use relata_app::verify::verify;
use relata_app::{App, Settings, identity};
use relata_model::Code;
use relata_model::change::ChangeSet;
use relata_model::store::{ChangeQuery, Store};
use relata_testkit::app::Still;
use relata_testkit::{Faulty, Harness, Reference, read_with};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Models, instances and links, some of which are gone, and somebody who may call.
async fn estate() -> Harness {
    let it = harness().await;
    identity::ensure_admin(&it.app, None, Ok).await.unwrap();
    for obj_id in ["app", "node", "gone"] {
        model(&it, obj_id).await;
        attribute(&it, obj_id, "note", "singlechar", json!({})).await;
    }
    it.clock.advance(60);
    named(&it, "app", &["a", "b"]).await;
    named(&it, "node", &["a", "b", "c", "d"]).await;
    association(&it, "app", "node", "1:n").await;
    association(&it, "node", "node", "n:n").await;
    for (association, source, target) in [
        ("app_connect_node", 1, 1),
        ("node_connect_node", 1, 2),
        ("app_connect_node", 1, 2),
        ("app_connect_node", 2, 3),
    ] {
        let pair = json!({"bk_obj_asst_id": association, "bk_inst_id": source, "bk_asst_inst_id": target});
        it.ok("add_instance_association", pair).await;
    }
    let update = json!({"bk_obj_id": "node", "bk_inst_id": 2, "note": "new"});
    it.ok("update_inst", update).await;
    it.ok("delete_inst", json!({"bk_obj_id": "node", "bk_inst_id": 4})).await;
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": 4})).await;
    it
}

fn app(store: Arc<dyn Store>) -> Arc<App> {
    Arc::new(App::new(store, Settings::default(), Arc::new(Still::new())))
}

async fn log(app: &App) -> Vec<ChangeSet> {
    read_with(&*app.store, |tx| Box::pin(async move { tx.changes(&ChangeQuery::default()).await })).await.unwrap()
}

/// Copies without showing how far it is; how much was copied.
async fn copied(from: &Arc<App>, to: &Arc<App>) -> Result<u64, CopyError> {
    copy(from, to, &|_, _| {}).await
}

async fn refused(from: &Arc<App>, to: &Arc<App>) -> String {
    match copied(from, to).await {
        Err(CopyError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_copy_holds_what_the_first_store_holds() {
    let it = estate().await;
    let to = app(store().await);
    let shown = AtomicU64::new(0);
    let progress = |_, count| {
        shown.fetch_add(count, Ordering::Relaxed);
    };
    let count = size(&it.app).await.unwrap();
    assert_eq!(copy(&it.app, &to, &progress).await.unwrap(), count);
    assert_eq!(shown.load(Ordering::Relaxed), 2 * count);
    assert_eq!(verify(&to).await.unwrap(), Vec::<String>::new());
    assert_eq!(log(&to).await, log(&it.app).await);

    let copy = Harness::over(Arc::clone(&to.store)).await;
    let all = json!({"bk_obj_id": "node", "condition": {}});
    assert_eq!(copy.rows("get_inst_detail", all.clone()).await, it.rows("get_inst_detail", all).await);
    // Ids of what is gone are not given again.
    assert_eq!(named(&copy, "node", &["e"]).await, [5]);
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 2, "bk_asst_inst_id": 3});
    assert!(copy.ok("add_instance_association", pair).await["id"].as_i64().unwrap() > 4);
    assert_eq!(verify(&copy.app).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_copy_that_was_interrupted_anywhere_goes_on() {
    let it = estate().await;
    let first = app(Arc::new(Reference::new()));
    copied(&it.app, &first).await.unwrap();
    let store = Arc::new(Faulty::new(Reference::new()));
    let to = app(Arc::clone(&store) as Arc<dyn Store>);
    let mut failures = 0;
    // What has succeeded is not done again, so each failure comes at a later place.
    for call in (1..).step_by(7) {
        store.fail_at(call);
        let outcome = copied(&it.app, &to).await;
        if !store.has_failed() {
            outcome.unwrap();
            break;
        }
        assert!(matches!(outcome, Err(CopyError::Store(error)) if error.code == Code::Unavailable));
        failures += 1;
    }
    assert!(failures > 3);
    store.fail_at(0);
    assert_eq!(copied(&it.app, &to).await.unwrap(), 0);
    assert_eq!(verify(&to).await.unwrap(), Vec::<String>::new());
    assert_eq!(log(&to).await, log(&it.app).await);
}

#[tokio::test]
async fn a_store_that_is_something_else_is_refused_and_left_as_it_is() {
    let it = estate().await;
    let store = Arc::new(Reference::new());
    // It has had a first start of its own.
    let other = Harness::over(Arc::clone(&store) as Arc<dyn Store>).await;
    model(&other, "other").await;
    let before = store.content().await;
    let why = refused(&it.app, &other.app).await;
    assert!(why.contains("nothing was changed"), "{why}");
    assert!(store.content().await == before);

    // A whole copy that has served since is no beginning any more.
    let store = Arc::new(Reference::new());
    let to = app(Arc::clone(&store) as Arc<dyn Store>);
    copied(&it.app, &to).await.unwrap();
    let copy = Harness::over(Arc::clone(&to.store)).await;
    copy.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": 1, "note": "here"})).await;
    let before = store.content().await;
    let why = refused(&it.app, &to).await;
    assert!(why.contains("the target holds instances"), "{why}");
    assert!(store.content().await == before);
}

#[tokio::test]
async fn an_empty_store_is_not_copied() {
    let [from, to] = [app(store().await), app(store().await)];
    assert!(refused(&from, &to).await.contains("there is nothing to copy"));
    assert_eq!(log(&to).await, []);
}
