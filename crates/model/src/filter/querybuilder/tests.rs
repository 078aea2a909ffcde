use super::super::tests::{Case, doc, zone};
use super::{KeyError, Limits, NONE, USUAL, parse};
use crate::Code;
use serde_json::{Value, json};

fn rule(operator: &str, value: &Value) -> Value {
    json!({"field": "a", "operator": operator, "value": value})
}

fn group(condition: &str, rules: &[Value]) -> Value {
    json!({"condition": condition, "rules": rules})
}

fn refused(value: &Value) -> KeyError {
    parse(value, USUAL, &zone()).unwrap_err()
}

/// Which of the documents `{"a": value}` pass; one without `a` is tried too, as `missing`.
fn passing(operator: &str, value: &Value, of: &[Value]) -> (Vec<usize>, bool) {
    let filter = parse(&group("AND", &[rule(operator, value)]), USUAL, &zone()).unwrap();
    let passing = (0..of.len()).filter(|&at| filter.matches(&doc(json!({"a": of[at]})))).collect();
    (passing, filter.matches(&doc(json!({}))))
}

#[test]
fn each_operator_means_what_it_says() {
    let numbers = [json!(1), json!(5), json!(9.5), json!("5")];
    let texts = [json!("web-01"), json!("WEB"), json!("my web"), json!("db"), json!(5)];
    let times =
        [json!("2024-05-01T01:59:59.999Z"), json!("2024-05-01T02:00:00.000Z"), json!("2024-05-02T00:00:00.000Z")];
    let shapes = [json!([]), json!([1]), Value::Null, json!("")];
    let at = json!("2024-05-01 10:00:00");
    let cases: &[Case<'_>] = &[
        ("equal", json!(5), &numbers, &[1], false),
        ("equal", json!("5"), &numbers, &[3], false),
        ("not_equal", json!(5), &numbers, &[0, 2, 3], true),
        ("in", json!([1, 9.5]), &numbers, &[0, 2], false),
        ("in", json!([]), &numbers, &[], false),
        ("in", json!([1, null]), &numbers, &[0], true),
        ("not_in", json!([1, 9.5]), &numbers, &[1, 3], true),
        ("not_in", json!([]), &numbers, &[0, 1, 2, 3], true),
        ("less", json!(5), &numbers, &[0], false),
        ("less_or_equal", json!(5), &numbers, &[0, 1], false),
        ("greater", json!(5), &numbers, &[2], false),
        ("greater_or_equal", json!(5), &numbers, &[1, 2], false),
        ("datetime_less", at.clone(), &times, &[0], false),
        ("datetime_less_or_equal", at.clone(), &times, &[0, 1], false),
        ("datetime_greater", at.clone(), &times, &[2], false),
        ("datetime_greater_or_equal", at, &times, &[1, 2], false),
        ("datetime_greater", json!("2024-05-01T02:00:00Z"), &times, &[2], false),
        ("datetime_greater", json!("2024-05-02"), &times, &[2], false),
        ("begins_with", json!("web"), &texts, &[0], false),
        ("not_begins_with", json!("web"), &texts, &[1, 2, 3, 4], true),
        ("contains", json!("web"), &texts, &[0, 1, 2], false),
        ("contains", json!("w.b"), &texts, &[0, 1, 2], false),
        ("not_contains", json!("web"), &texts, &[1, 3, 4], true),
        ("ends_with", json!("web"), &texts, &[2], false),
        ("not_ends_with", json!("web"), &texts, &[0, 1, 3, 4], true),
        ("is_empty", Value::Null, &shapes, &[0], false),
        ("is_not_empty", json!("ignored"), &shapes, &[1, 2, 3], true),
        ("is_null", Value::Null, &shapes, &[2], true),
        ("is_not_null", Value::Null, &shapes, &[0, 1, 3], false),
        ("exist", Value::Null, &shapes, &[0, 1, 2, 3], false),
        ("not_exist", Value::Null, &shapes, &[], true),
    ];
    for (operator, value, of, expected, missing) in cases {
        assert_eq!(passing(operator, value, of), (expected.to_vec(), *missing), "{operator} {value}");
    }
}

#[test]
fn groups_nest_and_join() {
    let value =
        group("OR", &[rule("equal", &json!(1)), group("AND", &[rule("greater", &json!(5)), rule("less", &json!(7))])]);
    let filter = parse(&value, USUAL, &zone()).unwrap();
    for (number, expected) in [(1, true), (6, true), (5, false), (8, false)] {
        assert_eq!(filter.matches(&doc(json!({"a": number}))), expected, "{number}");
    }
}

#[test]
fn integers_keep_full_precision() {
    let value = json!(9_007_199_254_740_993_i64);
    assert_eq!(passing("equal", &value, &[json!(9_007_199_254_740_992_i64), value.clone()]), (vec![1], false));
}

#[test]
fn ipv6_addresses_are_compared_in_full_form() {
    let rule = |operator, value| json!({"field": "bk_host_innerip_v6", "operator": operator, "value": value});
    let host = doc(json!({"bk_host_innerip_v6": "2001:0db8:0000:0000:0000:0000:0000:0001"}));
    for (operator, value, expected) in [
        ("equal", json!("2001:db8::1"), true),
        ("not_equal", json!("2001:DB8::1"), false),
        ("in", json!(["::1", "2001:db8::1"]), true),
        ("not_in", json!(["::1"]), true),
        ("equal", json!(""), false),
    ] {
        let filter = parse(&group("AND", &[rule(operator, value.clone())]), USUAL, &zone()).unwrap();
        assert_eq!(filter.matches(&host), expected, "{operator} {value}");
    }
    let error = refused(&group("AND", &[rule("in", json!(["10.0.0.1"]))]));
    assert_eq!(error.key.as_deref(), Some("rules[0].value"));
}

