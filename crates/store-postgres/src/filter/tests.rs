//! Shapes of conditions and parts; what they mean is for the suite, on a server.

use super::{Condition, compile, parts};
use relata_model::filter::{Filter, Order, Test};
use serde_json::{Value, json};

fn compiled(filter: &Filter) -> (Condition, usize) {
    let mut params = Vec::new();
    let condition = compile(filter, &mut params);
    (condition, params.len())
}

fn field(name: &str, test: Test) -> Filter {
    Filter::Field { field: name.to_owned(), test }
}

/// Of the tests that only the evaluator decides.
fn open() -> Filter {
    field("a", Test::Object(Box::new(Filter::everything())))
}

#[test]
fn nothing_that_a_caller_writes_is_in_the_text() {
    let odd = "o'dd\"$1--";
    let tests = [
        Test::Equal(json!(odd)),
        Test::In(vec![json!(odd), json!([odd])].into()),
        Test::Compare(Order::Less, json!(odd)),
        Test::HasAll(vec![json!(odd), json!({odd: odd})]),
        Test::Exists,
        Test::Size(77),
        Test::Element(Box::new(Filter::equal(odd, odd))),
        Test::Object(Box::new(Filter::equal(odd, odd))),
    ];
    for test in tests {
        let (condition, params) = compiled(&field(&format!("{odd}.{odd}"), test));
        assert!(!condition.sql.contains("dd") && !condition.sql.contains("77"), "{}", condition.sql);
        assert!(params >= 2);
    }
}

#[test]
fn what_is_not_exact_is_never_negated() {
    let not = |filter| Filter::Not(Box::new(filter));
    assert_eq!(compiled(&not(open())).0, Condition::inexact("TRUE"));
    assert_eq!(compiled(&not(Filter::All(vec![Filter::equal("a", 1), open()]))).0, Condition::inexact("TRUE"));
    let exact = compiled(&not(Filter::equal("a", 1))).0;
    assert!(exact.exact && exact.sql.ends_with(" IS NOT TRUE)"), "{}", exact.sql);
    assert!(!compiled(&open()).0.exact);
}

#[test]
fn what_cannot_be_written_is_left_to_the_evaluator() {
    for filter in [
        Filter::equal("a", "\0"),
        Filter::equal("a\0", 1),
        Filter::equal("a", 1e300),
        Filter::equal("a.b.c.d.e.f.g.h.i", 1),
        field("a", Test::Compare(Order::Less, json!(1e17))),
    ] {
        assert_eq!(compiled(&filter).0, Condition::inexact("TRUE"), "{filter:?}");
        assert_eq!(parts(&filter), None, "{filter:?}");
    }
    let many = Filter::All((0..1000).map(|n| Filter::equal("a", n)).collect());
    let (condition, params) = compiled(&many);
    assert!(!condition.exact && params < 1000);
}

#[test]
fn an_equality_is_a_part_as_it_is_or_in_an_array() {
    assert_eq!(parts(&Filter::equal("a.b", 1)), Some(vec![json!({"a": {"b": 1}}), json!({"a": {"b": [1]}})]));
    for value in [json!(null), json!([]), json!({"a": 1})] {
        assert_eq!(parts(&Filter::equal("a", value.clone())), None);
        assert_eq!(parts(&Filter::one_of("a", [json!(1), value])), None);
    }
    assert_eq!(parts(&Filter::one_of("a", Vec::<Value>::new())), Some(vec![]));
    assert_eq!(parts(&Filter::Not(Box::new(Filter::equal("a", 1)))), None);
    assert_eq!(parts(&Filter::everything()), None);
}

#[test]
fn parts_that_hold_together_are_one() {
    let both = Filter::equal("a", 1).and(open()).and(Filter::equal("b", 2));
    let expected =
        [json!({"a": 1, "b": 2}), json!({"a": 1, "b": [2]}), json!({"a": [1], "b": 2}), json!({"a": [1], "b": [2]})];
    assert_eq!(parts(&both), Some(expected.to_vec()));
    let twice = field("a", Test::HasAll(vec![json!(1), json!(2)]));
    assert_eq!(parts(&twice), Some(vec![json!({"a": 1}), json!({"a": 1}), json!({"a": [1]}), json!({"a": [1, 2]})]));
    let many = Filter::one_of("a", 0..1000).and(Filter::equal("b", 2));
    assert_eq!(parts(&many).map(|parts| parts.len()), Some(2));
    let either = |other| Filter::Any(vec![Filter::equal("a", 1), other]);
    assert_eq!(parts(&either(Filter::equal("b", 2))).map(|parts| parts.len()), Some(4));
    assert_eq!(parts(&either(open())), None);
}
