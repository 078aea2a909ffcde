//! Reads that go to a standby see what was answered, whatever happens to the standby.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a test reports by a panic, and counts in small numbers"
)]

use relata_model::filter::Filter;
use relata_store_postgres::{OpenError, Postgres, Settings};
use relata_testkit::postgres::{Database, Server, server};
use relata_testkit::suite::TestStore;
use relata_testkit::suite::world::{SERVERS, add, doc};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::block_in_place;
use tokio_postgres::{Client, NoTls};

async fn with_replica(database: &Database, replica: String) -> Result<TestStore, OpenError> {
    let settings = Settings { replica: Some(replica), ..Settings::new(database.url()) };
    Postgres::open_with(settings).await.map(TestStore::from)
}

/// A process that reads from a standby, one that writes and knows of none, and the standby.
async fn start(database: &Database, options: &[&str]) -> (TestStore, TestStore, Server) {
    let other = TestStore::from(Postgres::open(&database.url()).await.unwrap());
    let standby = block_in_place(|| server().standby(options));
    let reader = with_replica(database, database.on(&standby).url()).await.unwrap();
    (reader, other, standby)
}

fn figure(store: &TestStore, name: &str) -> u64 {
    store.share().figures().iter().find(|(other, _)| *other == name).unwrap().1 as u64
}

async fn write(store: &TestStore) {
    store.write(|tx| Box::pin(add(tx, SERVERS, doc(json!({"n": 1}))))).await.unwrap();
}

async fn count(store: &TestStore) -> u64 {
    store.read(|tx| Box::pin(async move { tx.count(SERVERS, &Filter::everything()).await })).await.unwrap()
}

