//! The search by the index against the search that compares everything: whatever was changed, however far the index is.

use super::store;
use proptest::prelude::*;
use relata_app::search::keeper::Keeper;
use relata_search::TextIndex;
use relata_testkit::Harness;
use serde_json::{Value, json};
use std::sync::Arc;

/// What happens to the store or to the index.
#[derive(Clone, Debug)]
enum Step {
    Create(&'static str, String),
    Rename(usize, String),
    Delete(usize),
    ForgetNotes,
    /// The index takes what has come.
    Follow,
    /// The index is made anew.
    Rebuild,
    /// The process ends and another one begins.
    Restart,
}

const QUERIES: &[&str] = &[
    "sw",
    "sw-0",
    "sw-01",
    "SW 01",
    "01",
    "note",
    "北",
    "北京",
    "京市 sw",
    "10.0.0.1",
    "10.0.0.1 10.0.0.2 fe80::1",
    "10.0",
    "1",
    "ｎｏ",
    "nothing",
    "-",
];

fn text() -> impl Strategy<Value = String> {
    const WORDS: [&str; 10] =
        ["sw-01", "SW-02", "note", "北京市", "京", "10.0.0.1", "10.0.0.2:80", "FE80::1", "01", "sw"];
    proptest::collection::vec(proptest::sample::select(&WORDS[..]), 1..4).prop_map(|words| words.join(" "))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (proptest::sample::select(&["one", "two"][..]), text()).prop_map(|(model, text)| Step::Create(model, text)),
        2 => (0..8_usize, text()).prop_map(|(which, text)| Step::Rename(which, text)),
        1 => (0..8_usize).prop_map(Step::Delete),
        1 => Just(Step::ForgetNotes),
        3 => Just(Step::Follow),
        1 => Just(Step::Rebuild),
        1 => Just(Step::Restart),
    ]
}

/// An application with the index of a folder, and its keeper.
struct Indexed {
    it: Harness,
    keeper: Keeper,
}

impl Indexed {
    async fn over(store: &Arc<dyn relata_model::store::Store>, folder: &std::path::Path) -> Self {
        let it = Harness::searching(Arc::clone(store), Arc::new(TextIndex::open(folder).unwrap())).await;
        let keeper = Keeper::new(&it.app).await.unwrap().unwrap();
        Self { it, keeper }
    }
}

async fn note(it: &Harness) -> i64 {
    let note = json!({"bk_obj_id": "one", "bk_property_id": "note", "bk_property_name": "n", "bk_property_type": "longchar",
        "editable": true});
    it.ok("create_object_attribute", note).await["id"].as_i64().unwrap()
}

async fn compare(indexed: &Harness, plain: &Harness) {
    for q in QUERIES {
        for more in [json!({}), json!({"model": "two"}), json!({"kind": "instance", "limit": 2})] {
            let mut asked = more;
            asked["q"] = json!(q);
            let (fast, slow) = (indexed.call("search", asked.clone()).await, plain.call("search", asked.clone()).await);
            let (Ok(mut fast), Ok(slow)) = (fast, slow) else { panic!("{asked}") };
            if fast["exact"] == json!(false) {
                // Values that are gone are counted until the index has followed, and shown never.
                for item in fast["items"].as_array().unwrap() {
                    assert!(
                        slow["items"].to_string().contains(&item.to_string()) || asked["limit"] == 2,
                        "{asked}: {item}"
                    );
                }
                continue;
            }
            assert_eq!(fast, slow, "{asked}");
            let (mut cursor, mut told) = (fast["cursor"].take(), fast["items"].as_array().unwrap().clone());
            while cursor.is_string() && asked["limit"] == 2 {
                asked["cursor"] = cursor;
                let mut next = indexed.ok("search", asked.clone()).await;
                told.extend(next["items"].as_array().unwrap().iter().cloned());
                cursor = next["cursor"].take();
            }
            assert!(asked["limit"] != 2 || told.len() as u64 == fast["total"].as_u64().unwrap(), "{asked}: {told:?}");
        }
    }
}

async fn run(steps: Vec<Step>) {
    let store = store().await;
    let folder = tempfile::tempdir().unwrap();
    let plain = Harness::over(Arc::clone(&store)).await;
    for model in ["one", "two"] {
        let model = json!({"bk_classification_id": "bk_uncategorized", "bk_obj_id": model, "bk_obj_name": model,
            "bk_obj_icon": "icon"});
        plain.ok("create_object", model).await;
    }
    let mut notes = note(&plain).await;
    let mut here = Indexed::over(&store, folder.path()).await;
    let mut made: Vec<(&str, i64)> = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        match step {
            Step::Create(model, text) => {
                let mut doc = json!({"bk_obj_id": model, "bk_inst_name": format!("{text} {number}")});
                if model == "one" {
                    doc["note"] = json!(text);
                }
                made.push((model, here.it.ok("create_inst", doc).await["bk_inst_id"].as_i64().unwrap()));
            }
            Step::Rename(which, text) if which < made.len() => {
                let (model, id) = made[which];
                let doc = json!({"bk_obj_id": model, "bk_inst_id": id, "bk_inst_name": format!("{text} {number}")});
                plain.ok("update_inst", doc).await;
            }
            Step::Delete(which) if which < made.len() => {
                let (model, id) = made.remove(which);
                plain.ok("delete_inst", json!({"bk_obj_id": model, "bk_inst_id": id})).await;
            }
            Step::Rename(..) | Step::Delete(_) => {}
            Step::ForgetNotes => {
                plain.ok("delete_object_attribute", json!({"id": notes})).await;
                notes = note(&plain).await;
            }
            Step::Follow => drop(here.keeper.step().await.unwrap()),
            Step::Rebuild => {
                let none: Value = here.it.ok("rebuild_search", json!({})).await;
                assert_eq!(none, Value::Null);
                here.keeper.step().await.unwrap();
            }
            Step::Restart => {
                drop(here);
                here = Indexed::over(&store, folder.path()).await;
            }
        }
    }
    compare(&here.it, &plain).await;
    super::endpoints::follower::settled(&here.it.app).await;
    here.keeper.step().await.unwrap();
    compare(&here.it, &plain).await;
}

#[test]
fn the_index_finds_what_comparing_everything_finds() {
    let config = ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..24))| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(run(steps));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_store_or_with_damage_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    for damaged in [false, true] {
        let store = store().await;
        let mut here = Indexed::over(&store, folder.path()).await;
        assert_eq!(here.it.app.search.upto(), None, "it knows another store");
        let doc = json!({"bk_obj_id": "bk_switch", "bk_asset_id": "a", "bk_inst_name": "sw-01"});
        here.it.ok("create_inst", doc).await;
        super::endpoints::follower::settled(&here.it.app).await;
        here.keeper.step().await.unwrap();
        assert!(here.it.app.search.upto().is_some());
        drop(here);
        let known = Indexed::over(&store, folder.path()).await;
        assert!(known.it.app.search.upto().is_some(), "it goes on");
        drop(known);
        if damaged {
            for entry in std::fs::read_dir(folder.path()).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_some_and(|it| it == "idx" || it == "term" || it == "fast") {
                    std::fs::write(path, b"damaged").unwrap();
                }
            }
        }
        let mut here = Indexed::over(&store, folder.path()).await;
        assert_eq!(here.it.app.search.upto().is_none(), damaged);
        here.keeper.step().await.unwrap();
        assert_eq!(here.it.ok("search", json!({"q": "sw-0", "kind": "instance"})).await["total"], 1);
    }
}
