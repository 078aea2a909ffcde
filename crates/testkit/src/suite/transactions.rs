//! Transactions as such: all or nothing, own writes, what a read may do and see, reopening.

use super::TestStore;
use super::world::{
    Content, RACKS, SERVERS, STANDS_IN, add, add_with_keys, all_links, change, content, create_world, doc, key, link,
    put, remove, unlink,
};
use relata_model::change::{Action, Resource};
use relata_model::filter::Filter;
use relata_model::store::{BoxFut, ChangeQuery, NewRow, Remove, Replace, Table, Tx};
use relata_model::{Error, Result};
use serde_json::json;
use std::future::Future;
use std::task::{Context, Waker};

/// Writes something of everything: a server with a key, a rack, a link, a user, a record.
fn write_all<'a>(tx: &'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<()>> {
    Box::pin(async move {
        let server = add_with_keys(tx, SERVERS, doc(json!({"name": "a"})), vec![key(7, "a")]).await?;
        let rack = add(tx, RACKS, doc(json!({"name": "r"}))).await?;
        link(tx, STANDS_IN, &[(server, rack)]).await?;
        add(tx, Table::Users, doc(json!({"name": "u"}))).await?;
        tx.append_changes(vec![change(Resource::Instance, Action::Create, &[server])]).await
    })
}

/// Everything that can be read, and the meta revision.
async fn everything(store: &TestStore) -> (Content, i64) {
    store.read(|tx| Box::pin(async move { Ok((content(tx).await?, tx.meta_revision().await?)) })).await.unwrap()
}

/// The row that holds the key of rule 7 for this text.
async fn holder(store: &TestStore, text: &'static str) -> Option<i64> {
    store.read(move |tx| Box::pin(async move { Ok(tx.find_keys(&[key(7, text)]).await?[0]) })).await.unwrap()
}

/// A write whose work fails leaves no trace, and the failure is its answer.
pub async fn a_failed_write_changes_nothing(store: &mut TestStore) {
    create_world(store).await;
    store.write(write_all).await.unwrap();
    let before = everything(store).await;
    let error = Error::required("name").hint("on purpose").detail("for the log");
    let fails = error.clone();
    let failed = store.write(move |tx| {
        let error = fails.clone();
        Box::pin(async move {
            let server = add_with_keys(tx, SERVERS, doc(json!({})), vec![key(7, "b")]).await?;
            put(tx, SERVERS, 1, doc(json!({"name": "changed"}))).await?;
            remove(tx, Table::Users, 1).await?;
            put(tx, Table::Models, 1, doc(json!({}))).await?;
            let old = tx.find_links(&all_links()).await?;
            unlink(tx, &old).await?;
            link(tx, STANDS_IN, &[(server, 1)]).await?;
            tx.drop_keys(7).await?;
            tx.insert_keys(vec![(key(7, "c"), 1)]).await?;
            tx.append_changes(vec![change(Resource::Instance, Action::Update, &[1])]).await?;
            Err::<(), _>(error)
        })
    });
    assert_eq!(failed.await, Err(error));
    assert_eq!(everything(store).await, before);
    assert_eq!((holder(store, "a").await, holder(store, "b").await, holder(store, "c").await), (Some(1), None, None));
    let facts = store.read(|tx| Box::pin(async move { tx.link_facts(STANDS_IN, &[(1, 1), (2, 1)]).await }));
    let facts = facts.await.unwrap();
    assert!(facts[0].pair_exists && !facts[1].pair_exists && !facts[1].source_exists, "{facts:?}");
    store.write(write_all).await.expect_err("the key is still taken");
}

/// The failure of a read's work is its answer, too.
pub async fn a_failed_read_answers_the_failure(store: &mut TestStore) {
    let failed = store.read(|_| Box::pin(async move { Err::<(), _>(Error::required("name").hint("on purpose")) }));
    assert_eq!(failed.await, Err(Error::required("name").hint("on purpose")));
}

/// A conflict in the middle takes back what the work did before it.
pub async fn a_conflict_undoes_what_came_before_it(store: &mut TestStore) {
    create_world(store).await;
    store.write(write_all).await.unwrap();
    let before = everything(store).await;
    let failed = store.write(|tx| {
        Box::pin(async move {
            let server = add(tx, SERVERS, doc(json!({}))).await?;
            link(tx, STANDS_IN, &[(server, 1)]).await?;
            add_with_keys(tx, SERVERS, doc(json!({})), vec![key(7, "a")]).await
        })
    });
    assert!(failed.await.unwrap_err().is_conflict());
    assert_eq!(everything(store).await, before);
}

