use super::super::tests::{doc, zone};
use super::{Rule, RulesOf, parse, parse_rules, parse_time};
use crate::{Code, Error};
use serde_json::{Value, json};

fn read(condition: Value) -> Result<super::Filter, Error> {
    parse(&doc(condition), &zone())
}

#[test]
fn each_operator_means_what_it_says() {
    let values = [
        json!(1),
        json!(5),
        json!("web"),
        json!("WEB"),
        Value::Null,
        json!([1, 5]),
        json!([]),
        json!({"n": 1}),
        json!(true),
    ];
    // Condition, positions of the values of field a that pass, whether a record without a passes.
    let cases: &[(Value, &[usize], bool)] = &[
        (json!({}), &[0, 1, 2, 3, 4, 5, 6, 7, 8], true),
        (json!({"a": 1}), &[0, 5], false),
        (json!({"a": null}), &[4], true),
        (json!({"a": [1, 5]}), &[5], false),
        (json!({"a": {"n": 1}}), &[7], false),
        (json!({"a.n": 1}), &[7], false),
        (json!({"a": {"$eq": 1}}), &[0, 5], false),
        (json!({"a": {"$ne": 1}}), &[1, 2, 3, 4, 6, 7, 8], true),
        (json!({"a": {"$in": [5, "web", null]}}), &[1, 2, 4, 5], true),
        (json!({"a": {"$in": []}}), &[], false),
        (json!({"a": {"$nin": [5, "web", null]}}), &[0, 3, 6, 7, 8], false),
        (json!({"a": {"$gt": 1}}), &[1, 5], false),
        (json!({"a": {"$gte": 1}}), &[0, 1, 5], false),
        (json!({"a": {"$lt": 5}}), &[0, 5], false),
        (json!({"a": {"$lte": 5}}), &[0, 1, 5], false),
        (json!({"a": {"$gt": 0, "$lt": 5}}), &[0, 5], false),
        (json!({"a": {"$gte": "a"}}), &[2], false),
        (json!({"a": {"$regex": "^w"}}), &[2], false),
        (json!({"a": {"$regex": "^w", "$options": "i"}}), &[2, 3], false),
        (json!({"a": {"$exists": true}}), &[0, 1, 2, 3, 4, 5, 6, 7, 8], false),
        (json!({"a": {"$exists": 0}}), &[], true),
        (json!({"a": {"$not": {"$regex": "^W", "$options": "i"}}}), &[0, 1, 4, 5, 6, 7, 8], true),
        (json!({"a": {"$all": [5, 1]}}), &[5], false),
        (json!({"a": {"$size": 2}}), &[5], false),
        (json!({"a": {"$type": "number"}}), &[0, 1, 5], false),
        (json!({"a": {"$type": 2}}), &[2, 3], false),
        (json!({"a": {"$type": "object"}}), &[7], false),
        (json!({"a": {"$type": "array"}}), &[5, 6], false),
        (json!({"a": {"$type": ["bool", "null"]}}), &[4, 8], false),
        (json!({"$or": [{"a": 5}, {"a": "web"}]}), &[1, 2, 5], false),
        (json!({"$and": [{"a": 5}, {"a": 1}]}), &[5], false),
        (json!({"$nor": [{"a": 5}, {"a": "web"}]}), &[0, 3, 4, 6, 7, 8], true),
        (json!({"b": null, "$or": [{"a": 5, "b": 1}, {"a": true}]}), &[8], false),
    ];
    for (condition, expected, missing) in cases {
        let filter = read(condition.clone()).unwrap();
        let passing: Vec<_> = (0..values.len()).filter(|&at| filter.matches(&doc(json!({"a": values[at]})))).collect();
        assert_eq!((passing, filter.matches(&doc(json!({})))), (expected.to_vec(), *missing), "{condition}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_a_hint() {
    for (condition, named) in [
        (json!({"$where": "1"}), "$where"),
        (json!({"$or": [{"a": 1}, {"$expr": {}}]}), "$expr"),
        (json!({"a": {"b": [{"$function": 1}]}}), "$function"),
        (json!({"a": {"$in": [{"$accumulator": 1}]}}), "$accumulator"),
        (json!({"a": {"$near": 1}}), "$near"),
        (json!({"$text": {}}), "$text"),
        (json!({"$gt": 1}), "$gt"),
        (json!({"a": {"$or": [{"b": 1}]}}), "$or"),
        (json!({"a": {"$gt": 1, "b": 2}}), "b"),
        (json!({"$or": []}), "$or"),
        (json!({"$and": {}}), "$and"),
        (json!({"$nor": [1]}), "$nor"),
        (json!({"a": {"$in": 1}}), "$in"),
        (json!({"a": {"$all": null}}), "$all"),
        (json!({"a": {"$gt": null}}), "$gt"),
        (json!({"a": {"$lte": [1]}}), "$lte"),
        (json!({"a": {"$regex": 1}}), "$regex"),
        (json!({"a": {"$regex": "("}}), "regular expression"),
        (json!({"a": {"$regex": "a", "$options": "q"}}), "option"),
        (json!({"a": {"$regex": "a", "$options": 1}}), "$options"),
        (json!({"a": {"$options": "i"}}), "$options"),
        (json!({"a": {"$exists": "yes"}}), "$exists"),
        (json!({"a": {"$size": -1}}), "$size"),
        (json!({"a": {"$type": "regex"}}), "$type"),
        (json!({"a": {"$not": 1}}), "$not"),
        (json!({"a": {"$gte": "soon", "cc_time_type": 1}}), "cc_time_type"),
    ] {
        let error = read(condition.clone()).unwrap_err();
        assert_eq!(error.code, Code::InputUnreadable, "{condition}");
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains(named)), "{condition}: {:?}", error.hint);
    }
}

