//! Tables of definitions and values, kind by kind.

use super::id_rule::{Ingredients, Recipe};
use super::{KINDS, by_name, compile};
use crate::attribute::Attribute;
use crate::{Code, Map, Result};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

fn attribute(kind: &str, option: Value) -> Attribute {
    Attribute { kind: kind.to_owned(), name: "Shown".to_owned(), option, ..Attribute::default() }
}

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code)
}

fn define(mut attribute: Attribute) -> Result<Attribute> {
    by_name(&attribute.kind).unwrap().define(&mut attribute)?;
    Ok(attribute)
}

/// Asserts what `define` says of each option; `None` is acceptance.
fn assert_options(kind: &str, cases: &[(Value, Option<Code>)]) {
    for (option, expected) in cases {
        assert_eq!(code(define(attribute(kind, option.clone()))), *expected, "{kind} {option}");
    }
}

/// Asserts what `define` says of each default.
fn assert_defaults(base: &Attribute, cases: &[(Value, Option<Code>)]) {
    for (default, expected) in cases {
        let attribute = Attribute { default: Some(default.clone()), ..base.clone() };
        assert_eq!(code(define(attribute)), *expected, "default {default} of {}", base.kind);
    }
}

/// Asserts what becomes of each value.
fn assert_values(attribute: &Attribute, cases: &[(Value, Result<Value, Code>)]) {
    let check = compile(attribute, &zone()).unwrap();
    for (given, expected) in cases {
        let result = check.accept(given.clone()).map_err(|error| {
            assert_eq!(error.args, ["Shown".into()], "{given}");
            error.code
        });
        assert_eq!(result, *expected, "{given} as {}", attribute.kind);
    }
}

fn absent(attribute: &Attribute) -> Result<Value, Code> {
    compile(attribute, &zone()).unwrap().absent().map_err(|error| error.code)
}

fn with_default(mut attribute: Attribute, default: Value) -> Attribute {
    attribute.default = Some(default);
    attribute
}

fn entry(id: &str, default: bool) -> Value {
    json!({ "id": id, "name": id.to_uppercase(), "type": "text", "is_default": default })
}

fn kept(value: Value) -> (Value, Result<Value, Code>) {
    (value.clone(), Ok(value))
}

#[test]
fn every_kind_has_one_name_and_other_names_are_none() {
    let mut names: Vec<_> = KINDS.iter().map(|kind| kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KINDS.len());
    assert_eq!(code(compile(&attribute("varchar", json!("")), &zone())), Some(Code::AttributeTypeUnknown));
}

#[test]
fn null_is_a_value_unless_required() {
    for kind in KINDS {
        let mut attribute = attribute(kind.name(), Value::Null);
        assert_values(&attribute, &[kept(Value::Null)]);
        attribute.required = true;
        assert_values(&attribute, &[(Value::Null, Err(Code::ParamRequired))]);
    }
}

#[test]
fn the_character_nul_is_refused_wherever_it_hides() {
    for (kind, value) in [
        ("singlechar", json!("a\0b")),
        ("longchar", json!("\0")),
        ("object", json!({ "a": [{ "b\0": 1 }] })),
        ("foreignkey", json!(["\0"])),
    ] {
        assert_values(&attribute(kind, Value::Null), &[(value, Err(Code::ParamInvalid))]);
    }
}

