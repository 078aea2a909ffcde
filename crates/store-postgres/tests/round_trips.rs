//! How often a transaction waits for the database, counted, and what becomes of one that counted on old definitions.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test reports by a panic, and counts in small numbers"
)]

use relata_model::store::Table;
use relata_store_postgres::Postgres;
use relata_testkit::postgres;
use relata_testkit::suite::TestStore;
use relata_testkit::suite::world::{RACKS, SERVERS, STANDS_IN, add, add_many, create_world, doc, link, one_to_one};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many pairs are linked, one after the other, so that the last ones find everything prepared and ids at hand.
const PAIRS: i64 = 8;

async fn open(url: &str) -> TestStore {
    Postgres::open(url).await.unwrap().into()
}

async fn filled(url: &str) -> TestStore {
    let store = open(url).await;
    create_world(&store).await;
    for space in [SERVERS, RACKS] {
        let added = store.write(move |tx| Box::pin(add_many(tx, space, PAIRS.unsigned_abs())));
        assert_eq!(added.await.unwrap().len(), usize::try_from(PAIRS).unwrap());
    }
    store
}

fn round_trips(store: &TestStore) -> u64 {
    let figures = store.share().figures();
    figures.iter().find(|(name, _)| *name == "round_trips").unwrap().1 as u64
}

/// A batch as the endpoints write it: definitions, facts, ids, links, log. The meta revision that it has seen.
async fn batch(store: &TestStore, pair: i64) -> i64 {
    let linked = store.write(move |tx| {
        Box::pin(async move {
            let revision = tx.meta_revision().await?;
            let ends = one_to_one(STANDS_IN);
            let facts = tx.link_facts(ends, &[(pair, pair)]).await?;
            assert!(facts.iter().all(|pair| pair.source_exists && pair.target_exists && !pair.source_linked));
            link(tx, ends, &[(pair, pair)]).await?;
            Ok(revision)
        })
    });
    linked.await.unwrap()
}

/// Adds a kind of associations.
async fn define(store: &TestStore) {
    store.write(|tx| Box::pin(add(tx, Table::AssociationKinds, doc(json!({}))))).await.unwrap();
}

/// The meta revision, how many kinds of associations there are, and how often the work was run.
async fn definitions(store: &TestStore) -> (i64, usize, usize) {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let read = store.read(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let revision = tx.meta_revision().await?;
            Ok((revision, tx.revisions(Table::AssociationKinds.into()).await?.len()))
        })
    });
    let (revision, kinds) = read.await.unwrap();
    (revision, kinds, runs.load(Ordering::Relaxed))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_of_links_waits_once_for_its_facts_and_once_for_its_writes_with_the_commit() {
    let store = filled(&postgres::server().new_database().url()).await;
    for pair in 1..PAIRS {
        batch(&store, pair).await;
    }
    let before = round_trips(&store);
    batch(&store, PAIRS).await;
    assert_eq!(round_trips(&store) - before, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_waits_for_its_questions_only() {
    let store = filled(&postgres::server().new_database().url()).await;
    // Asked for at first, then counted on.
    definitions(&store).await;
    definitions(&store).await;
    let before = round_trips(&store);
    definitions(&store).await;
    assert_eq!(round_trips(&store) - before, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_that_another_process_has_changed_are_seen_at_once() {
    let url = postgres::server().new_database().url();
    let (store, other) = (filled(&url).await, open(&url).await);
    let (mut seen, kinds, _) = definitions(&store).await;
    assert_eq!((kinds, definitions(&store).await), (0, (seen, 0, 1)));
    for kinds in [1, 4, 7] {
        define(&other).await;
        // Once with what it counted on, and once with what is.
        let read = definitions(&store).await;
        assert_eq!(read, (seen + 1, kinds, 2));
        define(&other).await;
        define(&store).await;
        seen = batch(&store, i64::try_from(kinds).unwrap()).await;
        assert_eq!(seen, read.0 + 2);
    }
    assert_eq!(store.share().check().await, Ok(Vec::new()));
}
