//! Documents: insert, get, find, count, replace, delete.

use super::TestStore;
use super::world::{RACKS, SERVERS, add, add_many, doc, put, remove};
use relata_model::filter::{Filter, Groups, Order, Test};
use relata_model::page::Sort;
use relata_model::store::{NewRow, Query, Remove, Replace, Row, Space, Table};
use relata_model::{Map, Result};
use serde_json::{Value, json};

/// Inserts documents with the ids 1, 2, 3 … into a space without others.
async fn fill(store: &TestStore, space: Space, docs: Vec<Value>) {
    let filled = store.write(move |tx| {
        let docs = docs.clone();
        Box::pin(async move {
            let first = tx.next_ids(&super::world::sequence(space), docs.len() as u64).await?;
            assert_eq!(first, 1);
            let rows = (first..).zip(docs).map(|(id, it)| NewRow { id, doc: doc(it), keys: Vec::new() });
            tx.insert_many(space, rows.collect()).await
        })
    });
    filled.await.unwrap();
}

async fn find(store: &TestStore, query: Query) -> Vec<Row> {
    store
        .read(move |tx| {
            let query = query.clone();
            Box::pin(async move { tx.find(&query).await })
        })
        .await
        .unwrap()
}

async fn get(store: &TestStore, space: Space, ids: &'static [i64]) -> Vec<Row> {
    store.read(move |tx| Box::pin(async move { tx.get_many(space, ids).await })).await.unwrap()
}

/// The ids that a sort order such as `a,-b` gives, from the servers that the filter matches.
async fn sorted(store: &TestStore, sort: &str, filter: Filter) -> Vec<i64> {
    let sort = relata_model::page::Page { sort: sort.to_owned(), ..Default::default() }.sort();
    ids(&find(store, Query { sort, ..Query::new(SERVERS, filter) }).await)
}

fn ids(rows: &[Row]) -> Vec<i64> {
    rows.iter().map(|row| row.id).collect()
}

/// Whatever JSON can say comes back as it was written, at revision 1.
pub async fn documents_come_back_as_they_were_written(store: &mut TestStore) {
    let docs = vec![
        json!({}),
        json!({"text": "", "unicode": "机架 \u{0} \u{1F600} é", "quote": "'\"\\%_"}),
        json!({"null": null, "yes": true, "no": false, "": "empty name", "a.b": "dotted name"}),
        json!({"min": i64::MIN, "max": i64::MAX, "unsigned": u64::MAX, "fraction": 0.1, "tiny": -1.5e-300, "whole": 2.0}),
        json!({"deep": {"list": [1, "2", [3, {"four": []}], {}]}}),
        json!({"long": "x".repeat(1_000_000)}),
    ];
    fill(store, SERVERS, docs.clone()).await;
    let expected: Vec<Row> = (1..).zip(docs).map(|(id, it)| Row { id, revision: 1, doc: doc(it) }).collect();
    assert_eq!(get(store, SERVERS, &[1, 2, 3, 4, 5, 6]).await, expected);
    assert_eq!(find(store, Query::new(SERVERS, Filter::everything())).await, expected);
}

/// Rows are found by id in ascending order, each once, whatever the order of the ids asked for.
pub async fn get_many_answers_rows_that_exist_once_by_ascending_id(store: &mut TestStore) {
    fill(store, SERVERS, vec![json!({}); 5]).await;
    assert_eq!(ids(&get(store, SERVERS, &[5, 2, 99, 2, 1, -1, 5, 0]).await), [1, 2, 5]);
    assert_eq!(get(store, SERVERS, &[]).await, []);
}

