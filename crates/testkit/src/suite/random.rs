//! The model-based test: random sequences of works run on an engine and on the reference store and have to give the same
//! answers and leave the same content.
//!
//! The operations are what the application does, in small: rows derive their keys from their documents, an instance goes
//! together with its links, and every link is logged. So an engine's own check has to find nothing afterwards. Ids of
//! sequences are not compared, since a work that fails may use them up; the ids in use are reserved beforehand.

mod operation;
mod strategy;

use super::TestStore;
use super::world::{Content, RACKS, SERVERS, content, create_world, doc, sequence};
use crate::Reference;
use operation::{Answer, Operation, every_key};
use proptest::test_runner::{Config, TestCaseError, TestCaseResult, TestRunner};
use relata_model::store::NewRow;
use relata_model::store::tables::LINK_SEQUENCE;
use relata_model::{Code, Error, Result};
use serde_json::json;

/// Instances of each model have ids from 1 to this.
const INSTANCES: i64 = 8;
/// So many link ids are reserved; more than one sequence of operations uses.
const LINKS: u64 = 10_000;

/// Some operations in one transaction.
#[derive(Clone, Debug)]
struct Transaction {
    operations: Vec<Operation>,
    /// The work fails after all of them.
    fails: bool,
}

/// Runs random sequences of operations on stores of an engine and on the reference store, and demands equal answers and
/// equal content at the end. 64 sequences, unless the environment names another number as `PROPTEST_CASES`.
pub fn random_operations<T: Into<TestStore>>(make: impl Fn() -> T) {
    let mut config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 64;
    }
    config.failure_persistence = None;
    let runtime = super::runtime();
    let outcome = TestRunner::new(config).run(&strategy::transactions(), |transactions| {
        let mut store = {
            let _entered = runtime.enter();
            make().into()
        };
        runtime.block_on(compare(&mut store, &transactions))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

async fn compare(store: &mut TestStore, transactions: &[Transaction]) -> TestCaseResult {
    let reference = TestStore::from(Reference::new());
    for store in [&*store, &reference] {
        create_world(store).await;
        reserve(store).await;
    }
    let mut next_link = 1;
    for (place, transaction) in transactions.iter().enumerate() {
        let answers = run(store, transaction, next_link).await;
        let expected = run(&reference, transaction, next_link).await;
        equal(&answers, &expected, || format!("transaction {place}: {transaction:?}"))?;
        if let Ok((_, next)) = expected {
            next_link = next;
        }
    }
    equal(&ends_with(store).await, &ends_with(&reference).await, || "the content at the end".to_owned())?;
    store.reopen();
    equal(&ends_with(store).await, &ends_with(&reference).await, || "the content after reopening".to_owned())?;
    for store in [&*store, &reference] {
        equal(&store.share().check().await, &Ok(Vec::new()), || "the check".to_owned())?;
    }
    Ok(())
}

fn equal<V: PartialEq + std::fmt::Debug>(got: &V, expected: &V, what: impl Fn() -> String) -> TestCaseResult {
    if got == expected {
        return Ok(());
    }
    Err(TestCaseError::fail(format!("{}\n     got: {got:?}\nexpected: {expected:?}", what())))
}

/// Reserves the ids, and takes half of those of the instances.
async fn reserve(store: &TestStore) {
    let reserved = store.write(|tx| {
        Box::pin(async move {
            for space in [SERVERS, RACKS] {
                tx.next_ids(&sequence(space), INSTANCES.unsigned_abs()).await?;
                let row = |id| NewRow { id, doc: doc(json!({"n": id})), keys: Vec::new() };
                tx.insert_many(space, (1..=INSTANCES / 2).map(row).collect()).await?;
            }
            tx.next_ids(LINK_SEQUENCE, LINKS).await
        })
    });
    assert_eq!(reserved.await, Ok(1));
}

/// The answers of a transaction and the next id for a link, or the code of its failure.
async fn run(store: &TestStore, transaction: &Transaction, first_link: i64) -> Result<(Vec<Answer>, i64), Code> {
    let transaction = transaction.clone();
    let done = store.write(move |tx| {
        let Transaction { operations, fails } = transaction.clone();
        Box::pin(async move {
            let mut answers = Vec::new();
            let mut next_link = first_link;
            for operation in &operations {
                answers.push(operation.run(tx, &mut next_link).await?);
            }
            if fails { Err(Error::required("on purpose")) } else { Ok((answers, next_link)) }
        })
    });
    done.await.map_err(|error| error.code)
}

async fn ends_with(store: &TestStore) -> (Content, Vec<Option<i64>>) {
    let read = store.read(|tx| Box::pin(async move { Ok((content(tx).await?, tx.find_keys(&every_key()).await?)) }));
    read.await.unwrap()
}
