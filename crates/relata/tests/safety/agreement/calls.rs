//! The calls: on two models that are linked in three ways, and a third that comes and goes. Ids and names are drawn from
//! few, so that calls meet; some are wrong on purpose.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use relata_testkit::Harness;
use serde_json::{Value, json};

/// A call of an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) endpoint: &'static str,
    pub(crate) input: Value,
}

/// The models. Of the last only the id is there at the beginning.
pub(crate) const MODELS: [&str; 3] = ["one", "two", "three"];
/// Kind and mapping of the associations from the first model to the second.
const ASSOCIATIONS: [(&str, &str); 3] = [("connect", "n:n"), ("belong", "1:n"), ("run", "1:1")];
/// Attributes of the first two models, and their types.
const ATTRIBUTES: [(&str, &str); 4] = [("size", "int"), ("tag", "singlechar"), ("weight", "float"), ("up", "bool")];

/// Instances that each of the first two models has at the beginning, with ids from 1.
const INSTANCES: i64 = 6;

/// What is there before the calls, by numeric id. The same in every store.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct World {
    models: Vec<i64>,
    attributes: Vec<i64>,
    associations: Vec<i64>,
    /// The rules that models have from the start.
    rules: Vec<i64>,
}

impl World {
    /// Creates it in a new store.
    pub(crate) async fn create(it: &Harness) -> Self {
        let id = |data: Value| data["id"].as_i64().unwrap();
        let mut world = Self { models: vec![], attributes: vec![], associations: vec![], rules: vec![] };
        for obj_id in &MODELS[..2] {
            world.models.push(id(it.ok("create_object", model(obj_id)).await));
            for (property, kind) in ATTRIBUTES {
                let attribute = attribute(obj_id, property, kind);
                world.attributes.push(id(it.ok("create_object_attribute", attribute).await));
            }
            let details: Vec<Value> =
                (0..INSTANCES).map(|n| json!({"bk_inst_name": format!("n{n}"), "size": n, "tag": "t1"})).collect();
            it.ok("batch_create_inst", json!({"bk_obj_id": obj_id, "details": details})).await;
            for rule in it.rows("search_object_unique", json!({"bk_obj_id": obj_id})).await {
                world.rules.push(rule["id"].as_i64().unwrap());
            }
        }
        for (kind, mapping) in ASSOCIATIONS {
            let created = it.ok("post_create_objectassociation", association(MODELS[0], kind, MODELS[1], mapping));
            world.associations.push(id(created.await));
        }
        world
    }
}

fn model(obj_id: &str) -> Value {
    json!({
        "bk_classification_id": "bk_uncategorized", "bk_obj_id": obj_id, "bk_obj_name": obj_id, "bk_obj_icon": "icon",
    })
}

fn attribute(obj_id: &str, property: &str, kind: &str) -> Value {
    let option = match kind {
        "int" | "float" => json!({"min": -5, "max": 1000}),
        "enum" => json!([{"id": "t1", "name": "t1", "type": "text"}, {"id": "t2", "name": "t2", "type": "text"}]),
        "bool" => json!(false),
        _ => json!(""),
    };
    json!({
        "bk_obj_id": obj_id, "bk_property_id": property, "bk_property_name": property, "bk_property_type": kind,
        "editable": true, "option": option,
    })
}

fn association(source: &str, kind: &str, target: &str, mapping: &str) -> Value {
    json!({
        "bk_obj_asst_id": format!("{source}_{kind}_{target}"), "bk_obj_asst_name": kind, "bk_obj_id": source,
        "bk_asst_obj_id": target, "bk_asst_id": kind, "mapping": mapping,
    })
}

/// Some calls after one another.
pub(crate) fn sequence(world: &World) -> BoxedStrategy<Vec<Call>> {
    let call = prop_oneof![8 => instances(), 8 => links(), 4 => definitions(world), 4 => searches()];
    proptest::collection::vec(call, 1..80).boxed()
}

fn call<S: Strategy<Value = Value> + 'static>(endpoint: &'static str, input: S) -> BoxedStrategy<Call> {
    input.prop_map(move |input| Call { endpoint, input }).boxed()
}

/// The id of a model, mostly of the first.
fn any_model() -> impl Strategy<Value = &'static str> + Clone {
    prop_oneof![6 => Just("one"), 4 => Just("two"), 2 => Just("three"), 1 => select(vec!["host", "biz", "none", ""])]
}