/// Ids come with the revisions that the rows have, also those of changes in the same transaction.
pub async fn revisions_tell_which_rows_have_changed(store: &mut TestStore) {
    fill(store, SERVERS, vec![json!({}); 3]).await;
    let changed = store.write(|tx| {
        Box::pin(async move {
            let doc = doc(json!({"a": 1}));
            let row = Replace { id: 2, revision: 1, doc, drop_keys: Vec::new(), take_keys: Vec::new() };
            tx.replace_many(SERVERS, vec![row]).await?;
            tx.delete_many(SERVERS, vec![Remove { id: 3, keys: Vec::new() }]).await?;
            tx.revisions(SERVERS).await
        })
    });
    let changed = changed.await.unwrap();
    assert_eq!(changed.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [1, 2]);
    assert!(changed[0].1 == 1 && changed[1].1 > 1);
    let rows = get(store, SERVERS, &[1, 2]).await;
    assert_eq!(rows.iter().map(|row| (row.id, row.revision)).collect::<Vec<_>>(), changed);
    let read = store.read(|tx| Box::pin(async move { tx.revisions(RACKS).await }));
    assert_eq!(read.await.unwrap(), []);
}

/// The same id in another model or table is another row.
pub async fn spaces_are_apart(store: &mut TestStore) {
    let spaces: Vec<Space> =
        Table::ALL.iter().filter(|table| **table != Table::Instances).map(|table| Space::from(*table)).collect();
    let spaces = [vec![SERVERS, RACKS, Space::instances(i64::from(u32::MAX) + 1)], spaces].concat();
    for (place, space) in spaces.iter().enumerate() {
        fill(store, *space, vec![json!({"place": place})]).await;
    }
    for (place, space) in spaces.iter().enumerate() {
        let expected = [Row { id: 1, revision: 1, doc: doc(json!({"place": place})) }];
        assert_eq!(get(store, *space, &[1]).await, expected);
        assert_eq!(find(store, Query::new(*space, Filter::everything())).await, expected);
    }
    let space = spaces[0];
    store.write(move |tx| Box::pin(async move { remove(tx, space, 1).await })).await.unwrap();
    assert_eq!(get(store, spaces[0], &[1]).await, []);
    assert_eq!(ids(&get(store, spaces[1], &[1]).await), [1]);
}

/// An id that a row of the space has, or one before it in the call, is a conflict.
pub async fn an_id_that_is_taken_is_a_conflict(store: &mut TestStore) {
    fill(store, SERVERS, vec![json!({"name": "first"})]).await;
    for taken in [vec![1], vec![2, 2], vec![2, 1]] {
        let refused = store.write(move |tx| {
            let rows = taken.iter().map(|id| NewRow { id: *id, doc: Map::new(), keys: Vec::new() }).collect();
            Box::pin(async move {
                tx.next_ids("instances/1", 1).await?;
                tx.insert_many(SERVERS, rows).await
            })
        });
        assert!(refused.await.unwrap_err().is_conflict());
    }
    let rows = find(store, Query::new(SERVERS, Filter::everything())).await;
    assert_eq!(rows, [Row { id: 1, revision: 1, doc: doc(json!({"name": "first"})) }]);
}

/// A replaced row has the new document only, and the next revision.
pub async fn replacing_moves_the_revision(store: &mut TestStore) {
    fill(store, SERVERS, vec![json!({"a": 1}), json!({"a": 2}), json!({"a": 3})]).await;
    let replaced = store.write(|tx| {
        Box::pin(async move {
            let row = |id, n| replace(id, 1, json!({"b": n}));
            tx.replace_many(SERVERS, vec![row(3, 30), row(1, 10)]).await?;
            put(tx, SERVERS, 1, doc(json!({"b": 11}))).await
        })
    });
    replaced.await.unwrap();
    let row = |id, revision, it| Row { id, revision, doc: doc(it) };
    let expected = [row(1, 3, json!({"b": 11})), row(2, 1, json!({"a": 2})), row(3, 2, json!({"b": 30}))];
    assert_eq!(get(store, SERVERS, &[1, 2, 3]).await, expected);
}