#[test]
fn cc_time_type_makes_the_values_beside_it_times() {
    let record = doc(json!({"create_time": "2024-05-01T02:00:00.000Z"}));
    for (operators, expected) in [
        (json!({"$gte": "2024-05-01 10:00:00", "cc_time_type": 1}), true),
        (json!({"$gt": "2024-05-01 10:00:00", "cc_time_type": "1"}), false),
        (json!({"$gte": "2024-05-01", "$lt": "2024-05-02", "cc_time_type": null}), true),
        (json!({"$eq": "2024-05-01T10:00:00+08:00", "cc_time_type": 1}), true),
        (json!({"$in": ["2024-05-01 10:00:00", null], "cc_time_type": 1}), true),
        (json!({"$not": {"$lte": "2024-05-01 10:00:00"}, "cc_time_type": 1}), false),
        (json!({"$lte": 1_714_528_800, "cc_time_type": 1}), true),
        (json!({"$eq": "2024-05-01 10:00:00"}), false),
    ] {
        let filter = read(json!({"create_time": operators})).unwrap();
        assert_eq!(filter.matches(&record), expected, "{operators}");
    }
}

fn rules(list: Value, of: RulesOf) -> Result<super::Filter, Error> {
    parse_rules(&serde_json::from_value::<Vec<Rule>>(list).unwrap(), of, &zone())
}

#[test]
fn rules_on_the_own_model_take_patterns_literally_and_merge_ranges() {
    let eq = |value: Value| json!([{"field": "a", "operator": "$eq", "value": value}]);
    let range = json!([{"field": "a", "operator": "$gt", "value": 1}, {"field": "a", "operator": "$lte", "value": 3}]);
    let last = json!([{"field": "a", "operator": "$in", "value": [1]}, {"field": "a", "operator": "$eq", "value": 2}]);
    let replaced =
        json!([{"field": "a", "operator": "$eq", "value": 1}, {"field": "a", "operator": "$gt", "value": 1}]);
    let regex = json!([{"field": "a", "operator": "$regex", "value": "a.b"}]);
    let several = json!([{"field": "a", "operator": "$multilike", "value": ["a.b", "+"]}]);
    for (list, own, other) in [
        (eq(json!(2)), vec![2], vec![2]),
        (range, vec![2, 3], vec![1, 2, 3]),
        (last, vec![2], vec![2]),
        (replaced, vec![2, 3, 4], vec![2, 3, 4]),
    ] {
        for (of, expected) in [(RulesOf::Own, own), (RulesOf::Other, other)] {
            let filter = rules(list.clone(), of).unwrap();
            let passing: Vec<i32> = (1..5).filter(|number| filter.matches(&doc(json!({"a": number})))).collect();
            assert_eq!(passing, expected, "{list} {of:?}");
        }
    }
    for (list, of, text, expected) in [
        (&regex, RulesOf::Own, "xa.bx", true),
        (&regex, RulesOf::Own, "xaxb", false),
        (&regex, RulesOf::Own, "A.B", false),
        (&regex, RulesOf::Other, "xaxb", true),
        (&several, RulesOf::Own, "c++", true),
        (&several, RulesOf::Own, "axb", false),
    ] {
        let filter = rules(list.clone(), of).unwrap();
        assert_eq!(filter.matches(&doc(json!({"a": text}))), expected, "{list} {of:?} {text}");
    }
    assert!(rules(json!([]), RulesOf::Own).unwrap().matches(&doc(json!({}))));
}

