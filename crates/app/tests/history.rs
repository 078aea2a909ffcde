//! What became of instances and their links.

use super::follower::settled;
use super::harness;
use super::instances::{association, model, named};
use relata_testkit::Harness;
use serde_json::{Value, json};

async fn link(it: &Harness, source: i64, target: i64) -> Value {
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": source, "bk_asst_inst_id": target});
    it.ok("add_instance_association", pair).await["id"].clone()
}

async fn rename(it: &Harness, id: i64, name: &str) {
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": id, "bk_inst_name": name})).await;
}

/// The time `minutes` after the beginning and half a minute.
fn at(minutes: i64) -> String {
    let start: jiff::Timestamp = relata_testkit::app::START.parse().unwrap();
    (start + jiff::SignedDuration::from_secs(minutes * 60 + 30)).to_string()
}

/// Minute by minute: app a is created (0), linked with node n (1), renamed b (2), linked with node m (3), unlinked from n
/// (4), renamed c (5). Other instances have links, too.
async fn apps() -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    model(&it, "node").await;
    association(&it, "app", "node", "n:n").await;
    named(&it, "node", &["n", "m"]).await;
    named(&it, "app", &["a", "other"]).await;
    it.clock.advance(60);
    let first = link(&it, 1, 1).await;
    link(&it, 2, 1).await;
    it.clock.advance(60);
    rename(&it, 1, "b").await;
    it.clock.advance(60);
    link(&it, 1, 2).await;
    it.clock.advance(60);
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": first})).await;
    it.clock.advance(60);
    rename(&it, 1, "c").await;
    settled(&it.app).await;
    it
}

fn short(change: &Value) -> String {
    [&change["action"], &change["resource"]].map(|it| it.as_str().unwrap()).join(" ")
}

#[tokio::test]
async fn a_history_holds_the_changes_of_an_instance_and_of_its_links_newest_first() {
    let it = apps().await;
    let all = it.ok("read_history", json!({"model": "app", "id": "1"})).await;
    let expected = [
        "update model_instance",
        "delete instance_association",
        "create instance_association",
        "update model_instance",
        "create instance_association",
        "create model_instance",
    ];
    let shown: Vec<String> = all["changes"].as_array().unwrap().iter().map(short).collect();
    assert_eq!((shown, &all["before"]), (expected.map(str::to_owned).to_vec(), &Value::Null));
    for limit in 1..=3 {
        let (mut paged, mut before) = (Vec::new(), Value::Null);
        loop {
            let page = it.ok("read_history", json!({"model": "app", "id": 1, "limit": limit, "before": before})).await;
            paged.extend(page["changes"].as_array().unwrap().clone());
            before = page["before"].clone();
            if before.is_null() {
                break;
            }
        }
        assert_eq!(Value::from(paged), all["changes"], "limit {limit}");
    }
    // The other end sees the same links.
    let node = it.ok("read_history", json!({"model": "node", "id": 2})).await;
    let shown: Vec<String> = node["changes"].as_array().unwrap().iter().map(short).collect();
    assert_eq!(shown, ["create instance_association", "create model_instance"]);
    assert_eq!(it.refused("read_history", json!({"model": "app", "id": 1, "limit": 201})).await, 1_199_059);
    assert_eq!(it.refused("read_history", json!({"model": "app", "id": "x"})).await, 1_199_006);
}

#[tokio::test]
async fn an_instance_and_its_links_are_shown_as_they_were() {
    let it = apps().await;
    let mut told = Vec::new();
    for minutes in 0..6 {
        let then = it.ok("read_instance_at", json!({"model": "app", "id": 1, "at": at(minutes)})).await;
        let targets: Vec<&Value> = then["links"].as_array().unwrap().iter().map(|link| &link["target"]).collect();
        told.push(format!("{} {targets:?}", then["instance"]["bk_inst_name"].as_str().unwrap()));
    }
    let n = "Number(1)";
    let m = "Number(2)";
    let expected = [
        "a []".to_owned(),
        format!("a [{n}]"),
        format!("b [{n}]"),
        format!("b [{n}, {m}]"),
        format!("b [{m}]"),
        format!("c [{m}]"),
    ];
    assert_eq!(told, expected);
    let now = it.ok("read_instance_at", json!({"model": "app", "id": 1})).await;
    assert_eq!(now, it.ok("read_instance_at", json!({"model": "app", "id": 1, "at": at(5)})).await);
    for (id, when) in [(1, "2020-01-01 00:00:00".to_owned()), (99, at(5))] {
        assert_eq!(it.refused("read_instance_at", json!({"model": "app", "id": id, "at": when})).await, 1_101_003);
    }
    assert_eq!(it.refused("read_instance_at", json!({"model": "app", "id": 1, "at": "then"})).await, 1_199_006);
}