/// The id of an instance or of a link, mostly of one that may be there.
fn any_id() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![20 => 1..=INSTANCES, 4 => INSTANCES..20, 1 => select(vec![0, -1, i64::MAX, i64::MIN])]
}

/// One of the ids of the world, or one that a call may have added since.
fn known(ids: &[i64]) -> impl Strategy<Value = i64> + Clone + use<> {
    let ids = ids.to_vec();
    let last = *ids.last().unwrap();
    prop_oneof![6 => select(ids), 3 => last + 1..last + 20, 1 => any_id()]
}

/// Something that few attributes take.
fn odd_value() -> impl Strategy<Value = Value> + Clone {
    select(vec![
        json!(null),
        json!(""),
        json!("a\u{0}b"),
        json!(" t1"),
        json!(1.0),
        json!(1.5),
        json!(-1),
        json!(u64::MAX),
        json!(1e300),
        json!([]),
        json!(["t1"]),
        json!({}),
        json!({"a": 1}),
        json!("9"),
        json!("x".repeat(300)),
    ])
}

fn number() -> impl Strategy<Value = Value> + Clone {
    (0..6).prop_map(Value::from)
}

fn word() -> impl Strategy<Value = Value> + Clone {
    (0..4).prop_map(|it| Value::from(format!("t{it}")))
}

fn any_value() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![4 => number(), 4 => word(), 1 => any::<bool>().prop_map(Value::from), 2 => odd_value()]
}

/// A name, out of few.
fn any_name() -> impl Strategy<Value = Value> + Clone {
    prop_oneof![20 => (0..16).prop_map(|it| Value::from(format!("n{it}"))), 1 => odd_value()]
}

/// The attributes of an instance as a caller sends them, mostly right.
fn any_document() -> impl Strategy<Value = Value> + Clone {
    let field = prop_oneof![
        6 => ("size|weight", number()),
        6 => ("tag|added", word()),
        2 => (Just("up".to_owned()), any::<bool>().prop_map(Value::from)),
        1 => ("size|tag|weight|up|bk_inst_id|bk_obj_id|create_time|bk_biz_id|", odd_value()),
    ];
    (proptest::option::weighted(0.8, any_name()), proptest::collection::vec(field, 0..4)).prop_map(|(name, fields)| {
        let mut doc: Value = fields.into_iter().collect();
        if let Some(name) = name {
            doc["bk_inst_name"] = name;
        }
        doc
    })
}

/// The same with the members that name the instance.
fn with_target(doc: &Value, obj_id: &str, id: Option<i64>) -> Value {
    let mut doc = doc.clone();
    doc["bk_obj_id"] = json!(obj_id);
    if let Some(id) = id {
        doc["bk_inst_id"] = json!(id);
    }
    doc
}

fn many<S: Strategy>(item: S) -> proptest::collection::VecStrategy<S> {
    proptest::collection::vec(item, 0..6)
}

fn instances() -> BoxedStrategy<Call> {
    let change = (any_id(), any_document()).prop_map(|(id, doc)| json!({"inst_id": id, "datas": doc}));
    let item = prop_oneof![20 => any_document(), 1 => Just(Value::Null)];
    prop_oneof![
        2 => call("create_inst", (any_model(), any_document()).prop_map(|(model, doc)| with_target(&doc, model, None))),
        4 => call("batch_create_inst", (any_model(), many(item))
            .prop_map(|(model, details)| json!({"bk_obj_id": model, "details": details}))),
        2 => call("update_inst", (any_model(), any_id(), any_document())
            .prop_map(|(model, id, doc)| with_target(&doc, model, Some(id)))),
        2 => call("batch_update_inst", (any_model(), many(change))
            .prop_map(|(model, update)| json!({"bk_obj_id": model, "update": update}))),
        1 => call("delete_inst", (any_model(), any_id())
            .prop_map(|(model, id)| json!({"bk_obj_id": model, "bk_inst_id": id}))),
        1 => call("batch_delete_inst", (any_model(), many(any_id()))
            .prop_map(|(model, ids)| json!({"bk_obj_id": model, "delete": {"inst_ids": ids}}))),
    ]
    .boxed()
}