fn replace(id: i64, revision: i64, it: Value) -> Replace {
    Replace { id, revision, doc: doc(it), drop_keys: Vec::new(), take_keys: Vec::new() }
}

/// Another revision than the one that was read is a conflict, older or newer, and so is a row that is gone.
pub async fn replacing_what_has_changed_is_a_conflict(store: &mut TestStore) {
    fill(store, SERVERS, vec![json!({}), json!({}), json!({})]).await;
    let prepared = store.write(|tx| {
        Box::pin(async move {
            put(tx, SERVERS, 1, doc(json!({"kept": true}))).await?;
            remove(tx, SERVERS, 3).await
        })
    });
    prepared.await.unwrap();
    for (id, revision) in [(1, 1), (1, 3), (3, 1), (4, 1)] {
        let refused = store.write(move |tx| {
            let rows = vec![replace(2, 1, json!({"lost": true})), replace(id, revision, json!({"lost": true}))];
            Box::pin(async move { tx.replace_many(SERVERS, rows).await })
        });
        assert!(refused.await.unwrap_err().is_conflict(), "row {id} at revision {revision}");
    }
    let rows = get(store, SERVERS, &[1, 2]).await;
    assert_eq!(rows.into_iter().map(|row| row.doc).collect::<Vec<_>>(), [doc(json!({"kept": true})), Map::new()]);
}

/// A deleted row is gone; deleting what is gone is a conflict. An id may come again as a new row.
pub async fn deleting_what_is_gone_is_a_conflict(store: &mut TestStore) {
    fill(store, SERVERS, vec![json!({}), json!({}), json!({})]).await;
    let delete = |ids: &'static [i64]| {
        store.write(move |tx| {
            let rows = ids.iter().map(|id| Remove { id: *id, keys: Vec::new() }).collect();
            Box::pin(async move { tx.delete_many(SERVERS, rows).await })
        })
    };
    delete(&[3, 1]).await.unwrap();
    assert_eq!(ids(&get(store, SERVERS, &[1, 2, 3]).await), [2]);
    assert!(delete(&[2, 3]).await.unwrap_err().is_conflict());
    assert!(delete(&[4]).await.unwrap_err().is_conflict());
    assert_eq!(ids(&find(store, Query::new(SERVERS, Filter::everything())).await), [2]);
    let again = NewRow { id: 1, doc: Map::new(), keys: Vec::new() };
    let again = store.write(move |tx| {
        let row = again.clone();
        Box::pin(async move { tx.insert_many(SERVERS, vec![row]).await })
    });
    again.await.unwrap();
    assert_eq!(get(store, SERVERS, &[1]).await[0].revision, 1);
}

