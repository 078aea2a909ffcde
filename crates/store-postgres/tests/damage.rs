//! The check finds what is wrong in a database that somebody has changed past the store.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_model::store::{NewRow, Store, Table};
use relata_store_postgres::Postgres;
use relata_testkit::postgres;
use relata_testkit::suite::world::{RACKS, SERVERS, STANDS_IN, add, add_with_keys, doc, key, link, one_to_one};
use relata_testkit::write_with;
use serde_json::json;

/// Two servers in two racks, with a key, and what they are by definition.
async fn fill(store: &Postgres) {
    let defined = write_with(store, |tx| {
        Box::pin(async move {
            let model = |id, name| NewRow { id, doc: doc(json!({"id": id, "bk_obj_id": name})), keys: Vec::new() };
            tx.insert_many(Table::Models.into(), vec![model(1, "server"), model(2, "rack")]).await?;
            let stands_in =
                json!({"id": 1, "bk_obj_asst_id": "stands_in", "bk_obj_id": "server", "bk_asst_obj_id": "rack"});
            let association = NewRow { id: STANDS_IN.association, doc: doc(stands_in), keys: Vec::new() };
            tx.insert_many(Table::ModelAssociations.into(), vec![association]).await
        })
    });
    defined.await.unwrap();
    let filled = write_with(store, |tx| {
        Box::pin(async move {
            for name in ["a", "b"] {
                add_with_keys(tx, SERVERS, doc(json!({"name": name})), vec![key(7, name)]).await?;
                add(tx, RACKS, doc(json!({"name": name}))).await?;
            }
            link(tx, one_to_one(STANDS_IN), &[(1, 1), (2, 2)]).await?;
            Ok(())
        })
    });
    filled.await.unwrap();
}

/// What is done to the database, and what the check says of it.
const CASES: &[(&str, &[&str])] = &[
    ("SELECT", &[]),
    ("DELETE FROM instances WHERE model = 2 AND id = 2", &["The target 2 of link 2 does not exist."]),
    (
        "DELETE FROM instances WHERE id = 1",
        &[
            "The source 1 of link 1 does not exist.",
            "The target 1 of link 1 does not exist.",
            "A key of rule 7 points to row 1, which does not exist.",
        ],
    ),
    (
        "UPDATE links SET association = 9 WHERE id = 1",
        &[
            "Link 1 is of association 9, which does not exist.",
            "Some links have other ends or another association than in the log.",
        ],
    ),
    (
        "DELETE FROM association_ends",
        &["The models of association 1, which has links, are not known to the deletion of instances."],
    ),
    (
        "DROP INDEX links_pair; DROP INDEX links_one_source; DROP INDEX links_one_target;
         UPDATE links SET source = 1, target = 1",
        &[
            "Links 1 and 2 link the same pair.",
            "Links 1 and 2 have the same source, which may have one.",
            "Links 1 and 2 have the same target, which may have one.",
            "Some links have other ends or another association than in the log.",
        ],
    ),
    ("UPDATE sequences SET next = 2 WHERE name = 'links'", &["Id 2 is beyond the sequence links."]),
    ("DELETE FROM sequences WHERE name = 'instances/2'", &["Id 2 is beyond the sequence instances/2."]),
    ("DELETE FROM links WHERE id = 2", &["Link 2 of the log is not there and was not deleted."]),
    (
        "UPDATE change_order SET seq = 2",
        &[
            "Set 2 of the log does not follow the one before it.",
            "The log ends with number 3, and is noted to end with 2.",
        ],
    ),
    (
        "DELETE FROM changes",
        &[
            "Set 1 of the log is not there as it was numbered.",
            "Link 1 has no record in the log.",
            "Link 2 has no record in the log.",
        ],
    ),
    (
        "DELETE FROM change_order",
        &[
            "The set at position 1, 0 of the log has no number, or no record.",
            "The log ends with number 0, and is noted to end with 2.",
            "Link 1 has no record in the log.",
            "Link 2 has no record in the log.",
        ],
    ),
    (
        "UPDATE changes SET data = '[[1,1,1],[1,1,1],[2,2,2]]'",
        &[
            "Set 1 of the log has 3 records, not 2.",
            "Set 1 of the log has link 1 out of turn.",
            "Some links have other ends or another association than in the log.",
        ],
    ),
    (
        "INSERT INTO unique_keys SELECT 7, 'x' || n::text::bytea, 100 + n FROM generate_series(1, 30) AS n",
        &["10 more problems with keys."],
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damage_is_found() {
    for (damage, expected) in CASES {
        let url = postgres::server().new_database().url();
        let store = Postgres::open(&url).await.unwrap();
        fill(&store).await;
        assert_eq!(store.check().await, Ok(Vec::new()));
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        // The sets have their numbers once everything is settled.
        while !client.query_one("SELECT seq = 2 FROM change_settled", &[]).await.unwrap().get::<_, bool>(0) {
            tokio::task::yield_now().await;
        }
        client.batch_execute(damage).await.unwrap();
        let mut found = store.check().await.unwrap();
        if found.len() > 20 {
            found.drain(..20);
        }
        assert_eq!(found, *expected, "{damage}");
        drop(client);
        connection.await.unwrap().unwrap();
    }
}
