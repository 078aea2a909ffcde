//! Random sequences of calls run on an engine and on the reference store, and have to get the same answers and leave the
//! same content, in which nothing is wrong.
//!
//! Not here: the port itself, which the conformance suite compares in the same way without the application above it.

mod calls;

use calls::{Call, World};
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use relata_app::verify::verify;
use relata_model::store::Store;
use relata_store_embedded::Embedded;
use relata_store_postgres::Postgres;
use relata_testkit::postgres::server;
use relata_testkit::{Harness, Reference};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::Runtime;

#[test]
fn the_embedded_store_answers_random_calls_as_the_reference_does() {
    agrees(async || {
        let folder = tempfile::tempdir().unwrap();
        (Arc::new(Embedded::open(folder.path().join("relata.db")).unwrap()) as Arc<dyn Store>, Some(folder))
    });
}

#[test]
fn postgres_answers_random_calls_as_the_reference_does() {
    agrees(async || (Arc::new(Postgres::open(&server().new_database().url()).await.unwrap()) as Arc<dyn Store>, None));
}

/// Compares 32 sequences, unless the environment names another number as `PROPTEST_CASES`. The new store may live in a
/// folder.
fn agrees(open: impl AsyncFn() -> (Arc<dyn Store>, Option<TempDir>)) {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 32;
    }
    config.failure_persistence = None;
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(async { World::create(&Harness::over(Arc::new(Reference::new())).await).await });
    let outcome = TestRunner::new(config).run(&calls::sequence(&world), |sequence| {
        runtime.block_on(async {
            let (store, _folder) = open().await;
            compare(&world, &sequence, store).await
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn compare(world: &World, sequence: &[Call], store: Arc<dyn Store>) -> TestCaseResult {
    let engine = Harness::over(store).await;
    let reference = Harness::over(Arc::new(Reference::new())).await;
    for it in [&engine, &reference] {
        assert_eq!(World::create(it).await, *world);
    }
    for (place, call) in sequence.iter().enumerate() {
        // Time passes, so that records of different calls can be told apart.
        engine.clock.advance(1);
        reference.clock.advance(1);
        let (got, expected) = (answer(&engine, call).await, answer(&reference, call).await);
        equal(&got, &expected, || format!("call {place}: {} {}", call.endpoint, call.input))?;
    }
    for it in [&engine, &reference] {
        equal(&it.app.store.check().await.unwrap(), &Vec::new(), || "the store's own check".to_owned())?;
        equal(&verify(&it.app).await.unwrap(), &Vec::new(), || "the check of the rules".to_owned())?;
    }
    for call in everything(&reference).await {
        let (got, expected) = (answer(&engine, &call).await, answer(&reference, &call).await);
        equal(&got, &expected, || format!("at the end: {} {}", call.endpoint, call.input))?;
    }
    Ok(())
}

fn equal<V: PartialEq + std::fmt::Debug>(got: &V, expected: &V, what: impl Fn() -> String) -> TestCaseResult {
    if got == expected {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{}\n     got: {got:?}\nexpected: {expected:?}", what())))
}

/// The data, or the code with its text. A failure of the system itself is no answer.
async fn answer(it: &Harness, call: &Call) -> Result<Value, String> {
    it.call(call.endpoint, call.input.clone()).await.map_err(|error| {
        assert!(error.code.row().kind.is_refusal(), "{} {}: {error}", call.endpoint, call.input);
        error.to_string()
    })
}

/// The calls that read all there is: every model with its parts and instances, all links, and the whole audit log.
async fn everything(it: &Harness) -> Vec<Call> {
    let call = |endpoint, input| Call { endpoint, input };
    let mut calls = Vec::new();
    for endpoint in ["search_objects", "search_object_attribute", "post_find_classificationobject"] {
        calls.push(call(endpoint, json!({})));
    }
    calls.push(call("read_module_association", json!({})));
    for model in calls::MODELS {
        for endpoint in ["search_object_unique", "get_object_group", "get_inst_detail", "find_instance_association"] {
            calls.push(call(endpoint, json!({"bk_obj_id": model})));
        }
    }
    let condition = json!({"operation_time": {"start": "2000-01-01 00:00:00"}});
    let count = it.ok("list_operation_audit", json!({"condition": condition, "page": {"limit": 1}})).await;
    for start in (0..count["count"].as_i64().unwrap()).step_by(200) {
        calls.push(call(
            "list_operation_audit",
            json!({"condition": condition, "page": {"start": start, "limit": 200, "sort": "-operation_time"}}),
        ));
    }
    let newest = it
        .ok("list_operation_audit", json!({"condition": condition, "page": {"limit": 200, "sort": "-operation_time"}}))
        .await;
    let ids: Vec<&Value> = newest["info"].as_array().unwrap().iter().map(|record| &record["id"]).collect();
    calls.push(call("find_audit_by_id", json!({"id": ids})));
    calls
}
