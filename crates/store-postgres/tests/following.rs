//! Followers of the log miss nothing, whatever the order in which many processes commit.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_wrap,
    reason = "a test reports by a panic, and its numbers are small"
)]

use relata_model::Result;
use relata_model::change::{Action, ChangeSet, Resource};
use relata_model::store::{ChangeQuery, Replace, Store, Tx};
use relata_store_postgres::Postgres;
use relata_testkit::suite::world::{SERVERS, add, change, doc};
use relata_testkit::{postgres, read_with, write_with};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

const STORES: usize = 3;
const READERS: usize = 8;
/// Writers that end a transaction as soon as they can, with this many rows between them.
const BRISK: usize = 12;
const ROWS: i64 = 5;
const BRISK_ROUNDS: usize = 40;
/// Writers that have their place in the log and then let others commit so many times before they do, a row to each.
const SLOW: usize = 4;
const SLOW_ROUNDS: usize = 8;
const OVERTAKING: usize = 30;
const SETS: usize = BRISK * BRISK_ROUNDS + SLOW * SLOW_ROUNDS;

/// Moves a row on, and logs the revision that it has then. The times are those of clocks that do not agree.
async fn touch(tx: &mut dyn Tx, row: i64, time: i64) -> Result<()> {
    let found = tx.get_many(SERVERS, &[row]).await?.remove(0);
    let replace =
        Replace { id: row, revision: found.revision, doc: found.doc, drop_keys: Vec::new(), take_keys: Vec::new() };
    tx.replace_many(SERVERS, vec![replace]).await?;
    let data = json!([{"id": row, "name": found.revision + 1}, {"id": row}]).to_string();
    let subjects = vec![row, row];
    let set = ChangeSet { time, subjects, count: 2, data, ..change(Resource::Instance, Action::Update, &[row]) };
    tx.append_changes(vec![set]).await
}

async fn write(store: Arc<Postgres>, writer: usize, commits: Arc<watch::Sender<usize>>) {
    let slow = writer >= BRISK;
    for round in 0..if slow { SLOW_ROUNDS } else { BRISK_ROUNDS } {
        let row = if slow { ROWS + (writer - BRISK) as i64 } else { (writer + round) as i64 % ROWS } + 1;
        let time = (writer * 31 + round * 7) as i64 % 100;
        let enough = if slow { (*commits.borrow() + OVERTAKING).min(BRISK * BRISK_ROUNDS) } else { 0 };
        loop {
            let mut others = commits.subscribe();
            others.mark_changed();
            let written = write_with(&*store, move |tx| {
                let mut others = others.clone();
                Box::pin(async move {
                    touch(tx, row, time).await?;
                    others.wait_for(|commits| *commits >= enough).await.unwrap();
                    Ok(())
                })
            });
            match written.await {
                Err(error) if error.is_conflict() => {}
                done => break done.unwrap(),
            }
        }
        if !slow {
            commits.send_modify(|commits| *commits += 1);
        }
    }
}

async fn read(store: &Postgres, query: ChangeQuery) -> Vec<ChangeSet> {
    let read = read_with(store, move |tx| {
        let query = query.clone();
        Box::pin(async move { tx.changes(&query).await })
    });
    read.await.unwrap()
}

/// Follows until all sets are there. In between, what has no number yet goes on where the settled sets end.
async fn follow(store: Arc<Postgres>, page: u64) -> Vec<ChangeSet> {
    let mut seen: Vec<ChangeSet> = Vec::new();
    while seen.len() < SETS {
        let after = seen.last().map_or(0, |last| last.seq + last.count - 1);
        let query = ChangeQuery { after, limit: Some(page), ..ChangeQuery::default() };
        assert_follow_on(after, &read(&store, query.clone()).await);
        let news = read(&store, ChangeQuery { settled: true, ..query }).await;
        if news.is_empty() {
            // The pace of a follower, so that the writers come to their turn.
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        seen.extend(news);
    }
    seen
}

fn assert_follow_on(after: i64, sets: &[ChangeSet]) {
    let (mut next, mut time) = (after + 1, i64::MIN);
    for set in sets {
        assert_eq!(set.seq, next);
        assert!(set.time >= time, "time goes back at {next}");
        (next, time) = (set.seq + set.count, set.time);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_follower_reads_the_same_log_without_a_gap() {
    let url = postgres::server().new_database().url();
    let mut stores = Vec::new();
    for _ in 0..STORES {
        stores.push(Arc::new(Postgres::open(&url).await.unwrap()));
    }
    let rows = usize::try_from(ROWS).unwrap() + SLOW;
    let created = write_with(&*stores[0], move |tx| {
        Box::pin(async move {
            let mut last = 0;
            for number in 1..=rows {
                last = add(tx, SERVERS, doc(json!({"bk_inst_id": number}))).await?;
            }
            Ok(last)
        })
    });
    assert_eq!(created.await, Ok(rows as i64));
    let of = |number: usize| Arc::clone(&stores[number % STORES]);
    let readers: Vec<_> = (0..READERS).map(|reader| tokio::spawn(follow(of(reader), 3 + 10 * reader as u64))).collect();
    let commits = Arc::new(watch::Sender::new(0));
    let writers: Vec<_> =
        (0..BRISK + SLOW).map(|writer| tokio::spawn(write(of(writer), writer, Arc::clone(&commits)))).collect();
    let deadline = Duration::from_mins(2);
    for writer in writers {
        tokio::time::timeout(deadline, writer).await.unwrap().unwrap();
    }
    let log = read(&stores[0], ChangeQuery::default()).await;
    assert_eq!(log.len(), SETS);
    assert_follow_on(0, &log);
    let mut revisions: BTreeMap<i64, i64> = BTreeMap::new();
    for set in &log {
        let revision = revisions.entry(set.subjects[0]).or_insert(1);
        *revision += 1;
        assert!(set.data.contains(&format!("\"name\":{revision}}}")), "{set:?} is not revision {revision}");
    }
    for reader in readers {
        let seen = tokio::time::timeout(deadline, reader).await.expect("a follower misses sets").unwrap();
        assert_eq!(seen, log);
    }
    assert_eq!(stores[1].check().await, Ok(Vec::new()));
}