#[tokio::test]
async fn two_times_differ_in_fields_and_links() {
    let it = apps().await;
    let between = json!({"model": "app", "id": 1, "from": at(1), "to": at(4)});
    let diff = it.ok("read_instance_diff", between).await;
    assert_eq!((&diff["happened"], &diff["changed"]["bk_inst_name"]), (&json!("updated"), &json!(["a", "b"])));
    let targets =
        |of: &str| diff["links"][of].as_array().unwrap().iter().map(|it| it["target"].clone()).collect::<Vec<_>>();
    assert_eq!((targets("added"), targets("removed")), (vec![json!(2)], vec![json!(1)]));
    let all = it.ok("read_model_diff", json!({"model": "app", "from": "2020-01-01 00:00:00"})).await;
    assert_eq!((&all["count"], &all["instances"][0]["happened"]), (&json!(2), &json!("created")));
    let later = it.ok("read_model_diff", json!({"model": "app", "from": at(0), "to": at(4)})).await;
    assert_eq!(
        json!([later["count"], later["instances"][0]["id"], later["instances"][0]["changed"]["bk_inst_name"]]),
        json!([1, 1, ["a", "b"]])
    );
    assert_eq!(it.refused("read_model_diff", json!({"model": "app"})).await, 1_199_010);
    let turned = json!({"model": "app", "from": at(2), "to": at(1)});
    assert_eq!(it.refused("read_model_diff", turned).await, 1_199_006);
}

#[tokio::test]
async fn searches_and_links_of_a_time_are_as_they_were_then() {
    let it = apps().await;
    let mut apps = vec![];
    let at_start = json!({"field": "bk_inst_name", "operator": "not_equal", "value": "other"});
    for minutes in 0..6 {
        let search = json!({
            "model": "app", "at": at(minutes), "conditions": at_start, "fields": ["bk_inst_name"], "page": {"limit": 10},
        });
        apps.push(it.ok("search_instances_at", search).await["info"][0]["bk_inst_name"].clone());
    }
    assert_eq!(json!(apps), json!(["a", "a", "b", "b", "b", "c"]));
    let named = |name: &str, minutes| {
        let conditions = json!({"field": "bk_inst_name", "operator": "equal", "value": name});
        json!({"model": "app", "at": at(minutes), "conditions": conditions, "page": {"enable_count": true}})
    };
    for (name, minutes, count) in [("a", 0, 1), ("a", 2, 0), ("b", 4, 1), ("c", 4, 0), ("c", 5, 1), ("other", 0, 1)] {
        let found = it.ok("search_instances_at", named(name, minutes)).await;
        assert_eq!(found["count"], count, "{name} {minutes}");
    }
    for (start, sort, names) in
        [(0, "bk_inst_name", ["b", "other"]), (0, "-bk_inst_name", ["other", "b"]), (0, "", ["b", "other"])]
    {
        for limit in 1..=2 {
            let page = json!({"start": start, "limit": limit, "sort": sort});
            let search = json!({"model": "app", "at": at(3), "fields": ["bk_inst_name"], "page": page});
            let found = it.ok("search_instances_at", search).await;
            let found: Vec<&Value> = found["info"].as_array().unwrap().iter().map(|it| &it["bk_inst_name"]).collect();
            assert_eq!(json!(found), json!(names[..limit]), "{sort} {limit}");
        }
    }
    let second = json!({"model": "app", "at": at(3), "page": {"start": 1, "limit": 1, "sort": "bk_inst_name"}});
    assert_eq!(it.ok("search_instances_at", second).await["info"][0]["bk_inst_name"], "other");

    let links = async |model: &str, instances: Value, minutes: i64| {
        let asked = json!({"model": model, "instances": instances, "at": at(minutes), "page": {"limit": 10}});
        let found = it.ok("search_links_at", asked).await["info"].clone();
        found.as_array().unwrap().iter().map(|it| json!([it["source"], it["target"]])).collect::<Value>()
    };
    for (minutes, of_all) in
        [json!([]), json!([[1, 1], [2, 1]]), json!([[1, 1], [2, 1]]), json!([[1, 1], [2, 1], [1, 2]])]
            .into_iter()
            .enumerate()
    {
        assert_eq!(links("app", json!([]), i64::try_from(minutes).unwrap()).await, of_all, "{minutes}");
    }
    assert_eq!(links("app", json!([1]), 3).await, json!([[1, 1], [1, 2]]));
    assert_eq!(links("app", json!([1]), 5).await, json!([[1, 2]]));
    assert_eq!(links("node", json!([1]), 3).await, json!([[1, 1], [2, 1]]));
    let page = |with: Value| json!({"model": "app", "page": with});
    assert_eq!(it.refused("search_instances_at", page(json!({"start": 10_001, "limit": 1}))).await, 1_199_059);
    assert_eq!(it.refused("search_instances_at", json!({"model": "nothing", "page": {"limit": 1}})).await, 1_199_011);
    assert_eq!(it.refused("search_links_at", page(json!({"limit": 501}))).await, 1_199_059);
}
