//! Many callers at once. Works that lose a race are run again, as the application does.

use super::TestStore;
use super::world::{RACKS, SERVERS, STANDS_IN, add, add_with_keys, all_links, change, create_world, doc, key, link};
use crate::{read_with, write_with};
use relata_model::change::{Action, Resource};
use relata_model::filter::Filter;
use relata_model::store::{BoxFut, ChangeQuery, Replace, Store, Tx};
use relata_model::{Code, Error, Map, Result};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

const CALLERS: u64 = 8;

/// Runs the work from [`CALLERS`] tasks at once, with the caller's number, until none meets a conflict.
async fn at_once<T, F>(store: &TestStore, work: F) -> Vec<Result<T>>
where
    T: Send + 'static,
    F: for<'a> Fn(u64, &'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<T>> + Send + Sync + Clone + 'static,
{
    let callers = (0..CALLERS).map(|caller| {
        let (store, work) = (store.share(), work.clone());
        tokio::spawn(async move {
            loop {
                let work = work.clone();
                match write_with(&*store, move |tx| work(caller, tx)).await {
                    Err(error) if error.is_conflict() => tokio::task::yield_now().await,
                    done => return done,
                }
            }
        })
    });
    let mut results = Vec::new();
    for caller in callers.collect::<Vec<_>>() {
        results.push(caller.await.unwrap());
    }
    results
}

/// No id is given to two callers, and none is left out when all succeed.
pub async fn concurrent_callers_get_disjoint_ids(store: &mut TestStore) {
    let mut given = BTreeSet::new();
    for _ in 0..10 {
        let firsts = at_once(store, |caller, tx| {
            Box::pin(async move { Ok((caller, tx.next_ids("instances/1", caller + 1).await?)) })
        });
        for first in firsts.await {
            let (caller, first) = first.unwrap();
            for id in (first..).take(usize::try_from(caller + 1).unwrap()) {
                assert!(given.insert(id), "id {id} was given twice");
            }
        }
    }
    assert_eq!(given.into_iter().collect::<Vec<_>>(), (1..=360).collect::<Vec<i64>>());
}

/// Of several callers that link the same pair, each looking first, exactly one does it and all others see that it is done.
pub async fn one_of_several_callers_links_a_pair(store: &mut TestStore) {
    create_world(store).await;
    for _ in 0..10 {
        let ends = store.write(|tx| {
            Box::pin(async move { Ok((add(tx, SERVERS, Map::new()).await?, add(tx, RACKS, Map::new()).await?)) })
        });
        let pair = ends.await.unwrap();
        let results = at_once(store, move |_, tx| {
            Box::pin(async move {
                if tx.link_facts(STANDS_IN, &[pair]).await?[0].pair_exists {
                    return Err(Error::new(Code::Duplicate));
                }
                link(tx, STANDS_IN, &[pair]).await
            })
        })
        .await;
        let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        assert!(lost.into_iter().all(|result| result == Err(Error::new(Code::Duplicate))));
    }
    let links = store.read(|tx| Box::pin(async move { tx.count_links(&all_links()).await }));
    assert_eq!(links.await, Ok(10));
}

/// Of several callers that take the same key, each looking first, exactly one gets it.
pub async fn one_of_several_callers_takes_a_key(store: &mut TestStore) {
    for round in 0..10 {
        let results = at_once(store, move |_, tx| {
            Box::pin(async move {
                if tx.find_keys(&[key(7, round)]).await?[0].is_some() {
                    return Err(Error::new(Code::Duplicate));
                }
                add_with_keys(tx, SERVERS, Map::new(), vec![key(7, round)]).await
            })
        });
        let won: Vec<i64> = results.await.into_iter().filter_map(Result::ok).collect();
        let holder = store.read(move |tx| Box::pin(async move { tx.find_keys(&[key(7, round)]).await }));
        assert_eq!(won.into_iter().map(Some).collect::<Vec<_>>(), holder.await.unwrap());
    }
    let rows = store.read(|tx| Box::pin(async move { tx.count(SERVERS, &Filter::everything()).await }));
    assert_eq!(rows.await, Ok(10));
}

/// Callers that read a row and write it back lose no step.
pub async fn no_update_is_lost(store: &mut TestStore) {
    store.write(|tx| Box::pin(async move { add(tx, SERVERS, doc(json!({"n": 0}))).await })).await.unwrap();
    for _ in 0..10 {
        let steps = at_once(store, |_, tx| {
            Box::pin(async move {
                let row = tx.get_many(SERVERS, &[1]).await?.remove(0);
                tokio::task::yield_now().await;
                let doc = doc(json!({"n": row.doc["n"].as_i64().unwrap() + 1}));
                let (drop_keys, take_keys) = (Vec::new(), Vec::new());
                let replace = Replace { id: 1, revision: row.revision, doc, drop_keys, take_keys };
                tx.replace_many(SERVERS, vec![replace]).await
            })
        });
        steps.await.into_iter().for_each(Result::unwrap);
    }
    let rows = store.read(|tx| Box::pin(async move { tx.get_many(SERVERS, &[1]).await })).await.unwrap();
    assert_eq!((rows[0].revision, &rows[0].doc["n"]), (81, &json!(80)));
}

/// While others write, all looks of one read show the same moment, in rows, links and log alike.
pub async fn a_read_sees_one_moment(store: &mut TestStore) {
    create_world(store).await;
    store.write(|tx| Box::pin(async move { add(tx, RACKS, Map::new()).await })).await.unwrap();
    let readers = (0..3).map(|_| tokio::spawn(read_until(store.share(), 20 * CALLERS))).collect::<Vec<_>>();
    for _ in 0..20 {
        let written = at_once(store, |_, tx| {
            Box::pin(async move {
                let server = add(tx, SERVERS, Map::new()).await?;
                tx.append_changes(vec![change(Resource::Instance, Action::Create, &[server])]).await?;
                tokio::task::yield_now().await;
                link(tx, STANDS_IN, &[(server, 1)]).await
            })
        });
        written.await.into_iter().for_each(|result| drop(result.unwrap()));
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

/// Reads again and again until there are so many servers; each has one link and two sets of the log.
async fn read_until(store: Arc<dyn Store>, servers: u64) {
    let mut last = 0;
    while last < servers {
        let looks = read_with(&*store, |tx| {
            Box::pin(async move {
                let mut looks = Vec::new();
                for _ in 0..2 {
                    looks.push(tx.count_links(&all_links()).await?);
                    tokio::task::yield_now().await;
                    looks.push(tx.count(SERVERS, &Filter::everything()).await?);
                    tokio::task::yield_now().await;
                    looks.push(tx.changes(&ChangeQuery::default()).await?.len() as u64 / 2);
                    let ids: Vec<i64> = tx.find_links(&all_links()).await?.iter().map(|link| link.source).collect();
                    looks.push(tx.get_many(SERVERS, &ids).await?.len() as u64);
                }
                Ok(looks)
            })
        });
        let looks = looks.await.unwrap();
        assert!(looks.iter().all(|look| *look == looks[0]), "{looks:?}");
        assert!(looks[0] >= last, "a later read sees an earlier moment");
        last = looks[0];
        tokio::task::yield_now().await;
    }
}