#[test]
fn what_is_neither_group_nor_rule_is_a_decode_error_before_all_others() {
    let bad = rule("nonsense", &json!(1));
    for value in [
        json!(null),
        json!([]),
        json!("AND"),
        json!({}),
        json!({"rules": []}),
        json!({"condition": 1, "rules": []}),
        json!({"condition": "AND", "rules": {}}),
        json!({"condition": "AND", "rules": [bad, 1]}),
        json!({"condition": "AND", "rules": [bad, {"field": "a"}]}),
        json!({"condition": "AND", "rules": [{"field": 1, "operator": "equal", "value": 1}]}),
        json!({"operator": 1}),
    ] {
        let error = refused(&value);
        assert_eq!(error.key, None, "{value}");
        assert_eq!(error.into_error(Code::ParamInvalid, "conditions").code, Code::JsonDecode);
    }
}

#[test]
fn errors_name_the_key() {
    let good = rule("equal", &json!(1));
    let in_second = |rule: Value| group("AND", &[good.clone(), rule]);
    let cases = [
        ("", good.clone()),
        ("rules", group("AND", &[])),
        ("rules", json!({"condition": "AND"})),
        ("condition", group("and", std::slice::from_ref(&good))),
        ("rules[1].condition", in_second(group("", std::slice::from_ref(&good)))),
        ("rules[1].rules", in_second(group("OR", &[]))),
        ("rules[1].rules[0].operator", in_second(group("OR", &[rule("EQUAL", &json!(1))]))),
        ("rules[1].operator", in_second(rule("begins_with_i", &json!("x")))),
        ("rules[1].operator", in_second(rule("", &json!("x")))),
        ("rules[1].field", in_second(json!({"field": "_id", "operator": "equal", "value": 1}))),
        ("rules[1].field", in_second(json!({"field": "a$b", "operator": "equal", "value": 1}))),
        ("rules[1].field", in_second(json!({"operator": "equal", "value": 1}))),
    ];
    for (key, value) in cases {
        assert_eq!(refused(&value).key.as_deref(), Some(key), "{value}");
    }
    for field in ["a", "0", "a.b-c_d.9"] {
        let rule = json!({"field": field, "operator": "exist"});
        assert!(parse(&group("AND", &[rule]), USUAL, &zone()).is_ok(), "{field}");
    }
}

#[test]
fn values_that_do_not_fit_the_operator_are_refused() {
    let too_large = json!("(((a{100}){100}){100})");
    for (operator, value) in [
        ("equal", json!(null)),
        ("equal", json!([1])),
        ("not_equal", json!({})),
        ("in", json!(1)),
        ("in", json!([1, "1"])),
        ("in", json!([null, true, 1])),
        ("not_in", json!([[1]])),
        ("less", json!("5")),
        ("greater_or_equal", json!(null)),
        ("datetime_less", json!(1_714_528_800)),
        ("datetime_less", json!("yesterday")),
        ("datetime_greater", json!("2024-02-30")),
        ("begins_with", json!("")),
        ("not_begins_with", json!(1)),
        ("contains", json!("")),
        ("contains", json!("a(")),
        ("not_contains", json!("(?=a)")),
        ("ends_with", json!("*")),
        ("contains", too_large),
    ] {
        let error = refused(&group("AND", &[rule(operator, &value)]));
        assert_eq!(error.key.as_deref(), Some("rules[0].value"), "{operator} {value}");
        assert!(!error.problem.is_empty() && !error.problem.contains('\n'), "{}", error.problem);
    }
}

#[test]
fn limits_hold_and_can_be_lifted() {
    let one = rule("equal", &json!(1));
    let many = |count| vec![one.clone(); count];
    let deep = group("AND", &[group("OR", &[group("AND", &many(1))])]);
    let long = group("AND", &[rule("in", &json!(vec![1; 501]))]);
    let wide = group("AND", &[group("OR", &many(21))]);
    for (key, value) in [("rules", &deep), ("rules[0].value", &long), ("rules[0].rules", &wide)] {
        assert_eq!(refused(value).key.as_deref(), Some(key));
        assert!(parse(value, NONE, &zone()).is_ok());
    }
    for value in [
        group("AND", &[group("OR", &many(20))]),
        group("AND", &many(1000)),
        group("AND", &[rule("not_in", &json!(vec![1; 500]))]),
    ] {
        assert!(parse(&value, USUAL, &zone()).is_ok());
    }
    let scope = Limits { depth: 2, ..USUAL };
    assert_eq!(
        parse(&group("AND", &[group("OR", &many(1))]), scope, &zone()).unwrap_err().key.as_deref(),
        Some("rules")
    );
}

#[test]
fn number_and_size_of_patterns_are_bounded() {
    let contains = |count| group("AND", &vec![rule("contains", &json!("x")); count]);
    assert!(parse(&contains(100), USUAL, &zone()).is_ok());
    assert_eq!(refused(&contains(101)).key.as_deref(), Some("rules[100].value"));
    let long = json!("长x".repeat(1000));
    assert!(parse(&group("AND", &[rule("contains", &long)]), USUAL, &zone()).is_ok());
}

#[test]
fn errors_become_those_of_the_endpoint() {
    let error = refused(&group("AND", &[rule("less", &json!("5"))])).into_error(Code::ParamInvalid, "conditions");
    assert_eq!((error.code, error.args), (Code::ParamInvalid, vec!["conditions.rules[0].value".into()]));
    let error = refused(&rule("less", &json!(5))).into_error(Code::ParamRefersToNothing, "condition.asst_filter");
    assert_eq!(error.args, vec!["condition.asst_filter".into()]);
    assert!(error.hint.is_some());
}