/// Reads until a read has gone to the standby; what is there is there all the time.
async fn until_a_read_is_on_the_standby(store: &TestStore, there: u64) {
    let before = figure(store, "replica_reads");
    within_limits(async {
        while figure(store, "replica_reads") == before {
            assert_eq!(count(store).await, there);
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// A test that hangs fails, instead of holding up all that come after it.
async fn within_limits<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_mins(2), work).await.unwrap()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    drop(tokio::spawn(connection));
    client
}

async fn until(client: &Client, condition: &str) {
    within_limits(async {
        while !client.query_one(&format!("SELECT {condition}"), &[]).await.unwrap().get::<_, bool>(0) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Writes to one process and reads from another.
async fn every_write_is_seen(reader: &TestStore, writers: [&TestStore; 2], there: &mut u64) {
    for writer in writers.iter().cycle().take(30) {
        write(writer).await;
        *there += 1;
        assert_eq!(count(reader).await, *there);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_on_the_standby_sees_what_any_process_has_answered() {
    let (reader, other, _standby) = start(&server().new_database(), &[]).await;
    let mut there = 0;
    every_write_is_seen(&reader, [&other, &reader], &mut there).await;
    until_a_read_is_on_the_standby(&reader, there).await;
    every_write_is_seen(&reader, [&other, &reader], &mut there).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_stays_behind_is_not_read() {
    let (reader, other, standby) = start(&server().new_database(), &[]).await;
    let mut there = 0;
    until_a_read_is_on_the_standby(&reader, there).await;
    let administrator = connect(&standby.administrator_url()).await;
    administrator.batch_execute("SELECT pg_wal_replay_pause()").await.unwrap();
    until(&administrator, "pg_get_wal_replay_pause_state() = 'paused'").await;
    write(&other).await;
    there += 1;
    let before = figure(&reader, "replica_reads");
    every_write_is_seen(&reader, [&other, &reader], &mut there).await;
    assert_eq!(figure(&reader, "replica_reads"), before);
    administrator.batch_execute("SELECT pg_wal_replay_resume()").await.unwrap();
    until_a_read_is_on_the_standby(&reader, there).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_promoted_is_not_read_any_more() {
    let (reader, other, standby) = start(&server().new_database(), &[]).await;
    let mut there = 0;
    until_a_read_is_on_the_standby(&reader, there).await;
    connect(&standby.administrator_url()).await.batch_execute("SELECT pg_promote()").await.unwrap();
    let before = figure(&reader, "replica_reads");
    every_write_is_seen(&reader, [&other, &reader], &mut there).await;
    assert_eq!(figure(&reader, "replica_reads"), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_stays_with_a_former_primary_is_not_read() {
    let database = server().new_database();
    let former = TestStore::from(Postgres::open(&database.url()).await.unwrap());
    write(&former).await;
    let (promoted, standby) = block_in_place(|| (server().standby(&[]), server().standby(&[])));
    let administrator = connect(&promoted.administrator_url()).await;
    administrator.batch_execute("SELECT pg_promote()").await.unwrap();
    // It comes further on its way than the new primary on the other.
    for _ in 0..10 {
        write(&former).await;
    }
    let reader = with_replica(&database.on(&promoted), database.on(&standby).url()).await.unwrap();
    every_write_is_seen(&reader, [&reader, &reader], &mut 1).await;
    assert_eq!(figure(&reader, "replica_reads"), 0);
    let follower = block_in_place(|| promoted.standby(&[]));
    let reader = with_replica(&database.on(&promoted), database.on(&follower).url()).await.unwrap();
    until_a_read_is_on_the_standby(&reader, 31).await;
}

/// Reads in two questions, of which the first went to the standby, and has something happen to it in between. What the
/// second has seen of both, and how often the work was run.
async fn read_while(reader: &TestStore, happens: impl AsyncFnOnce()) -> (u64, usize) {
    let mut happens = Some(happens);
    loop {
        let runs = Arc::new(AtomicUsize::new(0));
        let (begins, begun) = watch::channel(false);
        let (go_on, goes_on) = watch::channel(false);
        let counted = Arc::clone(&runs);
        let before = figure(reader, "replica_reads");
        let read = reader.read(move |tx| {
            let first = counted.fetch_add(1, Ordering::Relaxed) == 0;
            let (begins, mut goes_on) = (begins.clone(), goes_on.clone());
            Box::pin(async move {
                let before = tx.count(SERVERS, &Filter::everything()).await?;
                begins.send_replace(true);
                // What is run again must not hold up what happens.
                if first {
                    goes_on.wait_for(|go_on| *go_on).await.unwrap();
                }
                let after = tx.count(SERVERS, &Filter::everything()).await?;
                assert_eq!(before, after);
                Ok(after)
            })
        });
        let happens = async {
            begun.clone().wait_for(|begun| *begun).await.unwrap();
            // A slow machine may have sent the read to the primary.
            let on_the_standby = figure(reader, "replica_reads") > before;
            if on_the_standby && let Some(happens) = happens.take() {
                happens().await;
            }
            go_on.send_replace(true);
            on_the_standby
        };
        let (read, on_the_standby) = within_limits(async { tokio::join!(read, happens) }).await;
        if on_the_standby {
            return (read.unwrap(), runs.load(Ordering::Relaxed));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_whose_standby_is_killed_goes_on_with_the_primary() {
    let (reader, other, standby) = start(&server().new_database(), &[]).await;
    write(&other).await;
    until_a_read_is_on_the_standby(&reader, 1).await;
    let before = figure(&reader, "replica_reads");
    let read = read_while(&reader, async || {
        write(&other).await;
        block_in_place(|| standby.stop());
    });
    assert_eq!(read.await, (2, 2));
    assert_eq!(figure(&reader, "replica_reads"), before + 1);
    every_write_is_seen(&reader, [&other, &reader], &mut 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_whose_standby_stands_still_goes_on_with_the_primary() {
    let (reader, other, standby) = start(&server().new_database(), &[]).await;
    write(&other).await;
    until_a_read_is_on_the_standby(&reader, 1).await;
    let read = read_while(&reader, async || {
        write(&other).await;
        block_in_place(|| standby.freeze());
    });
    assert_eq!(read.await, (2, 2));
    every_write_is_seen(&reader, [&other, &reader], &mut 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_that_is_in_the_way_of_the_replay_goes_on_with_the_primary() {
    let database = server().new_database();
    let (reader, other, standby) = start(&database, &["max_standby_streaming_delay=0"]).await;
    write(&other).await;
    until_a_read_is_on_the_standby(&reader, 1).await;
    let conflicts = connect(&standby.administrator_url()).await;
    let read = read_while(&reader, async || {
        write(&other).await;
        // The read holds the table on the standby, and the replay wants it for itself.
        let primary = connect(&database.url()).await;
        primary.batch_execute("BEGIN; LOCK TABLE instances; COMMIT").await.unwrap();
        until(&conflicts, "sum(confl_lock) > 0 FROM pg_stat_database_conflicts").await;
    });
    assert_eq!(read.await, (2, 2));
    every_write_is_seen(&reader, [&other, &reader], &mut 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_another_database_is_refused() {
    let database = server().new_database();
    let another = block_in_place(Server::other);
    let refused = with_replica(&database, another.new_database().url()).await;
    assert!(matches!(refused.err().unwrap(), OpenError::AnotherReplica));
    let here = database.url().replace("/test?", "/postgres?");
    let refused = with_replica(&database, here).await;
    assert!(matches!(refused.err().unwrap(), OpenError::AnotherReplica));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_standby_of_the_same_tables_is_not_read() {
    let database = server().new_database();
    let other = TestStore::from(Postgres::open(&database.url()).await.unwrap());
    let standby = block_in_place(|| server().standby(&[]));
    let another_schema = server().new_database().on(&standby).url();
    let nobody = "postgres://relata@127.0.0.1:1/test".to_owned();
    for replica in [database.url(), another_schema, nobody] {
        let reader = with_replica(&database, replica).await.unwrap();
        write(&other).await;
        let there = count(&reader).await;
        assert_eq!((there, figure(&reader, "replica_reads")), (count(&other).await, 0));
    }
    // Among several, the standby is found.
    let hosts = database.on(&standby).url().replace('@', &format!("@{},", host(&database.url())));
    let reader = with_replica(&database, hosts).await.unwrap();
    until_a_read_is_on_the_standby(&reader, count(&other).await).await;
}

fn host(url: &str) -> &str {
    url.split(['@', '/']).nth(3).unwrap()
}