#[test]
fn texts() {
    for (kind, limit) in [("singlechar", 256), ("longchar", 2000)] {
        assert_options(
            kind,
            &[
                (Value::Null, None),
                (json!(""), None),
                (json!("^a+$"), None),
                (json!(1), Some(Code::RegexNotString)),
                (json!({}), Some(Code::RegexNotString)),
                (json!("("), Some(Code::RegexInvalid)),
                (json!("((.{1000}){1000}){1000}"), Some(Code::RegexInvalid)),
            ],
        );
        let plain = attribute(kind, json!(""));
        assert_values(
            &plain,
            &[
                kept(json!("名")),
                (json!("  a b\n"), Ok(json!("a b"))),
                kept(json!("x".repeat(limit))),
                (json!(format!(" {} ", "x".repeat(limit))), Ok(json!("x".repeat(limit)))),
                (json!("x".repeat(limit + 1)), Err(Code::ValueTooLong)),
                (json!("名".repeat(limit / 3 + 1)), Err(Code::ValueTooLong)),
                (json!(1), Err(Code::ParamNotString)),
                (json!(["a"]), Err(Code::ParamNotString)),
                (json!("  "), Ok(json!(""))),
            ],
        );
        let pattern = attribute(kind, json!("b+"));
        assert_values(&pattern, &[kept(json!("abc")), kept(json!("")), (json!("ac"), Err(Code::RegexMismatch))]);
        assert_defaults(
            &pattern,
            &[(json!("bb"), None), (json!("c"), Some(Code::RegexMismatch)), (json!(1), Some(Code::ParamNotString))],
        );
        let required = Attribute { required: true, ..plain.clone() };
        assert_values(&required, &[(json!(" "), Err(Code::ParamRequired)), kept(json!("a"))]);
        assert_eq!(absent(&plain), Ok(json!("")));
        assert_eq!(absent(&with_default(plain, json!("d"))), Ok(json!("d")));
        assert_eq!(absent(&with_default(pattern, json!("unfit"))), Ok(json!("")));
    }
}

#[test]
fn names_of_the_topology_hold_no_double_hash() {
    let mut name = attribute("singlechar", json!(""));
    name.obj_id = "set".to_owned();
    name.property_id = "bk_set_name".to_owned();
    assert_values(&name, &[(json!("a##b"), Err(Code::ParamInvalid)), kept(json!("a#b"))]);
    name.property_id = "bk_set_desc".to_owned();
    assert_values(&name, &[kept(json!("a##b"))]);
}