fn any_association() -> impl Strategy<Value = String> + Clone {
    let usual = (0..ASSOCIATIONS.len()).prop_map(|it| format!("one_{}_two", ASSOCIATIONS[it].0));
    prop_oneof![8 => usual, 1 => Just("one_connect_three".to_owned()), 1 => Just("none".to_owned())]
}

fn links() -> BoxedStrategy<Call> {
    let pair = (any_id(), any_id());
    let detail = pair.clone().prop_map(|(source, target)| json!({"bk_inst_id": source, "bk_asst_inst_id": target}));
    let ends = prop_oneof![10 => Just(("one", "two")), 1 => (any_model(), any_model())];
    prop_oneof![
        2 => call("add_instance_association", (any_association(), pair).prop_map(|(id, (source, target))| {
            json!({"bk_obj_asst_id": id, "bk_inst_id": source, "bk_asst_inst_id": target})
        })),
        6 => call("batch_create_instance_association", (any_association(), ends, many(detail)).prop_map(
            |(id, (source, target), details)| json!({
                "bk_obj_asst_id": id, "bk_obj_id": source, "bk_asst_obj_id": target, "details": details,
            })
        )),
        1 => call("delete_instance_association", (any_model(), any_id())
            .prop_map(|(model, id)| json!({"bk_obj_id": model, "id": id}))),
        1 => call("delete_related_inst_asso", (any_model(), many(any_id()))
            .prop_map(|(model, ids)| json!({"bk_obj_id": model, "id": ids}))),
    ]
    .boxed()
}

fn definitions(world: &World) -> BoxedStrategy<Call> {
    prop_oneof![models(world), attributes(world), rules(world), associations(world)].boxed()
}

fn models(world: &World) -> BoxedStrategy<Call> {
    let id = known(&world.models);
    prop_oneof![
        3 => call("create_object", any_model().prop_map(model)),
        1 => call("update_object", (id.clone(), any_name(), any::<bool>())
            .prop_map(|(id, name, paused)| json!({"id": id, "bk_obj_name": name, "bk_ispaused": paused}))),
        1 => call("update_object", id.clone().prop_map(|id| json!({"id": id, "bk_ispaused": false}))),
        1 => call("delete_object", id.prop_map(|id| json!({"id": id}))),
    ]
    .boxed()
}

fn attributes(world: &World) -> BoxedStrategy<Call> {
    let kind = select(vec!["int", "singlechar", "bool", "float", "date", "enum", "nothing"]);
    let id = known(&world.attributes);
    prop_oneof![
        2 => call("create_object_attribute", (any_model(), kind, any::<bool>()).prop_map(|(model, kind, required)| {
            let mut added = attribute(model, "added", kind);
            added["isrequired"] = json!(required);
            added
        })),
        1 => call("update_object_attribute", (id.clone(), any_value(), any::<bool>())
            .prop_map(|(id, option, required)| json!({"id": id, "option": option, "isrequired": required}))),
        1 => call("delete_object_attribute", id.prop_map(|id| json!({"id": id}))),
    ]
    .boxed()
}

fn rules(world: &World) -> BoxedStrategy<Call> {
    let part = known(&world.attributes).prop_map(|id| json!({"key_kind": "property", "key_id": id}));
    let keys = proptest::collection::vec(part, 1..3);
    let id = known(&world.rules);
    // A model with attributes of its own.
    let attributes = world.attributes.clone();
    let fitting =
        (0..2_usize, proptest::collection::btree_set(0..ATTRIBUTES.len(), 1..3)).prop_map(move |(it, keys)| {
            let id = |key: usize| attributes[it * ATTRIBUTES.len() + key];
            let keys = keys.into_iter().map(|key| json!({"key_kind": "property", "key_id": id(key)})).collect();
            (MODELS[it], keys)
        });
    let with_keys = prop_oneof![4 => fitting, 1 => (any_model(), keys)];
    let rule = |model: &str, id: i64, keys: Vec<Value>| json!({"bk_obj_id": model, "id": id, "keys": keys});
    prop_oneof![
        4 => call("post_create_objectunique_object", with_keys.clone()
            .prop_map(move |(model, keys)| rule(model, 0, keys))),
        1 => call("put_update_objectunique_object__unique", (id.clone(), with_keys)
            .prop_map(move |(id, (model, keys))| rule(model, id, keys))),
        1 => call("post_delete_objectunique_object__unique", (any_model(), id)
            .prop_map(move |(model, id)| rule(model, id, Vec::new()))),
    ]
    .boxed()
}

