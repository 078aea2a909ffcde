//! Unique keys: who holds them, conflicts, giving them back.

use super::TestStore;
use super::world::{SERVERS, add, add_with_keys, doc, key};
use relata_model::store::tables::rule;
use relata_model::store::{NewRow, Remove, Replace, Table};
use relata_model::unique::UniqueKey;
use relata_model::{Map, Result};
use serde_json::json;

/// Two servers: 1 holds `a` and 2 holds `b` of rule 7.
async fn two_servers(store: &TestStore) {
    let added = store.write(|tx| {
        Box::pin(async move {
            add_with_keys(tx, SERVERS, doc(json!({"name": "a"})), vec![key(7, "a")]).await?;
            add_with_keys(tx, SERVERS, doc(json!({"name": "b"})), vec![key(7, "b")]).await
        })
    });
    assert_eq!(added.await, Ok(2));
}

async fn holders(store: &TestStore, keys: Vec<UniqueKey>) -> Vec<Option<i64>> {
    store
        .read(move |tx| {
            let keys = keys.clone();
            Box::pin(async move { tx.find_keys(&keys).await })
        })
        .await
        .unwrap()
}

fn replace(id: i64, revision: i64, drop_keys: Vec<UniqueKey>, take_keys: Vec<UniqueKey>) -> Replace {
    Replace { id, revision, doc: Map::new(), drop_keys, take_keys }
}

async fn replace_all(store: &TestStore, rows: Vec<Replace>) -> Result<()> {
    store
        .write(move |tx| {
            let rows = rows.clone();
            Box::pin(async move { tx.replace_many(SERVERS, rows).await })
        })
        .await
}

/// Each key is answered in its place, repeated ones too; what nobody holds is `None`. Keys are bytes, of any length.
pub async fn keys_are_answered_in_the_order_asked_for(store: &mut TestStore) {
    two_servers(store).await;
    let odd = [Vec::new(), vec![0], vec![0, 0], vec![0xff; 4_000]].map(|key| UniqueKey { rule: rule::USER_NAME, key });
    let keys = odd.to_vec();
    let user = store.write(move |tx| {
        let keys = keys.clone();
        Box::pin(async move { add_with_keys(tx, Table::Users, Map::new(), keys).await })
    });
    assert_eq!(user.await, Ok(1));
    let asked = vec![key(7, "b"), key(7, "c"), key(8, "a"), key(7, "a"), key(7, "b")];
    assert_eq!(holders(store, asked).await, [Some(2), None, None, Some(1), Some(2)]);
    assert_eq!(holders(store, odd.to_vec()).await, [Some(1); 4]);
    assert_eq!(holders(store, vec![UniqueKey { rule: rule::USER_NAME, key: vec![0, 0, 0] }]).await, [None]);
    let many: Vec<UniqueKey> = (0..40_000).map(|n| key(7, n)).chain([key(7, "a")]).collect();
    assert_eq!(holders(store, many).await.last(), Some(&Some(1)));
}

/// A new row cannot take a key that a row holds, or one before it in the call; the key of another rule is free.
pub async fn inserting_with_a_key_that_is_taken_is_a_conflict(store: &mut TestStore) {
    two_servers(store).await;
    for taken in [vec!["a"], vec!["c", "c"], vec!["c", "b"]] {
        let refused = store.write(move |tx| {
            let taken = taken.clone();
            Box::pin(async move {
                let first = tx.next_ids("instances/1", taken.len() as u64).await?;
                let row = |(id, text): (i64, &&str)| NewRow { id, doc: Map::new(), keys: vec![key(7, *text)] };
                tx.insert_many(SERVERS, (first..).zip(&taken).map(row).collect()).await
            })
        });
        assert!(refused.await.unwrap_err().is_conflict());
    }
    let other = store.write(|tx| {
        Box::pin(async move { add_with_keys(tx, SERVERS, Map::new(), vec![key(8, "a"), key(7, "c")]).await })
    });
    let id = other.await.unwrap();
    assert_eq!(holders(store, vec![key(7, "a"), key(8, "a"), key(7, "c")]).await, [Some(1), Some(id), Some(id)]);
}

