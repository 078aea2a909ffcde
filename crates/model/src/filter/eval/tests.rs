use super::super::tests::doc;
use super::{Filter, Order, Test, compare, order};
use crate::page::Sort;
use serde_json::{Value, json};
use std::cmp::Ordering;

fn passes(value: impl Into<Value>, test: Test) -> bool {
    Filter::Field { field: "a".to_owned(), test }.matches(&doc(json!({"a": value.into()})))
}

fn passes_missing(test: Test) -> bool {
    Filter::Field { field: "a".to_owned(), test }.matches(&doc(json!({})))
}

#[test]
fn equal_compares_numbers_by_exact_value_and_never_with_texts() {
    for (value, wanted, expected) in [
        (json!(1), json!(1.0), true),
        (json!(0), json!(-0.0), true),
        (json!(1), json!("1"), false),
        (json!(1), json!(true), false),
        (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992.0), false),
        (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992_i64), false),
        (json!(u64::MAX), json!(18_446_744_073_709_551_616.0), false),
        (json!(u64::MAX), json!(-1), false),
        (json!({"x": [1]}), json!({"x": [1.0]}), true),
        (json!({"x": 1, "y": 2}), json!({"x": 1}), false),
        (json!("Web"), json!("web"), false),
    ] {
        assert_eq!(passes(value.clone(), Test::Equal(wanted.clone())), expected, "{value} = {wanted}");
    }
}

#[test]
fn null_equals_null_and_missing() {
    assert!(passes(Value::Null, Test::Equal(Value::Null)));
    assert!(passes_missing(Test::Equal(Value::Null)));
    assert!(passes_missing(Test::In(vec![json!(1), Value::Null].into())));
    assert!(!passes(json!(0), Test::Equal(Value::Null)));
    assert!(!passes(json!(""), Test::Equal(Value::Null)));
}

#[test]
fn array_passes_when_an_element_does_or_the_whole_equals() {
    let pattern = |text| Test::Pattern(regex::Regex::new(text).unwrap());
    assert!(passes(json!([1, 2]), Test::Equal(json!(2))));
    assert!(passes(json!([1, 2]), Test::Equal(json!([1, 2]))));
    assert!(passes(json!([[1, 2]]), Test::Equal(json!([1, 2]))));
    assert!(!passes(json!([1, 2]), Test::Equal(json!([2, 1]))));
    assert!(passes(json!([1, 2]), Test::In(vec![json!(3), json!(2)].into())));
    assert!(passes(json!(["x", "web"]), pattern("^w")));
    assert!(!passes(json!(["x", 5]), pattern("^w")));
    assert!(passes(json!([1, 9]), Test::Compare(Order::Greater, json!(5))));
    assert!(!passes(json!([]), Test::Equal(json!(1))));
}

#[test]
fn compare_holds_only_between_values_of_one_type() {
    for (value, side, bound, expected) in [
        (json!(1), Order::Less, json!(1.5), true),
        (json!(2), Order::LessOrEqual, json!(2.0), true),
        (json!(-1), Order::Less, json!(-0.5), true),
        (json!(-1), Order::Greater, json!(-1.5), true),
        (json!(u64::MAX), Order::Greater, json!(i64::MAX), true),
        (json!(1), Order::Less, json!(1e300), true),
        (json!("b"), Order::Greater, json!("a"), true),
        (json!("a"), Order::GreaterOrEqual, json!("a"), true),
        (json!("1"), Order::Less, json!(2), false),
        (Value::Null, Order::Less, json!(2), false),
        (json!(true), Order::Greater, json!(false), false),
    ] {
        assert_eq!(passes(value.clone(), Test::Compare(side, bound.clone())), expected, "{value} {side:?} {bound}");
    }
}