fn associations(world: &World) -> BoxedStrategy<Call> {
    let kind = select(vec!["connect", "belong", "run", "none"]);
    prop_oneof![
        call(
            "post_create_objectassociation",
            (any_model(), kind, any_model(), select(vec!["1:1", "1:n", "n:n", "x"]))
                .prop_map(|(source, kind, target, mapping)| association(source, kind, target, mapping))
        ),
        call("delete_delete_objectassociation", known(&world.associations).prop_map(|id| json!({"id": id}))),
    ]
    .boxed()
}

fn searches() -> BoxedStrategy<Call> {
    let field = || select(vec!["size", "tag", "weight", "up", "bk_inst_id", "bk_inst_name", "last_time", "added"]);
    let number_or_word = || prop_oneof![number(), word()];
    let list = || prop_oneof![many(number()), many(word())].prop_map(Value::from);
    let test = prop_oneof![
        4 => (select(vec!["equal", "not_equal"]), number_or_word().boxed()),
        4 => (select(vec!["in", "not_in"]), list().boxed()),
        2 => (select(vec!["less", "greater_or_equal"]), number().boxed()),
        2 => (select(vec!["contains", "begins_with"]), word().boxed()),
        1 => (select(vec!["exist", "is_null", "nothing"]), any_value().boxed()),
        1 => (select(vec!["equal", "in", "less"]), any_value().boxed()),
    ];
    let rule = (field(), test)
        .prop_map(|(field, (operator, value))| json!({"field": field, "operator": operator, "value": value}));
    let filter = (select(vec!["AND", "OR"]), proptest::collection::vec(rule, 1..4))
        .prop_map(|(condition, rules)| json!({"condition": condition, "rules": rules}));
    let store_operator = select(vec!["$eq", "$ne", "$in", "$nin", "$lt", "$gte", "$regex", "$exists", "$none"]);
    let condition = (field(), proptest::option::of(store_operator), prop_oneof![any_value(), list()]).prop_map(
        |(field, operator, value)| {
            let value = operator.map_or(value.clone(), |operator| json!({operator: value}));
            json!({field: value})
        },
    );
    let sorts = vec!["", "size", "-size", "tag,-bk_inst_id", "weight:-1", "nothing", "up"];
    let page = (0..4, 1..8, select(sorts))
        .prop_map(|(start, limit, sort)| json!({"start": start, "limit": limit, "sort": sort}));
    let endpoint = select(vec!["search_object_instances", "count_object_instances"]);
    let links = (any_model(), select(vec!["bk_inst_id", "bk_asst_inst_id", "id", "bk_obj_asst_id"]), many(any_id()));
    prop_oneof![
        (endpoint, any_model(), filter, page.clone()).prop_map(|(endpoint, model, conditions, page)| {
            Call { endpoint, input: json!({"bk_obj_id": model, "conditions": conditions, "page": page}) }
        }),
        call(
            "get_inst_detail",
            (any_model(), condition, page.clone()).prop_map(|(model, condition, page)| {
                json!({"bk_obj_id": model, "condition": condition, "page": page})
            })
        ),
        call(
            "find_instance_association",
            links.prop_map(|(model, field, ids)| { json!({"bk_obj_id": model, "condition": {field: {"$in": ids}}}) })
        ),
        call(
            "search_instance_associations",
            (any_model(), page, any::<Index>()).prop_map(|(model, page, id)| {
                let rule = json!({"field": "bk_inst_id", "operator": "equal", "value": id.index(8)});
                json!({"bk_obj_id": model, "page": page, "conditions": {"condition": "AND", "rules": [rule]}})
            })
        ),
        call(
            "search_related_inst_asso",
            (any_model(), any_id()).prop_map(|(model, id)| {
                json!({"condition": {"bk_obj_id": model, "bk_inst_id": id}, "fields": ["id", "bk_inst_id"]})
            })
        ),
        call(
            "search_inst_association_topo",
            (any_model(), any_id()).prop_map(|(model, id)| json!({"bk_obj_id": model, "bk_inst_id": id}))
        ),
    ]
    .boxed()
}