/// `find` and `count` agree with the one evaluator on every kind of test.
pub async fn find_and_count_agree_with_the_evaluator(store: &mut TestStore) {
    let docs = vec![
        json!({"name": "a", "n": 1, "tags": ["x", "y"], "spec": {"cpu": 8}, "parts": [{"size": 1}, {"size": 5}]}),
        json!({"name": "A", "n": 1.0, "tags": [], "spec": {"cpu": 16}, "on": true}),
        json!({"name": "b%_'\"", "n": -3.5, "tags": "x", "spec": null, "on": false}),
        json!({"name": null, "n": "1", "tags": [["x", "y"]], "spec": [{"cpu": 8}]}),
        json!({"n": 9_007_199_254_740_993_i64, "tags": [null], "on": "true"}),
        json!({"name": "é", "n": u64::MAX, "tags": {"x": "y"}, "spec": {"cpu": "8"}, "spec.cpu": 1}),
    ];
    fill(store, SERVERS, docs.clone()).await;
    let field = |name: &str, test| Filter::Field { field: name.to_owned(), test };
    let pattern = |text: &str| Test::Pattern(regex::Regex::new(text).unwrap());
    let mut filters = vec![
        Filter::everything(),
        Filter::Any(Vec::new()),
        Filter::Not(Box::new(Filter::equal("name", "a"))),
        Filter::equal("name", "a").and(Filter::equal("n", 1)),
        Filter::Any(vec![Filter::equal("name", "A"), Filter::equal("n", "1")]),
        Filter::one_of("name", Vec::<Value>::new()),
        Filter::one_of("n", [json!(1), json!("1"), json!(null)]),
        Filter::one_of("tags", [json!("x"), json!([])]),
        field("name", pattern("(?i)^a$")),
        field("name", pattern("%_'")),
        field("tags", pattern("x")),
        field("name", Test::Exists),
        field("spec.cpu", Test::Exists),
        field("tags", Test::Size(0)),
        field("tags", Test::Size(2)),
        field("tags", Test::HasAll(vec![json!("y"), json!("x")])),
        field("parts", Test::Element(Box::new(Filter::equal("element.size", 5)))),
        field("spec", Test::Object(Box::new(Filter::equal("cpu", 8)))),
    ];
    let values = [json!(null), json!(1), json!("1"), json!("a"), json!(true), json!(8.0), json!(["x", "y"]), json!({})];
    for name in ["name", "n", "tags", "spec", "spec.cpu", "on", "missing"] {
        for value in &values {
            filters.push(Filter::equal(name, value.clone()));
            for order in [Order::Less, Order::LessOrEqual, Order::Greater, Order::GreaterOrEqual] {
                filters.push(field(name, Test::Compare(order, value.clone())));
            }
        }
    }
    for filter in filters {
        let expected = matching(&docs, &filter);
        assert_eq!(count(store, &filter).await, expected.len() as u64, "{filter:?}");
        assert_eq!(ids(&find(store, Query::new(SERVERS, filter.clone())).await), expected, "{filter:?}");
    }
}

/// A filter that pins the field of the id may be answered by id, and finds what the evaluator finds: rows whose document
/// repeats the id there, or has no such field.
pub async fn pinning_the_id_finds_what_the_evaluator_finds(store: &mut TestStore) {
    let named = Table::Instances.id_field();
    let docs: Vec<Value> = (1..=6).map(|id| if id < 5 { json!({named: id, "n": id % 2}) } else { json!({}) }).collect();
    fill(store, SERVERS, docs.clone()).await;
    let mut filters = Vec::new();
    let values = [
        json!(2),
        json!(2.0),
        json!(2.5),
        json!("2"),
        json!(null),
        json!(true),
        json!([2]),
        json!(-1),
        json!(u64::MAX),
    ];
    for value in values {
        filters.push(Filter::equal(named, value.clone()));
        filters.push(Filter::equal("n", 1).and(Filter::one_of(named, [value.clone(), json!(1), json!(1)])));
        filters.push(Filter::Not(Box::new(Filter::equal(named, value.clone()))));
        filters.push(Filter::Any(vec![Filter::equal(named, value.clone()), Filter::equal("n", 0)]));
        filters.push(Filter::one_of(named, [json!(4), value.clone()]).and(Filter::equal(named, value)));
    }
    for filter in filters {
        let expected = matching(&docs, &filter);
        assert_eq!(count(store, &filter).await, expected.len() as u64, "{filter:?}");
        assert_eq!(ids(&find(store, Query::new(SERVERS, filter.clone())).await), expected, "{filter:?}");
        let page = Query { start: 1, limit: Some(1), ..Query::new(SERVERS, filter.clone()) };
        assert_eq!(ids(&find(store, page).await), expected.get(1..2).unwrap_or_default(), "{filter:?}");
    }
}

/// The ids of the documents, from 1 on, that a filter matches.
fn matching(docs: &[Value], filter: &Filter) -> Vec<i64> {
    (1..).zip(docs).filter(|(_, it)| filter.matches(&doc((*it).clone()))).map(|(id, _)| id).collect()
}