#[test]
fn shape_of_a_value_can_be_tested() {
    let above = |field: &str| {
        Box::new(Filter::Field { field: field.to_owned(), test: Test::Compare(Order::Greater, json!(5)) })
    };
    assert!(passes(Value::Null, Test::Exists));
    assert!(!passes_missing(Test::Exists));
    assert!(passes(json!([]), Test::Size(0)));
    assert!(!passes(Value::Null, Test::Size(0)));
    assert!(passes(json!([1, 2, 3]), Test::HasAll(vec![json!(3), json!(1)])));
    assert!(!passes(json!([1, 2, 3]), Test::HasAll(vec![json!(3), json!(4)])));
    assert!(!passes(json!([1, 2, 3]), Test::HasAll(Vec::new())));
    assert!(passes(json!(1), Test::HasAll(vec![json!(1)])));
    assert!(passes(json!([1, 9]), Test::Element(above("element"))));
    assert!(passes(json!([{"n": 9}]), Test::Element(above("element.n"))));
    assert!(!passes(json!([{"n": 9}]), Test::Element(above("n"))));
    assert!(!passes(json!(9), Test::Element(above("element"))));
    assert!(passes(json!({"n": 9}), Test::Object(above("n"))));
    assert!(passes(json!([{"n": 1}, {"n": 9}]), Test::Object(above("n"))));
    assert!(!passes(json!(9), Test::Object(above("n"))));
}

#[test]
fn dots_reach_into_objects() {
    let record = doc(json!({"a": {"b": {"c": 1}}, "x": 1}));
    assert!(Filter::equal("a.b.c", 1).matches(&record));
    assert!(Filter::equal("a.b", json!({"c": 1})).matches(&record));
    assert!(Filter::equal("a.b.d", Value::Null).matches(&record));
    assert!(Filter::equal("x.b", Value::Null).matches(&record));
    assert!(!Filter::equal("a.b.c.d", 1).matches(&record));
}

#[test]
fn groups_join_and_negation_holds_for_missing_fields() {
    let record = doc(json!({"a": 1, "b": 2}));
    let (yes, no) = (Filter::equal("a", 1), Filter::equal("b", 1));
    assert!(Filter::everything().matches(&record));
    assert!(!Filter::Any(Vec::new()).matches(&record));
    assert!(!yes.clone().and(no.clone()).matches(&record));
    assert!(Filter::Any(vec![no, yes]).matches(&record));
    assert!(Filter::Not(Box::new(Filter::equal("zzz", 1))).matches(&record));
    assert!(!Filter::one_of("a", Vec::<Value>::new()).matches(&record));
}

#[test]
fn values_are_ordered_by_type_and_then_by_value() {
    let ascending = [
        Value::Null,
        json!(-1),
        json!(0.5),
        json!(1),
        json!(9_007_199_254_740_992.0),
        json!(9_007_199_254_740_993_i64),
        json!(u64::MAX),
        json!(1e30),
        json!(""),
        json!("Z"),
        json!("a"),
        json!("ä"),
        json!({}),
        json!({"a": 1}),
        json!({"a": 1, "b": 0}),
        json!({"a": 2}),
        json!([]),
        json!([1]),
        json!([1, 0]),
        json!([2]),
        json!(false),
        json!(true),
    ];
    for (i, a) in ascending.iter().enumerate() {
        for (j, b) in ascending.iter().enumerate() {
            assert_eq!(compare(Some(a), Some(b)), i.cmp(&j), "{a} and {b}");
        }
    }
    assert_eq!(compare(None, Some(&Value::Null)), Ordering::Equal);
    assert_eq!(compare(None, Some(&json!(-1))), Ordering::Less);
}

#[test]
fn later_fields_of_a_sort_order_break_ties() {
    let by = |field: &str, descending| Sort { field: field.to_owned(), descending };
    let (a, b) = (doc(json!({"x": {"n": 1}, "y": 1})), doc(json!({"x": {"n": 1.0}, "y": 2})));
    assert_eq!(order(&[by("x.n", false), by("y", true)], &a, &b), Ordering::Greater);
    assert_eq!(order(&[by("x", false), by("y", false)], &a, &b), Ordering::Less);
    assert_eq!(order(&[by("unknown", true)], &a, &b), Ordering::Equal);
    assert_eq!(order(&[], &a, &b), Ordering::Equal);
}