#[test]
fn rules_with_bad_operators_are_refused() {
    for (operator, value) in [
        ("eq", json!(1)),
        ("", json!(1)),
        ("$where", json!("1")),
        ("$or", json!([])),
        ("cc_time_type", json!(1)),
        ("$multilike", json!([])),
        ("$multilike", json!([1])),
        ("$regex", json!(1)),
    ] {
        let error = rules(json!([{"field": "a", "operator": operator, "value": value}]), RulesOf::Own).unwrap_err();
        assert_eq!(error.code, Code::InputUnreadable, "{operator}");
    }
    assert!(rules(json!([{"field": "a", "operator": "$multilike", "value": ["("]}]), RulesOf::Other).is_err());
}

#[test]
fn time_condition_bounds_are_inclusive_and_the_last_rule_of_a_field_counts() {
    let record = |at: &str| doc(json!({"create_time": at, "last_time": "2024-05-03T00:00:00.000Z"}));
    let early = "2024-05-01T02:00:00.000Z";
    let late = "2024-05-02T02:00:00.000Z";
    let rule = |field: &str, start: Value, end: Value| json!({"field": field, "start": start, "end": end});
    let (a, b) = (json!("2024-05-01 10:00:00"), json!("2024-05-02T10:00:00+08:00"));
    for (rules, first, second) in [
        (vec![rule("create_time", a.clone(), b.clone())], true, true),
        (vec![rule("bk_created_at", a.clone(), a.clone())], true, false),
        (vec![rule("create_time", json!("2024-05-02"), Value::Null)], false, true),
        (vec![json!({"field": "create_time", "end": 1_714_528_800})], true, false),
        (vec![rule("create_time", a.clone(), a.clone()), rule("bk_created_at", b.clone(), json!(""))], false, true),
        (vec![rule("create_time", a.clone(), b.clone()), rule("bk_updated_at", Value::Null, a.clone())], false, false),
    ] {
        let filter = parse_time(&json!({"oper": "and", "rules": rules}), &zone()).unwrap();
        assert_eq!((filter.matches(&record(early)), filter.matches(&record(late))), (first, second), "{rules:?}");
    }
    assert!(parse_time(&Value::Null, &zone()).unwrap().matches(&record(early)));
}

#[test]
fn time_condition_errors_have_their_codes() {
    let one = |rule: Value| json!({"oper": "and", "rules": [rule]});
    for (value, code, arg) in [
        (json!([]), Code::JsonDecode, None),
        (json!({"oper": "and", "rules": [1]}), Code::JsonDecode, None),
        (json!({}), Code::ParamInvalid, Some("time_condition.oper")),
        (json!({"oper": "or", "rules": [1.5]}), Code::JsonDecode, None),
        (json!({"oper": "or", "rules": []}), Code::ParamInvalid, Some("time_condition.oper")),
        (json!({"oper": "and", "rules": []}), Code::ParamRequired, Some("time_condition.rules")),
        (json!({"oper": "and", "rules": null}), Code::ParamRequired, Some("time_condition.rules")),
        (one(json!({"start": "2024-05-01 10:00:00"})), Code::ParamRequired, Some("time_condition.rules[0].field")),
        (one(json!({"field": "create_time"})), Code::ParamInvalid, Some("time_condition.rules[0]")),
        (one(json!({"field": "create_time", "start": "x"})), Code::ParamInvalid, Some("time_condition.rules[0].start")),
        (one(json!({"field": "create_time", "end": [1]})), Code::ParamInvalid, Some("time_condition.rules[0].end")),
    ] {
        let error = parse_time(&value, &zone()).unwrap_err();
        assert_eq!((error.code, error.args), (code, arg.map(Into::into).into_iter().collect()), "{value}");
    }
}
