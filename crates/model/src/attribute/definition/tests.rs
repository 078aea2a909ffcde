use super::{Origin, check_definition, check_update};
use crate::attribute::{Attribute, DEFAULT_GROUP, kind};
use crate::{Code, Map, Result};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// A sound request, with some members replaced.
fn request(members: &Value) -> Attribute {
    let mut all = json!({
        "bk_obj_id": "rack", "bk_property_id": "height", "bk_property_name": "Height", "bk_property_type": "singlechar",
        "option": "", "editable": true,
    });
    all.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

fn defined(members: &Value) -> Result<Attribute> {
    let mut attribute = request(members);
    check_definition(&mut attribute, Origin::Caller)?;
    Ok(attribute)
}

fn updated(stored: &Attribute, patch: &Value) -> Result<Attribute> {
    check_update(stored, patch.as_object().unwrap_or(&Map::new()))
}

fn code<T>(result: Result<T>) -> Option<Code> {
    result.err().map(|error| error.code)
}

#[test]
fn what_a_definition_leaves_out_is_filled() {
    let attribute = defined(&json!({ "isonly": true, "ispre": true })).unwrap();
    assert!(attribute.required && !attribute.built_in);
    assert_eq!(attribute.group, DEFAULT_GROUP);
    for (kind, given, multiple) in [
        ("singlechar", None, false),
        ("organization", None, true),
        ("organization", Some(false), false),
        ("objuser", None, true),
        ("objuser", Some(false), true),
    ] {
        let attribute = defined(&json!({ "bk_property_type": kind, "ismultiple": given })).unwrap();
        assert_eq!(attribute.multiple, Some(multiple), "{kind} {given:?}");
    }
}

#[test]
fn bad_definitions_are_refused_with_the_code_of_the_check() {
    for (members, expected) in [
        (json!({}), None),
        (json!({ "bk_property_type": "int", "ismultiple": true, "option": {} }), Some(Code::NotMultiple)),
        (json!({ "bk_property_type": "list", "ismultiple": true }), Some(Code::NotMultiple)),
        (json!({ "bk_property_type": "" }), Some(Code::ParamRequired)),
        (json!({ "bk_property_id": "a".repeat(128) }), None),
        (json!({ "bk_property_id": "a".repeat(129) }), Some(Code::TooLong)),
        (json!({ "bk_property_id": "1a" }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_id": "a.b" }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_id": "a$" }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_id": "bk_a" }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_id": "BK_a" }), None),
        (json!({ "bk_property_id": "" }), Some(Code::ParamRequired)),
        (json!({ "bk_property_name": "" }), Some(Code::ParamRequired)),
        (json!({ "bk_property_name": "名".repeat(128) }), None),
        (json!({ "bk_property_name": "名".repeat(129) }), Some(Code::TooLong)),
        (json!({ "bk_property_name": " " }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_name": "a\0" }), Some(Code::ParamInvalid)),
        (json!({ "placeholder": "x".repeat(2000) }), None),
        (json!({ "placeholder": "x".repeat(2001) }), Some(Code::TooLong)),
        (json!({ "placeholder": "\n " }), Some(Code::ParamRefersToNothing)),
        (json!({ "unit": "x".repeat(20) }), None),
        (json!({ "unit": "x".repeat(21) }), Some(Code::TooLong)),
        (json!({ "option": "(" }), Some(Code::RegexInvalid)),
        (json!({ "option": "x".repeat(2001) }), Some(Code::TooLong)),
        (json!({ "option": "a", "default": "b" }), Some(Code::RegexMismatch)),
        (json!({ "bk_property_type": "date", "option": { "a\0": 1 } }), Some(Code::ParamInvalid)),
        (json!({ "bk_property_type": "int", "option": null }), Some(Code::ParamMissing)),
        (json!({ "bk_property_type": "int", "option": { "max": 1 }, "default": 2 }), Some(Code::ParamInvalid)),
        (json!({ "bk_property_type": "bool", "option": "" }), None),
        (json!({ "bk_property_type": "varchar" }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_type": "innertable" }), Some(Code::ParamInvalid)),
        (json!({ "bk_property_type": "enumquote", "option": null }), Some(Code::ParamMissing)),
        (json!({ "bk_property_type": "id_rule" }), Some(Code::ParamInvalid)),
        (json!({ "bk_property_type": "table", "option": [] }), Some(Code::ParamRefersToNothing)),
        (json!({ "bk_property_type": "foreignkey" }), Some(Code::ParamRefersToNothing)),
    ] {
        assert_eq!(code(defined(&members)), expected, "{members}");
    }
}

#[test]
fn the_first_check_in_order_wins() {
    for (members, expected) in [
        (
            json!({ "bk_property_type": "int", "ismultiple": true, "option": null, "unit": "x".repeat(21) }),
            Code::NotMultiple,
        ),
        (json!({ "bk_property_id": "1a", "option": "(" }), Code::ParamRefersToNothing),
        (json!({ "option": "(", "placeholder": "x".repeat(2001) }), Code::RegexInvalid),
        (json!({ "bk_property_id": "bk_a", "option": "(" }), Code::RegexInvalid),
        (json!({ "bk_property_id": "", "unit": "x".repeat(21) }), Code::ParamRequired),
        (json!({ "unit": "x".repeat(21), "default": 1 }), Code::TooLong),
    ] {
        assert_eq!(code(defined(&members)), Some(expected), "{members}");
    }
}

#[test]
fn the_system_defines_what_a_caller_cannot() {
    for members in [
        json!({ "bk_property_id": "bk_cloud_id", "bk_property_type": "foreignkey", "ispre": true }),
        json!({ "bk_property_id": "bk_scope", "bk_property_type": "object", "ispre": true }),
    ] {
        let mut attribute = request(&members);
        assert_eq!(check_definition(&mut attribute, Origin::BuiltIn), Ok(()));
        assert!(attribute.built_in);
    }
}

#[test]
fn a_definition_that_passes_compiles() {
    for members in [
        json!({ "option": "^a" }),
        json!({ "bk_property_type": "float", "option": "" }),
        json!({ "bk_property_type": "list", "option": ["a"], "default": "a" }),
        json!({ "bk_property_type": "organization", "default": [1] }),
    ] {
        assert!(kind::compile(&defined(&members).unwrap(), &TimeZone::UTC).is_ok());
    }
}

#[test]
fn an_update_changes_what_it_may_and_drops_the_rest() {
    let stored = Attribute { id: 7, index: 3, creator: "admin".to_owned(), ..defined(&json!({})).unwrap() };
    let patch = json!({
        "bk_property_name": "Tall", "unit": "U", "placeholder": null, "isrequired": true, "editable": false,
        "option": "^[0-9]", "default": "4",
        "id": 8, "bk_obj_id": "x", "bk_biz_id": 2, "metadata": {}, "bk_property_index": 9, "bk_property_group": "g",
        "bk_property_id": "y", "bk_supplier_account": "1", "bk_property_type": "int", "create_time": "z", "ispre": true,
        "creator": "eve", "bk_template_id": 0,
    });
    let expected = Attribute {
        name: "Tall".to_owned(),
        unit: "U".to_owned(),
        required: true,
        editable: false,
        option: json!("^[0-9]"),
        default: Some(json!("4")),
        ..stored.clone()
    };
    assert_eq!(updated(&stored, &patch), Ok(expected.clone()));
    assert_eq!(updated(&expected, &json!({ "default": null })).unwrap().default, None);
    assert_eq!(updated(&expected, &json!({})), Ok(expected));
}

#[test]
fn bad_updates_are_refused() {
    let text = defined(&json!({})).unwrap();
    let int = defined(&json!({ "bk_property_type": "int", "option": { "max": 9 }, "default": 5 })).unwrap();
    let flag = defined(&json!({ "bk_property_type": "bool" })).unwrap();
    let entries = |default| json!([{ "id": "a", "name": "A", "is_default": true }, { "id": "b", "name": "B", "is_default": default }]);
    let choices =
        defined(&json!({ "bk_property_type": "enummulti", "ismultiple": true, "option": entries(true) })).unwrap();
    for (stored, patch, expected) in [
        (&text, json!({ "bk_property_name": "" }), Some(Code::ParamRequired)),
        (&text, json!({ "bk_property_name": "x".repeat(129) }), Some(Code::TooLong)),
        (&text, json!({ "bk_property_name": 1 }), Some(Code::ParamNotString)),
        (&text, json!({ "isrequired": "yes" }), Some(Code::ParamNotBool)),
        (&text, json!({ "ismultiple": 1 }), Some(Code::ParamNotBool)),
        (&text, json!({ "ismultiple": true }), Some(Code::NotMultiple)),
        (&text, json!({ "bk_template_id": 5 }), Some(Code::FieldFixed)),
        (&text, json!({ "option": {} }), Some(Code::RegexNotString)),
        (&text, json!({ "option": "x".repeat(2001) }), Some(Code::TooLong)),
        (&int, json!({ "default": 10 }), Some(Code::ParamInvalid)),
        (&int, json!({ "option": { "max": 4 } }), Some(Code::ParamInvalid)),
        (&int, json!({ "option": { "max": 4 }, "default": 4 }), None),
        (&int, json!({ "option": null }), Some(Code::ParamMissing)),
        (&flag, json!({ "option": "" }), Some(Code::ParamNotBool)),
        (&flag, json!({ "option": true }), None),
        (&flag, json!({ "unit": "u" }), None),
        (&choices, json!({ "ismultiple": false }), Some(Code::SingleChoice)),
        (&choices, json!({ "ismultiple": false, "option": entries(false) }), None),
    ] {
        assert_eq!(code(updated(stored, &patch)), expected, "{patch}");
    }
}

#[test]
fn of_a_built_in_attribute_only_unit_placeholder_and_option_change() {
    let stored = Attribute { built_in: true, ..defined(&json!({})).unwrap() };
    let patch = json!({ "bk_property_name": 1, "isrequired": true, "default": 1, "unit": "U", "placeholder": "p", "option": "a" });
    let expected =
        Attribute { unit: "U".to_owned(), placeholder: "p".to_owned(), option: json!("a"), ..stored.clone() };
    assert_eq!(updated(&stored, &patch), Ok(expected));
}

#[test]
fn built_in_models_keep_what_is_required() {
    for obj_id in ["biz", "set", "module", "host", "plat", "process"] {
        let stored = Attribute { obj_id: obj_id.to_owned(), ..defined(&json!({})).unwrap() };
        assert_eq!(code(updated(&stored, &json!({ "isrequired": true }))), Some(Code::RequiredFixed));
        assert_eq!(code(updated(&stored, &json!({ "isrequired": false, "unit": "U" }))), None);
    }
}

#[test]
fn the_users_kind_stays_multiple() {
    let stored = defined(&json!({ "bk_property_type": "objuser" })).unwrap();
    assert_eq!(updated(&stored, &json!({ "ismultiple": false })).unwrap().multiple, Some(true));
}
