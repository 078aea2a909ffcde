//! What the embedded engine promises beyond the port: files, locks, failures, and a check that finds damage.
#![expect(clippy::unwrap_used, reason = "a test reports by a panic")]

use relata_model::association::Link;
use relata_model::change::{Action, Actor, ChangeSet, LinkRecord, Resource};
use relata_model::filter::Filter;
use relata_model::page::Sort;
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use relata_model::store::{Ends, HopQuery, LinkQuery, NewRow, Query, Space, Step, Store, Table, Tx};
use relata_model::{Code, Error, Map, Result};
use relata_store_embedded::{Embedded, OpenError};
use relata_testkit::{read_with, write_with};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const SERVERS: Space = Space::instances(1);

fn place() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data").join("relata.db");
    (directory, path)
}

fn doc(value: Value) -> Map {
    serde_json::from_value(value).unwrap()
}

async fn add(tx: &mut dyn Tx, space: Space, docs: Vec<Map>) -> Result<i64> {
    let instances = space.table == Table::Instances;
    let sequence = if instances { instance_sequence(space.partition) } else { space.table.name().to_owned() };
    let first = tx.next_ids(&sequence, docs.len() as u64).await?;
    let rows = (first..).zip(docs).map(|(id, doc)| NewRow { id, doc, keys: Vec::new() }).collect();
    tx.insert_many(space, rows).await?;
    Ok(first)
}

async fn users(store: &Embedded) -> u64 {
    let count =
        read_with(store, |tx| Box::pin(async move { tx.count(Table::Users.into(), &Filter::everything()).await }));
    count.await.unwrap()
}

async fn add_user(store: &Embedded) -> Result<i64> {
    write_with(store, |tx| Box::pin(add(tx, Table::Users.into(), vec![Map::new()]))).await
}

const USES: Ends =
    Ends { association: 1, source_model: 1, target_model: 1, one_per_source: false, one_per_target: false };

/// A model `server`, an association `uses` of it with itself, servers 1 to 2000, and server 1 linked to all others.
async fn fill(store: &Embedded) {
    let filled = write_with(store, |tx| {
        Box::pin(async move {
            add(tx, Table::Models.into(), vec![doc(json!({"id": 1, "bk_obj_id": "server"}))]).await?;
            let uses = json!({"id": 1, "bk_obj_asst_id": "uses", "bk_obj_id": "server", "bk_asst_obj_id": "server"});
            add(tx, Table::ModelAssociations.into(), vec![doc(uses)]).await?;
            add(tx, SERVERS, (1..=2000).map(|id| doc(json!({"bk_inst_id": id}))).collect()).await?;
            let first = tx.next_ids(LINK_SEQUENCE, 1999).await?;
            let links: Vec<Link> =
                (first..).zip(2..=2000).map(|(id, target)| Link { id, association: 1, source: 1, target }).collect();
            tx.insert_links(USES, &links).await?;
            tx.append_changes(vec![links_created(&links)]).await
        })
    });
    filled.await.unwrap();
}

fn links_created(links: &[Link]) -> ChangeSet {
    let records: Vec<_> = links.iter().map(|it| LinkRecord(it.id, it.source, it.target)).collect();
    ChangeSet {
        seq: 0,
        count: i64::try_from(links.len()).unwrap(),
        time: 1_700_000_000_000,
        actor: Actor::default(),
        resource: Resource::Link,
        action: Action::Create,
        scope: "uses".to_owned(),
        subjects: Vec::new(),
        data: serde_json::to_string(&records).unwrap(),
    }
}

