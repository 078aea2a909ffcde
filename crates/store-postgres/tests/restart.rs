//! What is under way, and what is prepared, when the server is restarted.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_model::store::Tx;
use relata_model::{Result, filter::Filter};
use relata_store_postgres::Postgres;
use relata_testkit::postgres::Server;
use relata_testkit::suite::TestStore;
use relata_testkit::suite::world::{RACKS, SERVERS, STANDS_IN, add, add_many, all_links, create_world, doc, link};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Barrier, watch};
use tokio::task::block_in_place;

/// Connections that are open, and have everything prepared, when the server is restarted.
const CONNECTIONS: usize = 4;

/// A server that nobody else is disturbed by, and a store on it with as many servers and racks as connections.
async fn start() -> (Server, TestStore) {
    let server = block_in_place(Server::other);
    let store = TestStore::from(Postgres::open(&server.new_database().url()).await.unwrap());
    create_world(&store).await;
    for space in [SERVERS, RACKS] {
        store.write(move |tx| Box::pin(add_many(tx, space, CONNECTIONS as u64))).await.unwrap();
    }
    (server, store)
}

/// Reads and writes, with a question and a record in the log.
async fn link_pair(tx: &mut dyn Tx, pair: i64) -> Result<()> {
    let facts = tx.link_facts(STANDS_IN, &[(pair, pair)]).await?;
    assert!(facts.iter().all(|pair| pair.source_exists && !pair.pair_exists));
    link(tx, STANDS_IN, &[(pair, pair)]).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_are_prepared_anew_and_nobody_is_told_of_the_restart() {
    let (server, store) = start().await;
    let all = || async {
        let together = Arc::new(Barrier::new(CONNECTIONS));
        let reads = (0..CONNECTIONS).map(|_| {
            let (store, together) = (store.share(), Arc::clone(&together));
            tokio::spawn(async move {
                let counted = relata_testkit::read_with(&*store, move |tx| {
                    let together = Arc::clone(&together);
                    Box::pin(async move {
                        let there = tx.count(SERVERS, &Filter::everything()).await?;
                        together.wait().await;
                        Ok(there)
                    })
                });
                counted.await.unwrap()
            })
        });
        for read in reads.collect::<Vec<_>>() {
            assert_eq!(read.await.unwrap(), CONNECTIONS as u64);
        }
    };
    for (pair, signal) in (1..).zip(["INT", "QUIT", "INT"]) {
        all().await;
        block_in_place(|| server.restart(signal));
        store.write(move |tx| Box::pin(link_pair(tx, pair))).await.unwrap();
    }
    all().await;
    assert_eq!(store.share().check().await, Ok(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_under_way_is_begun_anew_and_done_once() {
    let (server, store) = start().await;
    for (pair, signal) in (1..).zip(["INT", "QUIT"]) {
        let (runs, sent) = (Arc::new(AtomicUsize::new(0)), Arc::new(watch::Sender::new(false)));
        let restarted = Arc::new(watch::Sender::new(false));
        let (counted, sends, waits) = (Arc::clone(&runs), Arc::clone(&sent), Arc::clone(&restarted));
        let written = store.write(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            let (sends, mut waits) = (Arc::clone(&sends), waits.subscribe());
            Box::pin(async move {
                let id = add(tx, SERVERS, doc(json!({"of": pair}))).await?;
                sends.send_replace(true);
                waits.wait_for(|restarted| *restarted).await.unwrap();
                link_pair(tx, pair).await?;
                Ok(id)
            })
        });
        let restart = async {
            sent.subscribe().wait_for(|sent| *sent).await.unwrap();
            block_in_place(|| server.restart(signal));
            restarted.send_replace(true);
        };
        let (written, ()) = tokio::join!(written, restart);
        written.unwrap();
        assert_eq!(runs.load(Ordering::Relaxed), 2);
        let there = store.read(|tx| {
            Box::pin(async move {
                Ok((tx.count(SERVERS, &Filter::everything()).await?, tx.count_links(&all_links()).await?))
            })
        });
        assert_eq!(there.await, Ok((CONNECTIONS as u64 + pair.unsigned_abs(), pair.unsigned_abs())));
    }
    assert_eq!(store.share().check().await, Ok(Vec::new()));
}
