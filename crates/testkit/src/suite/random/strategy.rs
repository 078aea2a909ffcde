//! How random operations are made: few ids, few names, few values, so that they meet.

use super::operation::{Model, NAMES, Operation};
use super::{INSTANCES, Transaction};
use crate::suite::world::{RACKS, SERVERS, STANDS_IN, USES, change};
use proptest::bool::weighted;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{select, subsequence};
use relata_model::Map;
use relata_model::change::{Action, Actor, ChangeSet, Resource};
use relata_model::filter::{Filter, Order, Test};
use relata_model::page::Sort;
use relata_model::store::{ChangeQuery, Ends, LinkQuery, Query};
use serde_json::{Value, json};

const FIELDS: &[&str] = &["name", "n", "o.x", "o", "missing"];

pub(super) fn transactions() -> impl Strategy<Value = Vec<Transaction>> {
    let transaction = (vec(operation(), 1..6), weighted(0.1));
    vec(transaction.prop_map(|(operations, fails)| Transaction { operations, fails }), 1..30)
}

fn operation() -> impl Strategy<Value = Operation> {
    let docs = || btree_map(id(), document(), 1..4);
    let careful = || weighted(0.95);
    let replace = (model(), docs(), careful(), weighted(0.03));
    let delete = (model(), btree_set(id(), 1..3), careful());
    let link = (ends(), vec((id(), id()), 1..6), careful());
    let unlink = (ends(), vec(id(), 1..3), weighted(0.05));
    prop_oneof![
        6 => (model(), docs(), careful()).prop_map(|(model, docs, careful)| Operation::Insert { model, docs, careful }),
        4 => replace.prop_map(|(model, docs, careful, stale)| Operation::Replace { model, docs, careful, stale }),
        2 => delete.prop_map(|(model, ids, careful)| Operation::Delete { model, ids, careful }),
        1 => (model(), vec(id(), 0..5)).prop_map(|(model, ids)| Operation::Get(model, ids)),
        4 => query().prop_map(Operation::Find),
        1 => Just(Operation::FindKeys),
        1 => btree_set(id(), 1..2).prop_map(Operation::GiveKeys),
        2 => Just(Operation::DropKeys),
        6 => link.prop_map(|(ends, pairs, careful)| Operation::Link { ends, pairs, careful }),
        2 => unlink.prop_map(|(ends, sources, twice)| Operation::Unlink { ends, sources, twice }),
        4 => link_query().prop_map(Operation::FindLinks),
        3 => vec(change_set(), 1..3).prop_map(Operation::Append),
        3 => change_query().prop_map(Operation::Changes),
        1 => Just(Operation::MetaRevision),
    ]
}

fn id() -> impl Strategy<Value = i64> + Clone {
    1..=INSTANCES
}

fn model() -> impl Strategy<Value = Model> {
    select(vec![Model::Server, Model::Rack])
}

fn ends() -> impl Strategy<Value = Ends> {
    select(vec![STANDS_IN, USES])
}

