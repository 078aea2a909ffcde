//! The faulty store fails every call and the commit once, and leaves nothing behind.

use relata_model::filter::Filter;
use relata_model::store::{BoxFut, NewRow, Query, Table, Tx};
use relata_model::{Code, Map, Result};
use relata_testkit::{Faulty, Reference, read_with, write_with};

/// Three calls; with the commit, four places to fail.
fn add_user<'a>(tx: &'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<u64>> {
    Box::pin(async move {
        let id = tx.next_ids("users", 1).await?;
        tx.insert_many(Table::Users.into(), vec![NewRow { id, doc: Map::new(), keys: Vec::new() }]).await?;
        tx.count(Table::Users.into(), &Filter::everything()).await
    })
}

#[tokio::test]
async fn each_call_and_the_commit_fail_once_and_change_nothing() {
    let store = Faulty::new(Reference::new());
    let mut failures = 0;
    for call in 1.. {
        store.fail_at(call);
        let result = write_with(&store, add_user).await;
        if !store.has_failed() {
            assert_eq!(result, Ok(1));
            break;
        }
        failures += 1;
        assert_eq!(store.calls(), call);
        assert_eq!(result.unwrap_err().code, Code::Unavailable);
        assert_eq!(read_with(store.inner(), count_users).await, Ok(0));
    }
    assert_eq!(failures, 4);
}

#[tokio::test]
async fn a_read_fails_too_but_has_no_commit() {
    let store = Faulty::new(Reference::new());
    store.fail_at(1);
    assert_eq!(read_with(&store, count_users).await.unwrap_err().code, Code::Unavailable);
    store.fail_at(2);
    assert_eq!(read_with(&store, count_users).await, Ok(0));
    assert!(!store.has_failed());
    store.fail_at(0);
    assert_eq!((write_with(&store, add_user).await, store.calls()), (Ok(1), 4));
}

fn count_users<'a>(tx: &'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<usize>> {
    Box::pin(async move { Ok(tx.find(&Query::new(Table::Users, Filter::everything())).await?.len()) })
}