async fn count(store: &TestStore, filter: &Filter) -> u64 {
    let filter = filter.clone();
    let count = store.read(move |tx| {
        let filter = filter.clone();
        Box::pin(async move { tx.count(SERVERS, &filter).await })
    });
    count.await.unwrap()
}

/// `count_by` agrees with what the rows that are found have.
pub async fn rows_are_counted_by_the_value_of_a_field(store: &mut TestStore) {
    let docs = vec![
        json!({"v": "a", "n": 1}),
        json!({"v": "b", "n": 1.0}),
        json!({"v": "a", "n": [1, 2, 2]}),
        json!({"v": "\u{0}", "n": []}),
        json!({"v": null, "n": u64::MAX}),
        json!({"n": true}),
        json!({"v": "é", "n": {"deep": [1]}}),
        json!({"v": "A", "n": 0.1}),
    ];
    fill(store, SERVERS, docs.clone()).await;
    let pattern = Test::Pattern(regex::Regex::new("(?i)^a").unwrap());
    let filters = [
        Filter::everything(),
        Filter::equal("v", "a"),
        Filter::one_of(Table::Instances.id_field(), [1, 2]),
        Filter::Field { field: "v".to_owned(), test: pattern },
        Filter::Any(Vec::new()),
    ];
    for filter in filters {
        for field in ["v", "n", "missing", "\u{0}", ""] {
            let mut expected = Groups::new(field);
            for id in matching(&docs, &filter) {
                expected.add(&doc(docs[usize::try_from(id - 1).unwrap()].clone()));
            }
            let asked = filter.clone();
            let counted = store.read(move |tx| {
                let filter = asked.clone();
                Box::pin(async move { tx.count_by(SERVERS, &filter, field).await })
            });
            assert_eq!(counted.await.unwrap(), expected.into_counts(), "{field:?} {filter:?}");
        }
    }
}

/// Missing and null come first, then numbers by value, texts by bytes, objects, arrays, truth values; equals by id.
pub async fn sorting_puts_kinds_and_values_in_order(store: &mut TestStore) {
    let values = [
        json!({"v": true}),
        json!({"v": [1]}),
        json!({"v": {"a": 1}}),
        json!({"v": "b"}),
        json!({"v": "B"}),
        json!({"v": "é"}),
        json!({"v": ""}),
        json!({"v": 10}),
        json!({"v": 9.5}),
        json!({"v": -1}),
        json!({"v": null}),
        json!({}),
        json!({"v": false}),
        json!({"v": "10"}),
        json!({"v": "b"}),
        json!({"v": 10.0}),
    ];
    fill(store, SERVERS, values.to_vec()).await;
    let up = [11, 12, 10, 9, 8, 16, 7, 14, 5, 4, 15, 6, 3, 2, 13, 1];
    let down = [1, 13, 2, 3, 6, 4, 15, 5, 14, 7, 8, 16, 9, 10, 11, 12];
    assert_eq!(sorted(store, "v", Filter::everything()).await, up);
    assert_eq!(sorted(store, "-v", Filter::everything()).await, down);
    assert_eq!(sorted(store, "", Filter::everything()).await, (1..=16).collect::<Vec<i64>>());
    assert_eq!(sorted(store, "-missing", Filter::everything()).await, (1..=16).collect::<Vec<i64>>());
}

/// The second field decides where the first is equal, each in its own direction; dots reach into objects.
pub async fn sorting_by_several_fields(store: &mut TestStore) {
    let row = |a: &str, b: i64| json!({"a": a, "b": {"c": b}});
    fill(store, SERVERS, vec![row("x", 1), row("y", 2), row("x", 2), row("y", 1), row("x", 1)]).await;
    assert_eq!(sorted(store, "a,b.c", Filter::everything()).await, [1, 5, 3, 4, 2]);
    assert_eq!(sorted(store, "-a,b.c", Filter::everything()).await, [4, 2, 1, 5, 3]);
    assert_eq!(sorted(store, "a,-b.c", Filter::everything()).await, [3, 1, 5, 2, 4]);
    assert_eq!(sorted(store, "-b.c", Filter::equal("a", "x")).await, [3, 1, 5]);
}

