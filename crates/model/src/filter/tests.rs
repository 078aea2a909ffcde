//! What holds for all languages: no input is too strange to be read, and every filter has an answer.

use super::condition::{self, RulesOf};
use super::{Filter, compare, expression, order, querybuilder};
use crate::Map;
use crate::page::Sort;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A document from JSON.
pub(super) fn doc(value: Value) -> Map {
    let Value::Object(map) = value else { panic!("not an object") };
    map
}

/// The zone of the tests, eight hours ahead.
pub(super) fn zone() -> TimeZone {
    TimeZone::fixed(jiff::tz::offset(8))
}

/// Operator, value, values of the field `a`, positions of those that pass, whether a record without `a` passes.
pub(super) type Case<'a> = (&'a str, Value, &'a [Value], &'a [usize], bool);

const WORDS: &[&str] = &[
    "condition",
    "rules",
    "field",
    "operator",
    "value",
    "AND",
    "OR",
    "equal",
    "not_in",
    "in",
    "contains",
    "begins_with_i",
    "datetime_less",
    "size",
    "filter_object",
    "filter_array",
    "is_empty",
    "element",
    "a",
    "a.b",
    "b",
    "$or",
    "$and",
    "$nor",
    "$not",
    "$in",
    "$eq",
    "$gt",
    "$regex",
    "$options",
    "$exists",
    "$all",
    "$size",
    "$type",
    "$where",
    "$lt",
    "$multilike",
    "cc_time_type",
    "oper",
    "and",
    "start",
    "end",
    "2024-05-01",
    "2024-05-01 10:00:00",
    "[",
    "(?i)a+",
    "bk_host_innerip_v6",
    "bk_created_at",
    "",
    "i",
];

fn any_value() -> impl Strategy<Value = Value> {
    let word = prop_oneof![4 => prop::sample::select(WORDS).prop_map(str::to_owned), 1 => any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-3..3_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        let operator = prop::sample::select(WORDS);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(word.clone(), inner.clone(), 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|rules| json!({"condition": "AND", "rules": rules})),
            (prop::sample::select(WORDS), operator.clone(), inner.clone())
                .prop_map(|(field, operator, value)| json!({"field": field, "operator": operator, "value": value})),
            (operator, inner).prop_map(|(operator, value)| json!({"a": {operator: value}})),
        ]
    })
}

/// Every filter that any language makes of a value.
fn read(value: &Value) -> Vec<Filter> {
    let zone = zone();
    let mut filters = Vec::new();
    filters.extend(querybuilder::parse(value, querybuilder::NONE, &zone));
    filters.extend(querybuilder::parse(value, querybuilder::USUAL, &zone));
    filters.extend(expression::parse(value, &zone));
    filters.extend(condition::parse_time(value, &zone));
    if let Value::Object(map) = value {
        filters.extend(condition::parse(map, &zone));
    }
    if let Ok(rule) = serde_json::from_value::<condition::Rule>(value.clone()) {
        let rules = [rule.clone(), rule];
        filters.extend(condition::parse_rules(&rules, RulesOf::Own, &zone));
        filters.extend(condition::parse_rules(&rules, RulesOf::Other, &zone));
    }
    filters
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_can_be_read_and_evaluated(value in any_value(), a in any_value(), b in any_value()) {
        let document = doc(json!({"a": a, "b": b, "value": value}));
        for filter in read(&value) {
            prop_assert_ne!(filter.matches(&document), Filter::Not(Box::new(filter)).matches(&document));
        }
    }

    #[test]
    fn the_order_of_values_is_total(a in any_value(), b in any_value(), c in any_value()) {
        let compare = |a: &Value, b: &Value| compare(Some(a), Some(b));
        prop_assert!(compare(&a, &a).is_eq());
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
            prop_assert!(compare(&a, &c).is_le());
        }
    }

    #[test]
    fn descending_is_the_reverse_of_ascending(a in any_value(), b in any_value()) {
        let (a, b) = (doc(json!({"a": a})), doc(json!({"a": b})));
        let by = |descending| [Sort { field: "a".to_owned(), descending }];
        prop_assert_eq!(order(&by(false), &a, &b), order(&by(true), &b, &a));
    }
}

#[test]
fn deep_nesting_is_refused_by_every_language() {
    let mut group = json!({"field": "a", "operator": "equal", "value": 1});
    let mut rule = group.clone();
    let mut map = json!({"a": 1});
    for _ in 0..1000 {
        group = json!({"condition": "AND", "rules": [group]});
        rule = json!({"field": "a", "operator": "filter_object", "value": rule});
        map = json!({"$and": [map]});
    }
    assert_eq!(querybuilder::parse(&group, querybuilder::NONE, &zone()).unwrap_err().key.as_deref(), Some("rules"));
    for deep in [&group, &rule] {
        assert_eq!(expression::parse(deep, &zone()).unwrap_err().code, crate::Code::ParamInvalid);
    }
    assert_eq!(condition::parse(&doc(map), &zone()).unwrap_err().code, crate::Code::InputUnreadable);
}