/// Each kind of read within a transaction sees what the transaction has written so far.
pub async fn own_writes_are_visible(store: &mut TestStore) {
    create_world(store).await;
    let written = store.write(|tx| {
        Box::pin(async move {
            write_all(tx).await?;
            let changes = tx.changes(&ChangeQuery::default()).await?;
            assert_eq!(changes.iter().map(|set| set.seq).collect::<Vec<_>>(), [1, 2]);
            assert_eq!(tx.find_keys(&[key(7, "a")]).await?, [Some(1)]);
            assert_eq!(tx.count(SERVERS, &Filter::equal("name", "a")).await?, 1);
            put(tx, SERVERS, 1, doc(json!({"name": "b"}))).await?;
            assert_eq!(tx.count(SERVERS, &Filter::equal("name", "a")).await?, 0);
            assert_eq!(tx.get_many(SERVERS, &[1]).await?[0].revision, 2);
            let links = tx.find_links(&all_links()).await?;
            assert_eq!((links.len(), tx.count_links(&all_links()).await?), (1, 1));
            unlink(tx, &links).await?;
            assert_eq!((tx.find_links(&all_links()).await?, tx.count_links(&all_links()).await?), (Vec::new(), 0));
            tx.delete_many(SERVERS, vec![Remove { id: 1, keys: vec![key(7, "a")] }]).await?;
            assert_eq!(tx.get_many(SERVERS, &[1]).await?, []);
            assert_eq!(tx.find_keys(&[key(7, "a")]).await?, [None]);
            Ok(())
        })
    });
    written.await.unwrap();
}

/// Every writing method fails in a read and changes nothing.
pub async fn a_read_cannot_write(store: &mut TestStore) {
    create_world(store).await;
    store.write(write_all).await.unwrap();
    let before = everything(store).await;
    for method in 0..9 {
        let refused = store.read(move |tx| {
            Box::pin(async move {
                let links = tx.find_links(&all_links()).await?;
                let (doc, keys) = (doc(json!({})), Vec::new());
                match method {
                    0 => tx.insert_many(SERVERS, vec![NewRow { id: 1000, doc, keys }]).await,
                    1 => {
                        let replace = Replace { id: 1, revision: 1, doc, drop_keys: keys, take_keys: Vec::new() };
                        tx.replace_many(SERVERS, vec![replace]).await
                    }
                    2 => tx.delete_many(Table::Users.into(), vec![Remove { id: 1, keys }]).await,
                    3 => tx.insert_keys(vec![(key(7, "x"), 1)]).await,
                    4 => tx.drop_keys(7).await,
                    5 => tx.next_ids("users", 1).await.map(drop),
                    6 => link(tx, STANDS_IN, &[(1, 1)]).await.map(drop),
                    7 => tx.delete_links(&links).await,
                    _ => tx.append_changes(vec![change(Resource::User, Action::Update, &[1])]).await,
                }
            })
        });
        assert!(refused.await.is_err(), "writing method {method} in a read");
        assert_eq!(everything(store).await, before);
    }
    assert_eq!(holder(store, "a").await, Some(1));
}

/// A read that starts after a write was answered sees it, whichever task or thread it runs on.
pub async fn a_read_sees_everything_answered_before(store: &mut TestStore) {
    create_world(store).await;
    for round in 1..=30 {
        store.write(|tx| Box::pin(async move { add(tx, SERVERS, doc(json!({}))).await })).await.unwrap();
        let reads = (0..3).map(|_| {
            let store = store.share();
            tokio::spawn(async move {
                crate::read_with(&*store, |tx| Box::pin(async move { tx.count(SERVERS, &Filter::everything()).await }))
                    .await
            })
        });
        for read in reads.collect::<Vec<_>>() {
            assert_eq!(read.await.unwrap(), Ok(round));
        }
    }
}

/// The meta revision is another one after each write to a meta table, and the same after every other write.
pub async fn the_meta_revision_moves_with_meta_tables_only(store: &mut TestStore) {
    create_world(store).await;
    let (_, mut last) = everything(store).await;
    for table in Table::ALL.iter().filter(|table| table.is_meta()) {
        for step in 0..3 {
            let inside = store.write(move |tx| {
                Box::pin(async move {
                    match step {
                        0 => add(tx, *table, doc(json!({}))).await.map(drop)?,
                        1 => {
                            let id = last_id(tx, *table).await?;
                            put(tx, *table, id, doc(json!({"x": 1}))).await?;
                        }
                        _ => {
                            let id = last_id(tx, *table).await?;
                            remove(tx, *table, id).await?;
                        }
                    }
                    tx.meta_revision().await
                })
            });
            let inside = inside.await.unwrap();
            let (_, now) = everything(store).await;
            assert_ne!(now, last, "step {step} in {table:?}");
            assert_eq!(inside, now, "the work saw its own change");
            last = now;
        }
    }
    store.write(write_all).await.unwrap();
    store.write(|tx| Box::pin(async move { put(tx, Table::Users, 1, doc(json!({"x": 1}))).await })).await.unwrap();
    let failed = store.write(|tx| {
        Box::pin(async move {
            add(tx, Table::Models, doc(json!({}))).await?;
            Err::<(), _>(Error::required("x"))
        })
    });
    failed.await.unwrap_err();
    assert_eq!(everything(store).await.1, last);
}