fn value() -> impl Strategy<Value = Value> {
    let odd = vec![
        json!(null),
        json!(true),
        json!(1.0),
        json!(1.5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!("1"),
        json!([]),
        json!([1, "a"]),
        json!([[1]]),
        json!({}),
        json!({"x": 1}),
        json!({"x": [2, "b"]}),
    ];
    prop_oneof![(0..4i64).prop_map(Value::from), select(NAMES).prop_map(Value::from), select(odd)]
}

fn document() -> impl Strategy<Value = Map> {
    (option::weighted(0.8, select(NAMES)), option::of(value()), option::of(value()), option::of(value())).prop_map(
        |(name, n, x, o)| {
            let mut document = Map::new();
            let mut put = |field: &str, value: Option<Value>| {
                if let Some(value) = value {
                    document.insert(field.to_owned(), value);
                }
            };
            put("name", name.map(Value::from));
            put("n", n);
            put("o", x.map(|x| json!({"x": x})).or(o));
            document
        },
    )
}

fn filter() -> impl Strategy<Value = Filter> {
    let order = select(vec![Order::Less, Order::LessOrEqual, Order::Greater, Order::GreaterOrEqual]);
    let pattern = select(vec!["a", "^B$", "(?i)b", "架", "^$"]);
    let test = prop_oneof![
        3 => value().prop_map(Test::Equal),
        2 => vec(value(), 0..4).prop_map(|list| Test::In(list.into())),
        2 => (order, value()).prop_map(|(order, value)| Test::Compare(order, value)),
        1 => pattern.prop_map(|text| Test::Pattern(regex::Regex::new(text).unwrap())),
        1 => Just(Test::Exists),
        1 => (0..3u64).prop_map(Test::Size),
        1 => vec(value(), 0..3).prop_map(Test::HasAll),
        1 => value().prop_map(|value| Test::Element(Box::new(Filter::equal("element", value)))),
        1 => value().prop_map(|value| Test::Object(Box::new(Filter::equal("x", value)))),
    ];
    let field = (select(FIELDS), test).prop_map(|(field, test)| Filter::Field { field: field.to_owned(), test });
    field.prop_recursive(2, 8, 3, |part| {
        prop_oneof![
            vec(part.clone(), 0..3).prop_map(Filter::All),
            vec(part.clone(), 0..3).prop_map(Filter::Any),
            part.prop_map(|part| Filter::Not(Box::new(part))),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let sort =
        (select(FIELDS), any::<bool>()).prop_map(|(field, descending)| Sort { field: field.to_owned(), descending });
    let filter = prop_oneof![1 => Just(Filter::everything()), 2 => filter()];
    (select(vec![SERVERS, RACKS]), filter, vec(sort, 0..3), 0..4i64, 0..4u64, option::of(0..6u64))
        .prop_map(|(space, filter, sort, after, start, limit)| Query { space, filter, sort, after, start, limit })
}

fn link_query() -> impl Strategy<Value = LinkQuery> {
    let some = |upto: i64| option::weighted(0.4, vec(1..=upto, 0..5));
    let associations = subsequence(vec![STANDS_IN.association, USES.association], 0..=2);
    (
        associations,
        some(INSTANCES),
        some(INSTANCES),
        some(60),
        prop_oneof![2 => Just(0), 1 => 0..40i64],
        option::of(0..5u64),
    )
        .prop_map(|(associations, sources, targets, ids, after, limit)| LinkQuery {
            associations,
            sources,
            targets,
            ids,
            after,
            limit,
        })
}

fn resource() -> impl Strategy<Value = Resource> {
    select(vec![Resource::Instance, Resource::Model])
}

fn action() -> impl Strategy<Value = Action> {
    select(vec![Action::Create, Action::Update, Action::Delete])
}

/// Times lie around that of the links' records, before and after.
fn time() -> impl Strategy<Value = i64> {
    (0..10i64).prop_map(|step| 1_699_999_999_995 + step)
}

fn change_set() -> impl Strategy<Value = ChangeSet> {
    (resource(), action(), vec(id(), 1..4), time(), select(NAMES), select(NAMES)).prop_map(
        |(resource, action, subjects, time, scope, user)| ChangeSet {
            time,
            scope: scope.to_owned(),
            actor: Actor { user: user.to_owned(), ..Actor::default() },
            ..change(resource, action, &subjects)
        },
    )
}

fn change_query() -> impl Strategy<Value = ChangeQuery> {
    let numbers = || prop_oneof![2 => Just(0), 1 => 0..40i64];
    let name = || option::weighted(0.2, select(NAMES).prop_map(str::to_owned));
    let resources = subsequence(vec![Resource::Instance, Resource::Model, Resource::Link], 0..=3);
    let actions = subsequence(vec![Action::Create, Action::Update, Action::Delete], 0..=3);
    let times = (option::weighted(0.2, time()), option::weighted(0.2, time()));
    let rest = (option::weighted(0.3, id()), any::<bool>(), option::of(0..6u64));
    (numbers(), numbers(), times, resources, actions, name(), name(), rest).prop_map(
        |(after, before, (from, until), resources, actions, scope, user, (subject, newest_first, limit))| ChangeQuery {
            after,
            before,
            from,
            until,
            resources,
            actions,
            scope,
            user,
            subject,
            newest_first,
            settled: false,
            limit,
        },
    )
}