/// A replaced row gives keys back and takes others; a key that another row holds is a conflict, one of its own is not.
pub async fn replacing_takes_and_gives_back_keys(store: &mut TestStore) {
    two_servers(store).await;
    let refused = replace_all(store, vec![replace(1, 1, vec![key(7, "a")], vec![key(7, "b")])]).await;
    assert!(refused.unwrap_err().is_conflict());
    assert_eq!(holders(store, vec![key(7, "a"), key(7, "b")]).await, [Some(1), Some(2)]);
    replace_all(store, vec![replace(1, 1, vec![key(7, "a")], vec![key(7, "c")])]).await.unwrap();
    assert_eq!(holders(store, vec![key(7, "a"), key(7, "c")]).await, [None, Some(1)]);
    replace_all(store, vec![replace(1, 2, vec![key(7, "c")], vec![key(7, "c")])]).await.unwrap();
    replace_all(store, vec![replace(1, 3, Vec::new(), vec![key(7, "c")])]).await.unwrap();
    replace_all(store, vec![replace(2, 1, vec![key(7, "b")], vec![key(7, "a")])]).await.unwrap();
    assert_eq!(holders(store, vec![key(7, "a"), key(7, "b"), key(7, "c")]).await, [Some(2), None, Some(1)]);
}

/// All keys of a call are given back before any is taken, so that rows can change places.
pub async fn rows_can_exchange_their_keys(store: &mut TestStore) {
    two_servers(store).await;
    let rows =
        vec![replace(1, 1, vec![key(7, "a")], vec![key(7, "b")]), replace(2, 1, vec![key(7, "b")], vec![key(7, "a")])];
    replace_all(store, rows).await.unwrap();
    assert_eq!(holders(store, vec![key(7, "a"), key(7, "b")]).await, [Some(2), Some(1)]);
}

/// A deleted row gives its keys back, and they are free at once.
pub async fn deleting_gives_keys_back(store: &mut TestStore) {
    two_servers(store).await;
    let again = store.write(|tx| {
        Box::pin(async move {
            tx.delete_many(SERVERS, vec![Remove { id: 1, keys: vec![key(7, "a")] }]).await?;
            add_with_keys(tx, SERVERS, Map::new(), vec![key(7, "a")]).await
        })
    });
    assert_eq!(again.await, Ok(3));
    assert_eq!(holders(store, vec![key(7, "a"), key(7, "b")]).await, [Some(3), Some(2)]);
}

/// A new rule gives keys to rows that exist; a key that is taken is a conflict, in the call too.
pub async fn a_new_rule_gives_keys_to_rows(store: &mut TestStore) {
    two_servers(store).await;
    let give = |keys: Vec<(UniqueKey, i64)>| {
        store.write(move |tx| {
            let keys = keys.clone();
            Box::pin(async move { tx.insert_keys(keys).await })
        })
    };
    give(vec![(key(9, "x"), 2), (key(9, "y"), 1)]).await.unwrap();
    assert!(give(vec![(key(9, "z"), 1), (key(9, "x"), 1)]).await.unwrap_err().is_conflict());
    assert!(give(vec![(key(9, "z"), 1), (key(9, "z"), 2)]).await.unwrap_err().is_conflict());
    assert!(give(vec![(key(7, "a"), 2)]).await.unwrap_err().is_conflict());
    let asked = vec![key(9, "x"), key(9, "y"), key(9, "z"), key(7, "a")];
    assert_eq!(holders(store, asked).await, [Some(2), Some(1), None, Some(1)]);
}

/// Forgetting a rule frees all its keys and no others.
pub async fn forgetting_a_rule_frees_its_keys_only(store: &mut TestStore) {
    two_servers(store).await;
    let dropped = store.write(|tx| {
        Box::pin(async move {
            add_with_keys(tx, Table::Users, Map::new(), vec![key(rule::USER_NAME, "a")]).await?;
            tx.insert_keys(vec![(key(9, "a"), 1)]).await?;
            tx.drop_keys(7).await?;
            tx.drop_keys(1_000).await?;
            add(tx, SERVERS, Map::new()).await?;
            tx.insert_keys(vec![(key(7, "a"), 3)]).await
        })
    });
    dropped.await.unwrap();
    let asked = vec![key(7, "a"), key(7, "b"), key(9, "a"), key(rule::USER_NAME, "a")];
    assert_eq!(holders(store, asked).await, [Some(3), None, Some(1), Some(1)]);
}
