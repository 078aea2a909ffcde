//! Measurements touch nothing but what is theirs, and leave nothing behind.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_model::store::{NewRow, Store as _, Table};
use relata_store_postgres::floor::{Rows, fill, floor};
use relata_store_postgres::scratch::Scratch;
use relata_store_postgres::{Postgres, Settings};
use relata_testkit::postgres;
use relata_testkit::suite::world::{SERVERS, USES, add, doc, link};
use relata_testkit::write_with;
use serde_json::json;

/// The tables outside of the catalogue.
async fn tables(url: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let tables = "SELECT schemaname || '.' || tablename FROM pg_tables
                  WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    let tables = client.query(tables, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    drop(client);
    connection.await.unwrap().unwrap();
    tables
}

/// Two servers and a link, and what they are by definition.
async fn begin(store: &Postgres) {
    let defined = write_with(store, |tx| {
        Box::pin(async move {
            let server = NewRow { id: 1, doc: doc(json!({"id": 1, "bk_obj_id": "server"})), keys: Vec::new() };
            tx.insert_many(Table::Models.into(), vec![server]).await?;
            let uses = json!({"id": 2, "bk_obj_asst_id": "uses", "bk_obj_id": "server", "bk_asst_obj_id": "server"});
            let uses = NewRow { id: USES.association, doc: doc(uses), keys: Vec::new() };
            tx.insert_many(Table::ModelAssociations.into(), vec![uses]).await
        })
    });
    defined.await.unwrap();
    let linked = write_with(store, |tx| {
        Box::pin(async move {
            add(tx, SERVERS, doc(json!({"name": "a"}))).await?;
            add(tx, SERVERS, doc(json!({"name": "b"}))).await?;
            link(tx, USES, &[(1, 1)]).await?;
            Ok(())
        })
    });
    linked.await.unwrap();
}

// One test, since all that the database holds is looked at.
#[tokio::test]
async fn measurements_leave_the_database_as_it_was() {
    let url = postgres::server().new_database().url();
    relata_store_postgres::migrate(&Settings::new(&url)).await.unwrap();
    let before = tables(&url).await;

    floor(&url, Rows { pairs: &[(1, 2), (2, 1), (1, 1)], batch: 2, scope: "uses" }).await.unwrap();
    let twice = floor(&url, Rows { pairs: &[(1, 2), (1, 2)], batch: 2, scope: "uses" }).await;
    assert!(twice.is_err());
    assert_eq!(tables(&url).await, before);

    let scratch = Scratch::create(&url).await.unwrap();
    let store = Postgres::open(scratch.url()).await.unwrap();
    begin(&store).await;
    fill(&scratch, Rows { pairs: &[(2, 1)], batch: 2, scope: "uses" }).await.unwrap();
    scratch.vacuum().await.unwrap();
    assert_eq!(store.check().await, Ok(Vec::new()));
    assert!(scratch.bytes().await.unwrap() > 0);
    drop(store);
    scratch.remove().await.unwrap();
    assert_eq!(tables(&url).await, before);
}
