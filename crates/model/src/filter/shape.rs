//! What the filter languages look like, as JSON schemas for the documentation of the API. What they mean is decided where
//! they are read, in the files beside this one; nothing is checked by these schemas.

use super::operator;
use super::rule::Dialect;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

/// A store-style map, see [`super::condition::parse`].
#[derive(Debug, Default)]
pub struct Condition;

/// A time condition, see [`super::condition::parse_time`].
#[derive(Debug)]
pub struct TimeCondition;

/// A filter expression, see [`super::expression::parse`].
#[derive(Debug)]
pub struct Expression;

/// A querybuilder, see [`super::querybuilder::parse`].
#[derive(Debug)]
pub struct Querybuilder;

macro_rules! shapes {
    ($($type:ident, $generator:ident => $schema:expr;)*) => { $(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn schema_id() -> Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($type)).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )* };
}

shapes! {
    Condition, _generator => json_schema!({
        "type": "object",
        "description": "A field with a value has to be equal to it. An object in its place holds operators: $eq, $ne, $in, \
            $nin, $gt, $gte, $lt, $lte, $regex, $options, $exists, $all, $size, $type, $not. $or, $and and $nor hold lists \
            of conditions. Empty for everything.",
        "additionalProperties": true,
        "examples": [{"bk_obj_id": "switch"}],
    });
    TimeCondition, _generator => json_schema!({
        "type": "object",
        "description": "Ranges of times that all hold, ends included.",
        "properties": {
            "oper": {"type": "string", "const": "and", "description": "Joins the ranges."},
            "rules": {"type": "array", "minItems": 1, "description": "The ranges.", "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string", "description": "A field that holds a time.", "examples": ["create_time"]},
                    "start": {"type": "string", "description": "YYYY-MM-DD hh:mm:ss or RFC 3339.", "examples": ["2026-01-01 00:00:00"]},
                    "end": {"type": "string", "description": "Likewise.", "examples": ["2026-12-31 23:59:59"]},
                },
                "required": ["field"],
            }},
        },
        "required": ["oper", "rules"],
    });
    Expression, generator => group(Dialect::Expression, &generator.subschema_for::<Self>());
    Querybuilder, generator => group(Dialect::Querybuilder, &generator.subschema_for::<Self>());
}

/// A rule or a group of both. One object with the members of either, since not every generator of clients can do a choice
/// that holds itself.
fn group(dialect: Dialect, inner: &Schema) -> Schema {
    let operators: Vec<&str> = operator::names(dialect).collect();
    json_schema!({
        "type": "object",
        "description": "Either a group, with condition and rules, or a rule, with field, operator and value. Groups may \
            hold groups, three levels in all.",
        "properties": {
            "condition": {"type": "string", "enum": ["AND", "OR"], "description": "How the rules of a group are joined."},
            "rules": {"type": "array", "minItems": 1, "items": inner, "description": "The rules and groups in a group."},
            "field": {"type": "string", "description": "Field of the record."},
            "operator": {"type": "string", "enum": operators, "description": "What the field is asked for."},
            "value": {"description": "What the operator needs: a value, a list of at most 500, a number or a text; \
                operators such as is_empty need none."},
        },
        "examples": [{
            "condition": "AND",
            "rules": [{"field": "bk_inst_name", "operator": "begins_with", "value": "sw-"}],
        }],
    })
}