#[test]
fn ranges_of_numbers_come_in_many_shapes() {
    for kind in ["int", "float"] {
        assert_options(
            kind,
            &[
                (json!({}), None),
                (json!(""), None),
                (json!({ "min": 1, "max": 2_147_483_647 }), None),
                (json!({ "min": "1", "max": "" }), None),
                (json!({ "min": null, "max": -1.0 }), None),
                (json!(r#"{"min":"-5","max":5}"#), None),
                (Value::Null, Some(Code::ParamMissing)),
                (json!({ "min": 2, "max": 1 }), Some(Code::ParamRefersToNothing)),
                (json!({ "min": "x" }), Some(Code::ParamRefersToNothing)),
                (json!({ "max": true }), Some(Code::ParamRefersToNothing)),
                (json!({ "max": "inf" }), Some(Code::ParamRefersToNothing)),
                (json!([]), Some(Code::ParamRefersToNothing)),
                (json!("[1]"), Some(Code::ParamRefersToNothing)),
                (json!("x"), Some(Code::ParamRefersToNothing)),
            ],
        );
    }
    assert_options("int", &[(json!({ "min": 0.5 }), Some(Code::ParamRefersToNothing))]);
    assert_options("float", &[(json!({ "min": -0.5, "max": "0.5" }), None)]);
}

#[test]
fn integers() {
    let bounded = attribute("int", json!({ "min": "1", "max": 10 }));
    assert_values(
        &bounded,
        &[
            kept(json!(1)),
            kept(json!(10)),
            (json!(7.0), Ok(json!(7))),
            kept(json!(10.5)),
            (json!(0), Err(Code::ParamInvalid)),
            (json!(11), Err(Code::ParamInvalid)),
            (json!(0.9), Err(Code::ParamInvalid)),
            (json!("5"), Err(Code::ParamNotInteger)),
            (json!(true), Err(Code::ParamNotInteger)),
        ],
    );
    let open = attribute("int", json!({}));
    assert_values(
        &open,
        &[
            kept(json!(i64::MAX)),
            kept(json!(i64::MIN)),
            (json!(u64::MAX), Err(Code::ParamInvalid)),
            (json!(9_223_372_036_854_775_808_u64), Err(Code::ParamInvalid)),
            (json!(-1e300), Err(Code::ParamInvalid)),
            (serde_json::from_str("123456789012345678901234567890").unwrap(), Err(Code::ParamInvalid)),
            (json!(9_007_199_254_740_993_i64), Ok(json!(9_007_199_254_740_993_i64))),
        ],
    );
    assert_defaults(
        &bounded,
        &[(json!(5), None), (json!(50), Some(Code::ParamInvalid)), (json!(""), Some(Code::ParamNotInteger))],
    );
    assert_eq!(absent(&bounded), Ok(Value::Null));
    assert_eq!(absent(&with_default(bounded.clone(), json!(3))), Ok(json!(3)));
    assert_eq!(absent(&with_default(bounded, json!(30))), Err(Code::ParamInvalid));
}

#[test]
fn floats() {
    let bounded = attribute("float", json!({ "min": -90, "max": "90.5" }));
    assert_values(
        &bounded,
        &[
            kept(json!(-90)),
            kept(json!(90.5)),
            (json!(90.51), Err(Code::ParamInvalid)),
            (json!("1.5"), Err(Code::ParamRefersToNothing)),
            (json!([1.5]), Err(Code::ParamRefersToNothing)),
        ],
    );
    assert_eq!(absent(&bounded), Ok(Value::Null));
    assert_eq!(absent(&with_default(bounded, json!(0.5))), Ok(json!(0.5)));
}

#[test]
fn options_of_enums() {
    let many = |count: usize| (0..count).map(|at| entry(&format!("e{at}"), at == 0)).collect::<Value>();
    for kind in ["enum", "enummulti"] {
        assert_options(
            kind,
            &[
                (json!([entry("a", true), entry("b", false)]), None),
                (json!([{ "id": "a", "name": "A", "is_default": true }, { "id": "b", "name": "B" }]), None),
                (many(200), None),
                (many(201), Some(Code::TooLong)),
                (Value::Null, Some(Code::ParamMissing)),
                (json!(""), Some(Code::ParamInvalid)),
                (json!(["a"]), Some(Code::ParamInvalid)),
                (json!([{ "id": 1, "name": "A", "is_default": true }]), Some(Code::ParamInvalid)),
                (json!([{ "id": "a", "name": "A", "type": "int", "is_default": true }]), Some(Code::ParamInvalid)),
                (json!([{ "id": "a", "name": "A", "is_default": "yes" }]), Some(Code::ParamInvalid)),
                (json!([{ "id": "a\0", "name": "A", "is_default": true }]), Some(Code::ParamInvalid)),
                (json!([{ "id": "", "name": "A", "is_default": true }]), Some(Code::ParamRequired)),
                (json!([{ "id": "a", "name": "", "is_default": true }]), Some(Code::ParamRequired)),
                (json!([entry(&"名".repeat(128), true)]), None),
                (json!([entry(&"n".repeat(129), true)]), Some(Code::TooLong)),
                (json!([]), Some(Code::SingleChoice)),
                (json!([entry("a", false)]), Some(Code::SingleChoice)),
                (json!([entry("a", true), entry("b", true)]), Some(Code::SingleChoice)),
            ],
        );
    }
    for option in [json!([entry("a", true), entry("b", true)]), json!([entry("a", false)]), json!([])] {
        let multi = Attribute { multiple: Some(true), ..attribute("enummulti", option) };
        assert_eq!(code(define(multi)), None);
    }
    let short = json!([{ "id": "a", "name": "A", "is_default": true }, { "id": "b", "name": "B" }]);
    let defined = define(with_default(attribute("enum", short), json!("a"))).unwrap();
    assert_eq!(defined.default, None);
    assert_eq!(defined.option[1], json!({ "id": "b", "name": "B", "type": "text", "is_default": false }));
}

#[test]
fn values_of_enums() {
    let one = attribute("enum", json!([entry("a", true), entry("b", false)]));
    assert_values(
        &one,
        &[
            kept(json!("a")),
            (json!(" b "), Ok(json!("b"))),
            (json!("A"), Err(Code::ParamInvalid)),
            (json!(""), Err(Code::ParamInvalid)),
            (json!(1), Err(Code::ParamInvalid)),
            (json!(["a"]), Err(Code::ParamInvalid)),
        ],
    );
    assert_eq!(absent(&one), Ok(json!("a")));
    assert_eq!(absent(&attribute("enum", json!([entry("a", false)]))), Ok(Value::Null));
    let torn = json!([entry("a", true), entry("b", true)]);
    assert_eq!(absent(&attribute("enum", torn.clone())), Err(Code::SingleChoice));

    let single = attribute("enummulti", one.option);
    assert_values(
        &single,
        &[
            kept(json!(["b"])),
            kept(json!([])),
            (json!(["a", "b"]), Err(Code::SingleChoice)),
            (json!("a"), Err(Code::ParamInvalid)),
            (json!(["x"]), Err(Code::ParamInvalid)),
        ],
    );
    assert_eq!(absent(&single), Ok(json!(["a"])));
    let mut several = Attribute { multiple: Some(true), ..attribute("enummulti", torn) };
    assert_values(&several, &[kept(json!(["b", "a"])), (json!(["a", 1]), Err(Code::ParamInvalid))]);
    assert_eq!(absent(&several), Ok(json!(["a", "b"])));
    several.required = true;
    assert_values(&several, &[(json!([]), Err(Code::ParamRequired))]);
}

#[test]
fn dates_and_times() {
    let date = attribute("date", json!(""));
    assert_values(
        &date,
        &[
            kept(json!("2024-02-29")),
            (json!(" 2024-02-29 "), Ok(json!("2024-02-29"))),
            (json!(""), Ok(Value::Null)),
            (json!("2023-02-29"), Err(Code::ParamInvalid)),
            (json!("2024-2-9"), Err(Code::ParamInvalid)),
            (json!("2024-02-29 00:00:00"), Err(Code::ParamInvalid)),
            (json!(20_240_229), Err(Code::ParamInvalid)),
        ],
    );
    let time = attribute("time", json!(""));
    assert_values(
        &time,
        &[
            (json!("2024-05-01 10:00:00"), Ok(json!("2024-05-01T02:00:00.000Z"))),
            (json!("2024-05-01T10:00:00.5+01:00"), Ok(json!("2024-05-01T09:00:00.500Z"))),
            kept(json!("2024-05-01T02:00:00.123Z")),
            (json!(""), Ok(Value::Null)),
            (json!("2024-05-01"), Err(Code::ParamInvalid)),
            (json!("2024-13-01 00:00:00"), Err(Code::ParamInvalid)),
            (json!("-000001-01-01T00:00:00Z"), Err(Code::ParamInvalid)),
            (json!(1_714_500_000), Err(Code::ParamInvalid)),
        ],
    );
    for base in [date, time] {
        assert_values(&Attribute { required: true, ..base.clone() }, &[(json!(""), Err(Code::ParamRequired))]);
        assert_defaults(&base, &[(json!("soon"), Some(Code::ParamInvalid)), (json!(1), Some(Code::ParamInvalid))]);
        assert_eq!(absent(&base), Ok(Value::Null));
    }
    let start = with_default(attribute("time", json!("")), json!("2024-05-01 10:00:00"));
    assert_eq!(code(define(start.clone())), None);
    assert_eq!(absent(&start), Ok(json!("2024-05-01T02:00:00.000Z")));
}

#[test]
fn users() {
    let users = attribute("objuser", json!(""));
    assert_values(
        &users,
        &[
            kept(json!("admin,j.doe@example.org,x_1-2")),
            (json!(" admin "), Ok(json!("admin"))),
            kept(json!("")),
            kept(json!("a".repeat(2000))),
            (json!("a".repeat(2001)), Err(Code::ValueTooLong)),
            (json!("_a"), Err(Code::RegexMismatch)),
            (json!("a b"), Err(Code::RegexMismatch)),
            (json!("名"), Err(Code::RegexMismatch)),
            (json!(["a"]), Err(Code::ParamNotString)),
        ],
    );
    assert_values(&Attribute { required: true, ..users.clone() }, &[(json!(""), Err(Code::ParamRequired))]);
    assert_defaults(&users, &[(json!("admin"), None), (json!(1), Some(Code::ParamNotString))]);
    assert_eq!(absent(&users), Ok(Value::Null));
}

#[test]
fn organizations() {
    let several = Attribute { multiple: Some(true), ..attribute("organization", json!("")) };
    assert_values(
        &several,
        &[
            kept(json!([1, 2])),
            (json!([1.0]), Ok(json!([1]))),
            kept(json!([])),
            (json!([1.5]), Err(Code::ParamInvalid)),
            (json!(["1"]), Err(Code::ParamInvalid)),
            (json!([u64::MAX]), Err(Code::ParamInvalid)),
            (json!(1), Err(Code::ParamInvalid)),
        ],
    );
    let single = Attribute { multiple: Some(false), ..several.clone() };
    assert_values(&single, &[kept(json!([1])), (json!([1, 2]), Err(Code::ParamInvalid))]);
    let bad = Some(Code::ParamRefersToNothing);
    assert_defaults(&several, &[(json!([1, 2]), None), (json!([]), bad), (json!(["a"]), bad), (json!(1), bad)]);
    assert_defaults(&single, &[(json!([1]), None), (json!([1, 2]), bad)]);
    assert_values(&Attribute { required: true, ..several.clone() }, &[(json!([]), Err(Code::ParamRequired))]);
    assert_eq!(absent(&several), Ok(Value::Null));
    assert_eq!(absent(&with_default(several, json!([7]))), Ok(json!([7])));
}

#[test]
fn time_zones_and_truth_values() {
    let zone = attribute("timezone", json!(""));
    let bad = Err(Code::ParamNotTimezone);
    assert_values(
        &zone,
        &[
            kept(json!("America/Port-au-Prince")),
            kept(json!("Etc/GMT\u{2212}3")),
            (json!(""), bad.clone()),
            (json!("Asia Shanghai"), bad.clone()),
            (json!(8), bad),
        ],
    );
    assert_defaults(&zone, &[(json!("Asia/Shanghai"), None), (json!("?"), Some(Code::ParamNotTimezone))]);
    assert_eq!(absent(&zone), Ok(Value::Null));

    let flag = attribute("bool", json!(""));
    let bad = Err(Code::ParamNotBool);
    assert_values(&flag, &[kept(json!(true)), (json!("true"), bad.clone()), (json!(1), bad.clone()), (json!(""), bad)]);
    assert_defaults(&flag, &[(json!(true), None), (json!("x"), Some(Code::ParamNotBool))]);
    assert_eq!(absent(&flag), Ok(json!(false)));
    assert_eq!(absent(&with_default(flag, json!(true))), Ok(json!(true)));
}

#[test]
fn lists() {
    assert_options(
        "list",
        &[
            (json!(["A", "Z"]), None),
            (json!(vec!["x"; 200]), None),
            (json!(vec!["x"; 201]), Some(Code::TooLong)),
            (json!(["x".repeat(129)]), Some(Code::TooLong)),
            (json!([]), Some(Code::ListOptionInvalid)),
            (json!([1]), Some(Code::ListOptionInvalid)),
            (json!(["\0"]), Some(Code::ListOptionInvalid)),
            (json!(""), Some(Code::ListOptionInvalid)),
            (Value::Null, Some(Code::ListOptionInvalid)),
        ],
    );
    let list = attribute("list", json!(["A", "Z"]));
    let bad = Err(Code::ParamInvalid);
    assert_values(
        &list,
        &[kept(json!("A")), (json!(" Z"), Ok(json!("Z"))), (json!("B"), bad.clone()), (json!(["A"]), bad)],
    );
    assert_defaults(&list, &[(json!("Z"), None), (json!("B"), Some(Code::ParamInvalid))]);
    assert_eq!(absent(&list), Ok(Value::Null));
    assert_eq!(absent(&with_default(list, json!("Z"))), Ok(json!("Z")));
}

#[test]
fn tables_check_their_rows_by_column() {
    let column = |id: &str, kind: &str, required: bool| json!({ "bk_property_id": id, "bk_property_name": "Shown", "bk_property_type": kind, "isrequired": required });
    let table = attribute("table", json!([column("ip", "singlechar", true), column("enable", "bool", false)]));
    assert_eq!(code(define(table.clone())), None);
    assert_values(
        &table,
        &[
            (json!([{ "ip": " ::1 ", "enable": true, "other": 1 }]), Ok(json!([{ "ip": "::1", "enable": true }]))),
            kept(json!([{ "ip": "::1" }])),
            kept(json!([])),
            (json!([{ "enable": true }]), Err(Code::ParamRequired)),
            (json!([{ "ip": "::1", "enable": 1 }]), Err(Code::ParamNotBool)),
            (json!([1]), Err(Code::ParamInvalid)),
            (json!({}), Err(Code::ParamInvalid)),
        ],
    );
    assert_eq!(absent(&table), Ok(Value::Null));
    assert_options(
        "table",
        &[
            (json!([1]), Some(Code::ParamInvalid)),
            (json!([column("t", "table", false)]), Some(Code::ParamInvalid)),
            (json!([column("t", "id_rule", false)]), Some(Code::AttributeTypeUnknown)),
        ],
    );
}

#[test]
fn objects_and_references() {
    let object = attribute("object", Value::Null);
    assert_values(&object, &[kept(json!({ "match_all": true })), (json!([]), Err(Code::ParamInvalid))]);
    assert_eq!(absent(&object), Ok(Value::Null));
    for kind in ["foreignkey", "singleasst", "multiasst"] {
        let reference = attribute(kind, Value::Null);
        assert_values(&reference, &[kept(json!(0)), kept(json!("x")), kept(json!([1]))]);
        assert_eq!(absent(&reference), Ok(Value::Null));
    }
}

#[test]
fn an_id_rule_makes_values_that_it_accepts() {
    let option = json!({"rule": "v.{{site}}/{{global.incr_id.3}}-{{ local.incr_id.2 }}{{random_id.4}}"});
    let recipe = Recipe::parse(&option).unwrap();
    assert_eq!(recipe.attributes().collect::<Vec<_>>(), ["site"]);
    assert!(recipe.is_global() && recipe.is_local());
    let from = Ingredients { global: 12, local: 7, random: "abcdefgh".to_owned() };
    let doc = Map::from_iter([("site".to_owned(), json!("ber")), ("other".to_owned(), json!(1))]);
    assert_eq!(recipe.value("Code", &doc, &from).unwrap(), "v.ber/012-07abcd");
    assert_eq!(recipe.value("Code", &Map::new(), &from).unwrap(), "v./012-07abcd");
    for (global, local, site, expected) in [
        (1000, 1, "a".to_owned(), Code::ParamInvalid),
        (1, 100, "a".to_owned(), Code::ParamInvalid),
        (1, 1, "x".repeat(256), Code::ValueTooLong),
    ] {
        let doc = Map::from_iter([("site".to_owned(), json!(site))]);
        let from = Ingredients { global, local, ..from.clone() };
        assert_eq!(recipe.value("Code", &doc, &from).unwrap_err().code, expected);
    }
    let invalid = |value: Value| (value, Err(Code::ParamInvalid));
    assert_values(
        &attribute("id_rule", option),
        &[
            kept(json!("v.ber/012-07abcd")),
            (json!(" v./000-00ZZ99 "), Ok(json!("v./000-00ZZ99"))),
            kept(json!("")),
            invalid(json!("vxber/012-07abcd")),
            invalid(json!("v.ber/12-07abcd")),
            invalid(json!("v.ber/012-07abc-")),
            (json!("x".repeat(257)), Err(Code::ValueTooLong)),
            (json!(1), Err(Code::ParamNotString)),
        ],
    );
}
