use super::super::tests::{Case, doc, zone};
use super::parse;
use crate::error::Arg;
use crate::{Code, Error};
use serde_json::{Value, json};

fn rule(operator: &str, value: &Value) -> Value {
    json!({"field": "a", "operator": operator, "value": value})
}

fn refused(value: &Value) -> Error {
    parse(value, &zone()).unwrap_err()
}

#[test]
fn each_operator_of_its_own_means_what_it_says() {
    let texts = [json!("web-01"), json!("WEB"), json!("my web"), json!("db")];
    let shapes = [json!([]), json!([3, 9]), json!({"n": 9}), json!([{"n": 9}]), Value::Null];
    let above = |field: &str| json!({"field": field, "operator": "greater", "value": 5});
    let times =
        [json!("2024-05-01T01:59:59.999Z"), json!("2024-05-01T02:00:00.000Z"), json!("2024-05-02T00:00:00.000Z")];
    let seconds = json!(1_714_528_800);
    let cases: &[Case<'_>] = &[
        ("equal", json!("db"), &texts, &[3], false),
        ("begins_with", json!("web"), &texts, &[0], false),
        ("begins_with_i", json!("web"), &texts, &[0, 1], false),
        ("not_begins_with_i", json!("web"), &texts, &[2, 3], true),
        ("contains", json!("web"), &texts, &[0, 1, 2], false),
        ("contains_s", json!("web"), &texts, &[0, 2], false),
        ("not_contains", json!("web"), &texts, &[1, 3], true),
        ("not_contains_i", json!("web"), &texts, &[3], true),
        ("ends_with", json!("web"), &texts, &[2], false),
        ("ends_with_i", json!("web"), &texts, &[1, 2], false),
        ("not_ends_with_i", json!("web"), &texts, &[0, 3], true),
        ("size", json!(2), &shapes, &[1], false),
        ("is_empty", Value::Null, &shapes, &[0], false),
        ("is_not_empty", Value::Null, &shapes, &[1, 2, 3, 4], true),
        ("filter_object", above("n"), &shapes, &[2, 3], false),
        ("filter_array", above("element"), &shapes, &[1], false),
        ("filter_array", above("element.n"), &shapes, &[3], false),
        ("datetime_less", seconds.clone(), &times, &[0], false),
        ("datetime_less_or_equal", seconds.clone(), &times, &[0, 1], false),
        ("datetime_greater", seconds.clone(), &times, &[2], false),
        ("datetime_greater_or_equal", seconds, &times, &[1, 2], false),
        ("datetime_greater_or_equal", json!("2024-05-01 10:00:00"), &times, &[1, 2], false),
        ("datetime_less", json!("2024-05-02"), &times, &[0, 1], false),
    ];
    for (operator, value, of, expected, missing) in cases {
        let filter = parse(&rule(operator, value), &zone()).unwrap();
        let passing: Vec<_> = (0..of.len()).filter(|&at| filter.matches(&doc(json!({"a": of[at]})))).collect();
        assert_eq!((passing, filter.matches(&doc(json!({})))), (expected.to_vec(), *missing), "{operator} {value}");
    }
}

#[test]
fn top_level_is_a_rule_or_a_group() {
    let rule = rule("equal", &json!(1));
    assert!(parse(&rule, &zone()).is_ok());
    assert!(parse(&json!({"condition": "OR", "rules": [rule]}), &zone()).is_ok());
    for value in [
        json!(null),
        json!([]),
        json!({}),
        json!("a"),
        json!({"operator": []}),
        json!({"condition": "AND", "rules": [1]}),
    ] {
        assert_eq!(refused(&value).code, Code::JsonDecode, "{value}");
    }
    assert_eq!(refused(&json!({"field": "a", "operator": "filter_object", "value": 1})).code, Code::JsonDecode);
}

#[test]
fn a_refused_expression_is_repeated_with_a_hint_on_the_key() {
    let value = json!({"condition": "AND", "rules": [rule("in", &json!([]))]});
    let error = refused(&value);
    assert_eq!((error.code, error.args), (Code::ParamInvalid, vec![Arg::from(format!("conditions: {value}"))]));
    assert!(error.hint.unwrap().starts_with("rules[0].value: "));
}

#[test]
fn invalid_rules_are_refused() {
    let one = rule("equal", &json!(1));
    let group = |rules: Vec<Value>| json!({"condition": "AND", "rules": rules});
    for value in [
        rule("equal", &Value::Null),
        rule("in", &json!([])),
        rule("not_in", &json!([])),
        rule("in", &json!([1, "1"])),
        rule("in", &json!([1, null])),
        rule("in", &json!(vec![1; 501])),
        rule("size", &json!(-1)),
        rule("size", &json!("1")),
        rule("between", &json!([1, 2])),
        rule("datetime_less", &json!(1.5)),
        rule("datetime_less", &json!("soon")),
        rule("contains_s", &json!("")),
        rule("ends_with_i", &json!("(")),
        rule("filter_array", &rule("size", &json!(null))),
        json!({"field": "", "operator": "equal", "value": 1}),
        group(Vec::new()),
        group(vec![one.clone(); 51]),
        json!({"condition": "OR", "rules": vec![one.clone(); 51]}),
        group(vec![group(vec![group(vec![one.clone()])])]),
        group(vec![group(vec![rule("filter_object", &one)])]),
    ] {
        let error = refused(&value);
        assert_eq!(error.code, Code::ParamInvalid, "{value}");
        assert!(error.hint.is_some(), "{value}");
    }
    for value in [
        rule("in", &json!(vec![1; 500])),
        group(vec![one.clone(); 50]),
        group(vec![group(vec![one.clone()])]),
        group(vec![rule("filter_object", &one)]),
        json!({"field": "_id", "operator": "exist"}),
    ] {
        assert!(parse(&value, &zone()).is_ok(), "{value}");
    }
}

#[test]
fn a_long_expression_is_cut_in_the_error() {
    let error = refused(&rule("in", &json!(vec!["长".repeat(100); 501])));
    assert!(error.message(crate::Lang::En).chars().count() < 5000);
}