#[tokio::test]
async fn a_second_process_is_kept_out_until_the_first_is_done() {
    let (_directory, path) = place();
    let store = Embedded::open(&path).unwrap();
    assert!(matches!(Embedded::open(&path), Err(OpenError::InUse(_))));
    drop(store);
    Embedded::open(&path).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_follow_without_a_gap_also_after_failures_and_reopening() {
    let (_directory, path) = place();
    for expected in 1..=3 {
        let store = Embedded::open(&path).unwrap();
        let failed = write_with(&store, |tx| {
            Box::pin(async move {
                add(tx, Table::Users.into(), vec![Map::new(); 5]).await?;
                Err::<(), _>(Error::new(Code::Duplicate))
            })
        });
        failed.await.unwrap_err();
        assert_eq!(add_user(&store).await, Ok(expected));
    }
}

#[tokio::test]
async fn foreign_and_newer_files_are_refused_and_left_alone() {
    let (directory, path) = place();
    let text = directory.path().join("notes.txt");
    std::fs::write(&text, "not a database, and longer than the header of one would be: ".repeat(20)).unwrap();
    let before = std::fs::read(&text).unwrap();
    assert!(matches!(Embedded::open(&text), Err(OpenError::NotAStore(_))));
    assert_eq!(std::fs::read(&text).unwrap(), before);

    let foreign = directory.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE mine (id)").unwrap();
    assert!(matches!(Embedded::open(&foreign), Err(OpenError::NotAStore(_))));

    drop(Embedded::open(&path).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 1000).unwrap();
    assert!(matches!(Embedded::open(&path), Err(OpenError::Newer { found: 1000, .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_directory, path) = place();
    let store = Embedded::open(&path).unwrap();
    add_user(&store).await.unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

/// The failure is provoked by a reference that is checked at the commit only.
#[tokio::test]
async fn a_commit_that_fails_changes_nothing_and_the_next_one_works() {
    let (_directory, path) = place();
    drop(Embedded::open(&path).unwrap());
    let breaks = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER breaks AFTER INSERT ON tokens BEGIN INSERT INTO child VALUES (new.id); END";
    Connection::open(&path).unwrap().execute_batch(breaks).unwrap();
    let store = Embedded::open(&path).unwrap();
    fill(&store).await;
    let lost = write_with(&store, |tx| {
        Box::pin(async move {
            let server = add(tx, SERVERS, vec![Map::new()]).await?;
            let link = Link { id: tx.next_ids(LINK_SEQUENCE, 1).await?, association: 1, source: server, target: 1 };
            tx.insert_links(USES, &[link]).await?;
            tx.append_changes(vec![links_created(&[link])]).await?;
            add(tx, Table::Tokens.into(), vec![Map::new()]).await
        })
    });
    assert_eq!(lost.await.unwrap_err().code, Code::Unavailable);
    let figures = |store: &Embedded| {
        let wanted = ["links", "instances", "changes", "write_queue"];
        let figures = store.figures().into_iter().filter(|(name, _)| wanted.contains(name));
        figures.map(|(_, value)| value).collect::<Vec<_>>()
    };
    assert_eq!(figures(&store), [1999.0, 2000.0, 1999.0, 0.0]);
    assert_eq!(store.check().await, Ok(Vec::new()));
    assert_eq!(add_user(&store).await, Ok(1));
    assert_eq!(users(&store).await, 1);
}

#[tokio::test]
async fn a_panic_ends_the_work_and_nothing_else() {
    let (_directory, path) = place();
    let store = Embedded::open(&path).unwrap();
    let write = write_with::<(), _>(&store, |tx| {
        Box::pin(async move {
            add(tx, Table::Users.into(), vec![Map::new()]).await?;
            panic!("on purpose");
        })
    });
    assert_eq!(write.await.unwrap_err().code, Code::Internal);
    let read = read_with::<(), _>(&store, |_| Box::pin(async move { panic!("on purpose") }));
    assert_eq!(read.await.unwrap_err().code, Code::Internal);
    assert_eq!(users(&store).await, 0);
    assert_eq!(add_user(&store).await, Ok(1));
    assert_eq!(users(&store).await, 1);
}

#[tokio::test]
async fn a_work_that_overlooks_a_failed_change_fails_all_the_same() {
    let (_directory, path) = place();
    let store = Embedded::open(&path).unwrap();
    let overlooked = write_with(&store, |tx| {
        Box::pin(async move {
            let rows = [1, 2, 1].map(|id| NewRow { id, doc: Map::new(), keys: Vec::new() });
            let _overlooked: Result<()> = tx.insert_many(Table::Users.into(), rows.to_vec()).await;
            Ok(())
        })
    });
    assert!(overlooked.await.unwrap_err().is_conflict());
    assert_eq!(users(&store).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_work_does_not_take_others_of_its_group_along() {
    let (_directory, path) = place();
    let store = Arc::new(Embedded::open(&path).unwrap());
    fill(&store).await;
    let works: Vec<_> = (0..200)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                write_with(&*store, move |tx| {
                    Box::pin(async move {
                        let server = add(tx, SERVERS, vec![Map::new()]).await?;
                        let id = tx.next_ids(LINK_SEQUENCE, 1).await?;
                        let link = Link { id, association: 1, source: server, target: 1 };
                        tx.insert_links(USES, &[link]).await?;
                        tx.append_changes(vec![links_created(&[link])]).await?;
                        if number % 3 == 0 { Err(Error::new(Code::Duplicate)) } else { Ok(()) }
                    })
                })
                .await
            })
        })
        .collect();
    let mut done = 0;
    for work in works {
        done += u64::from(work.await.unwrap().is_ok());
    }
    assert_eq!(done, 133);
    let counted = read_with(&*store, |tx| {
        Box::pin(async move {
            let to_first = LinkQuery { associations: vec![1], targets: Some(vec![1]), ..LinkQuery::default() };
            Ok((tx.count(SERVERS, &Filter::everything()).await?, tx.count_links(&to_first).await?))
        })
    });
    assert_eq!(counted.await, Ok((2000 + done, done)));
    assert_eq!(store.check().await, Ok(Vec::new()));
}

#[tokio::test]
async fn pages_by_id_are_right_whether_documents_repeat_it_or_not() {
    const RACKS: Space = Space::instances(2);
    let (_directory, path) = place();
    let store = Embedded::open(&path).unwrap();
    fill(&store).await;
    write_with(&store, |tx| Box::pin(add(tx, RACKS, vec![Map::new(); 4]))).await.unwrap();
    let page = |space, descending, filter: Filter| {
        let sort = vec![Sort { field: "bk_inst_id".to_owned(), descending }];
        let query = Query { sort, start: 1, limit: Some(2), ..Query::new(space, filter) };
        let found = read_with(&store, move |tx| {
            let query = query.clone();
            Box::pin(async move { tx.find(&query).await })
        });
        async move { found.await.unwrap().into_iter().map(|row| row.id).collect::<Vec<_>>() }
    };
    assert_eq!(page(SERVERS, false, Filter::everything()).await, [2, 3]);
    assert_eq!(page(SERVERS, true, Filter::everything()).await, [1999, 1998]);
    assert_eq!(page(SERVERS, true, Filter::one_of("bk_inst_id", [7, 5, 9])).await, [7, 5]);
    assert_eq!(page(RACKS, false, Filter::everything()).await, [2, 3]);
    assert_eq!(page(RACKS, true, Filter::everything()).await, [2, 3]);
}

#[tokio::test]
async fn the_check_finds_what_is_damaged() {
    let (_directory, path) = place();
    let store = Embedded::open(&path).unwrap();
    fill(&store).await;
    assert_eq!(store.check().await, Ok(Vec::new()));
    let damage = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    damage("DELETE FROM links WHERE id = 5");
    let found = store.check().await.unwrap();
    assert!(found.iter().any(|problem| problem.contains("memory holds 1999 links and the file 1998")), "{found:?}");
    drop(store);
    damage(
        "INSERT INTO links VALUES (3000, 1, 1, 7);
         UPDATE links SET target = 2100 WHERE id = 8;
         INSERT INTO unique_keys VALUES (-12, x'00', 77), (3, x'00', 5000);
         INSERT INTO change_subjects VALUES (77, 1);
         UPDATE changes SET seq = 4, subjects = '[5]';",
    );
    let found = Embedded::open(&path).unwrap().check().await.unwrap();
    for problem in [
        "Link 3000 has no record in the log.",
        "Link 5 of the log is not there and was not deleted.",
        "Id 3000 is beyond the sequence links.",
        "link the same pair",
        "The target 2100 of link 8 does not exist.",
        "A key of rule -12 points to row 77, which does not exist.",
        "A key of rule 3 points to row 5000, which does not exist.",
        "Set 4 of the log does not follow the one before it.",
        "Set 4 of the log changes 5, but is not found by it.",
        "Set 1 of the log changes 77, but is found by it, and should not be.",
    ] {
        assert!(found.iter().any(|found| found.contains(problem)), "{problem} is not among {found:?}");
    }
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_given_up_and_the_next_one_is_served() {
    let (_directory, path) = place();
    let store = Embedded::open_for(&path, Duration::ZERO).unwrap();
    fill(&store).await;
    let tags = Filter::equal("tag", "none");
    let scan = read_with(&store, move |tx| {
        let tags = tags.clone();
        Box::pin(async move { tx.count(SERVERS, &tags).await })
    });
    assert_eq!(scan.await.unwrap_err().code, Code::ReadTooLong);
    let from = vec![(Step { association: 1, forward: true }, vec![1])];
    let walk = read_with(&store, move |tx| {
        let query = HopQuery { from: from.clone(), per_node: None };
        Box::pin(async move { tx.hop(&query).await })
    });
    assert_eq!(walk.await.unwrap_err().code, Code::ReadTooLong);
    assert_eq!(users(&store).await, 0);
}