/// Pages cut the filtered, sorted rows; together they are all rows.
pub async fn pages_cut_the_sorted_rows(store: &mut TestStore) {
    fill(store, SERVERS, (0..10).map(|n| json!({"n": n % 3, "odd": n % 2 == 1})).collect()).await;
    let by_n = || vec![Sort { field: "n".to_owned(), descending: true }];
    for (filter, sort) in [
        (Filter::everything(), Vec::new()),
        (Filter::everything(), by_n()),
        (Filter::equal("odd", true), Vec::new()),
        (Filter::equal("odd", true), by_n()),
    ] {
        let query = Query { sort, ..Query::new(SERVERS, filter) };
        let all = ids(&find(store, query.clone()).await);
        for after in 0..12 {
            let expected: Vec<i64> = all.iter().copied().filter(|id| *id > after).skip(1).take(3).collect();
            let query = Query { after, start: 1, limit: Some(3), ..query.clone() };
            assert_eq!(ids(&find(store, query).await), expected, "after {after}");
        }
        for start in 0..12 {
            for limit in [None, Some(0), Some(1), Some(3), Some(20), Some(u64::MAX)] {
                let page = ids(&find(store, Query { start, limit, ..query.clone() }).await);
                let rest = all.iter().copied().skip(usize::try_from(start).unwrap());
                let expected: Vec<i64> = rest.take(limit.map_or(99, |limit| limit.min(99) as usize)).collect();
                assert_eq!(page, expected, "start {start}, limit {limit:?} of {query:?}");
            }
        }
        assert_eq!(find(store, Query { start: u64::MAX, ..query }).await, []);
    }
}

/// Batches far beyond what fits one statement of an engine.
pub async fn large_batches_work(store: &mut TestStore) {
    let done = store.write(|tx| {
        Box::pin(async move {
            let ids = add_many(tx, SERVERS, 3_000).await?;
            let rows = ids.iter().map(|id| replace(*id, 1, json!({"new": true})));
            tx.replace_many(SERVERS, rows.collect()).await?;
            let wanted: Vec<i64> = (-20_000..=20_000).rev().collect();
            assert_eq!(tx.get_many(SERVERS, &wanted).await?.len(), 3_000);
            let rows = ids.iter().skip(10).map(|id| Remove { id: *id, keys: Vec::new() });
            tx.delete_many(SERVERS, rows.collect()).await?;
            let many = Filter::one_of("new", (0..5_000).map(Value::from).chain([Value::from(true)]));
            tx.count(SERVERS, &many).await
        })
    });
    assert_eq!(done.await, Ok(10));
}

/// Empty batches are fine and do nothing.
pub async fn empty_batches_do_nothing(store: &mut TestStore) {
    let done: Result<()> = store
        .write(|tx| {
            Box::pin(async move {
                let before = tx.meta_revision().await?;
                tx.insert_many(Table::Models.into(), Vec::new()).await?;
                tx.replace_many(Table::Models.into(), Vec::new()).await?;
                tx.delete_many(Table::Models.into(), Vec::new()).await?;
                tx.insert_keys(Vec::new()).await?;
                tx.insert_links(super::world::USES, &[]).await?;
                tx.delete_links(&[]).await?;
                tx.append_changes(Vec::new()).await?;
                assert_eq!(tx.find_keys(&[]).await?, []);
                assert_eq!(tx.link_facts(super::world::USES, &[]).await?, []);
                assert_eq!(tx.meta_revision().await?, before);
                add(tx, SERVERS, Map::new()).await.map(drop)
            })
        })
        .await;
    done.unwrap();
}