async fn last_id(tx: &mut dyn Tx, table: Table) -> Result<i64> {
    let rows = tx.find(&relata_model::store::Query::new(table, Filter::everything())).await?;
    Ok(rows.last().unwrap().id)
}

/// Sequences start at 1, hand out ranges one after the other, and know nothing of each other.
pub async fn sequences_start_at_one_and_follow_on(store: &mut TestStore) {
    let next =
        |name: &'static str, count| store.write(move |tx| Box::pin(async move { tx.next_ids(name, count).await }));
    assert_eq!(next("a", 1).await, Ok(1));
    assert_eq!(next("a", 10).await, Ok(2));
    assert_eq!(next("a", 1).await, Ok(12));
    assert_eq!(next("b/1", 5).await, Ok(1));
    let twice = store.write(|tx| {
        Box::pin(
            async move { Ok((tx.next_ids("a", 3).await?, tx.next_ids("b/1", 1).await?, tx.next_ids("a", 1).await?)) },
        )
    });
    assert_eq!(twice.await, Ok((13, 6, 16)));
    assert_eq!(next("a", 1).await, Ok(17));
}

/// A store that is closed and opened again holds what it held; its sequences and numbers go on. Ids may be left out.
pub async fn everything_is_there_after_reopening(store: &mut TestStore) {
    create_world(store).await;
    store.write(write_all).await.unwrap();
    store.write(|tx| Box::pin(async move { tx.next_ids("a", 5).await })).await.unwrap();
    // The newest rows and links go, and must not come back under the same ids.
    let deleted = store.write(|tx| {
        Box::pin(async move {
            let server = add(tx, SERVERS, doc(json!({}))).await?;
            let links = link(tx, STANDS_IN, &[(server, 1)]).await?;
            unlink(tx, &links).await?;
            remove(tx, SERVERS, server).await?;
            Ok((server, links[0].id))
        })
    });
    assert_eq!(deleted.await, Ok((2, 2)));
    let before = everything(store).await;
    for _ in 0..2 {
        store.reopen();
        assert_eq!(everything(store).await, before);
        assert_eq!(holder(store, "a").await, Some(1));
        assert_eq!(store.share().check().await, Ok(Vec::new()));
    }
    let after = store.write(|tx| {
        Box::pin(async move {
            let facts = tx.link_facts(STANDS_IN, &[(1, 1)]).await?;
            let server = add(tx, SERVERS, doc(json!({}))).await?;
            let links = link(tx, STANDS_IN, &[(server, 1)]).await?;
            let newest = ChangeQuery { newest_first: true, limit: Some(1), ..ChangeQuery::default() };
            let seq = tx.changes(&newest).await?[0].seq;
            Ok((facts[0].pair_exists, server, links[0].id, seq, tx.next_ids("a", 1).await?))
        })
    });
    let (linked, server, link, seq, id) = after.await.unwrap();
    assert!(linked && server >= 3 && link >= 3 && id >= 6, "({server}, {link}, {id}) were given before");
    assert_eq!(seq, 5);
}

/// A write whose caller goes away happens as a whole or not at all, and the store goes on.
pub async fn a_write_that_nobody_waits_for_is_whole_or_not_at_all(store: &mut TestStore) {
    create_world(store).await;
    for _ in 0..10 {
        let mut abandoned = Box::pin(store.write(|tx| {
            Box::pin(async move {
                let server = add(tx, SERVERS, doc(json!({}))).await?;
                let rack = add(tx, RACKS, doc(json!({}))).await?;
                tokio::task::yield_now().await;
                link(tx, STANDS_IN, &[(server, rack)]).await
            })
        }));
        let _ = abandoned.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(abandoned);
        store.write(|tx| Box::pin(async move { tx.next_ids("a", 1).await })).await.unwrap();
    }
    let (content, _) = everything(store).await;
    let of = |space: usize| content.rows[content.rows.len() - space].len();
    assert_eq!((of(1), of(2)), (content.links.len(), content.links.len()));
    assert_eq!(content.log.len(), content.links.len());
}
