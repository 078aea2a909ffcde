//! The filters of lists, as an address has them: attribute, operator and text, all of which have to hold.
//!
//! Texts are meant as they are: no regular expressions. The kind of the attribute says what a text stands for.

use super::pattern::Patterns;
use super::{Filter, Order, Test, operator};
use crate::time;
use jiff::tz::TimeZone;
use serde_json::{Number, Value};

/// What the values of an attribute look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Texts, or lists of texts.
    Text,
    /// Numbers, or lists of numbers.
    Number,
    /// `true` or `false`.
    Truth,
    /// Dates, `YYYY-MM-DD`.
    Date,
    /// Moments.
    Time,
}

impl Form {
    /// The form of a kind of attribute; `None` for those that no filter of a list reads.
    pub fn of(kind: &str) -> Option<Self> {
        Some(match kind {
            "int" | "float" | "organization" | "enumquote" | "foreignkey" | "singleasst" | "multiasst" => Self::Number,
            "bool" => Self::Truth,
            "date" => Self::Date,
            "time" => Self::Time,
            "innertable" | "table" | "object" => return None,
            _ => Self::Text,
        })
    }
}

/// What an operator does, apart from negation.
#[derive(Clone, Copy)]
enum Operator {
    Equal,
    In,
    Compare(Order),
    /// A part of the text: what a pattern has before and behind it, and its options.
    Part(&'static str, &'static str, &'static str),
    Empty,
    Exists,
}

use Operator::{Compare, Empty, Equal, Exists, In, Part};

/// Name, short name, meaning, negated. The names are those of the querybuilder (conventions.md §5).
const OPERATORS: &[(&str, &str, Operator, bool)] = &[
    ("equal", "eq", Equal, false),
    ("not_equal", "ne", Equal, true),
    ("in", "in", In, false),
    ("not_in", "nin", In, true),
    ("less", "lt", Compare(Order::Less), false),
    ("less_or_equal", "lte", Compare(Order::LessOrEqual), false),
    ("greater", "gt", Compare(Order::Greater), false),
    ("greater_or_equal", "gte", Compare(Order::GreaterOrEqual), false),
    ("contains", "ct", Part("", "", "i"), false),
    ("not_contains", "nct", Part("", "", "i"), true),
    ("begins_with", "bw", Part("^", "", ""), false),
    ("not_begins_with", "nbw", Part("^", "", ""), true),
    ("ends_with", "ew", Part("", "$", ""), false),
    ("not_ends_with", "new", Part("", "$", ""), true),
    ("is_empty", "empty", Empty, false),
    ("is_not_empty", "nempty", Empty, true),
    ("exist", "exist", Exists, false),
    ("not_exist", "nexist", Exists, true),
];

/// Most elements of a list.
const MOST_ELEMENTS: usize = 500;

/// Reads the terms of one filter.
pub struct Terms<'z> {
    zone: &'z TimeZone,
    patterns: Patterns,
}

impl<'z> Terms<'z> {
    /// For one filter. Times without a zone are in `zone`.
    pub const fn new(zone: &'z TimeZone) -> Self {
        Self { zone, patterns: Patterns::new() }
    }

    /// One term. Elements of lists are separated by commas; in them `%2C` is a comma and `%25` a percent sign. `is_empty`
    /// finds null, empty texts and empty lists; it and `exist` take `false` for the opposite, and else no notice of the text.
    /// The error is a sentence.
    pub fn read(&mut self, field: &str, form: Form, operator: &str, text: &str) -> Result<Filter, String> {
        let row = OPERATORS.iter().find(|(name, short, ..)| *name == operator || *short == operator);
        let Some(&(name, _, does, negated)) = row else {
            let names: Vec<String> = OPERATORS.iter().map(|(name, short, ..)| format!("{name} ({short})")).collect();
            return Err(format!("{operator:?} is no operator; there are {}", names.join(", ")));
        };
        let of = |test| Filter::Field { field: field.to_owned(), test };
        let opposite = matches!(does, Empty | Exists) && text == "false";
        let filter = match does {
            Equal => of(Test::Equal(self.value(form, text)?)),
            In => {
                let elements: Vec<&str> = text.split(',').collect();
                if elements.len() > MOST_ELEMENTS {
                    return Err(format!("a list can have at most {MOST_ELEMENTS} elements"));
                }
                let element =
                    |it: &&str| self.value(form, &it.replace("%2C", ",").replace("%2c", ",").replace("%25", "%"));
                of(Test::In(elements.iter().map(element).collect::<Result<_, _>>()?))
            }
            Compare(_) if form == Form::Truth => {
                return Err(format!("{name} is not for truth values; equal and not_equal are"));
            }
            Compare(order) => of(Test::Compare(order, self.value(form, text)?)),
            Part(before, behind, options) => {
                if !matches!(form, Form::Text | Form::Date) {
                    return Err(format!("{name} is for texts; this attribute holds {}", form.plural()));
                }
                if text.is_empty() {
                    return Err(format!("{name} needs a text"));
                }
                let pattern = format!("{before}{}{behind}", regex::escape(text));
                of(Test::Pattern(self.patterns.compile(&pattern, options)?))
            }
            Empty => {
                let none = [Test::Equal(Value::Null), Test::Equal("".into()), Test::Size(0)];
                Filter::Any(none.map(of).into())
            }
            Exists => of(Test::Exists),
        };
        Ok(if negated ^ opposite { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn value(&self, form: Form, text: &str) -> Result<Value, String> {
        let value = match form {
            Form::Text => Some(text.into()),
            Form::Number => text.parse::<Number>().ok().map(Value::Number),
            Form::Truth => text.parse::<bool>().ok().map(Value::Bool),
            Form::Date => time::is_date(text).then(|| text.into()),
            Form::Time => operator::moment(&text.into(), self.zone).map(|it| time::stored(it).into()),
        };
        value.ok_or_else(|| format!("{text:?} is none of the {} that this attribute holds", form.plural()))
    }
}

impl Form {
    const fn plural(self) -> &'static str {
        match self {
            Self::Text => "texts",
            Self::Number => "numbers",
            Self::Truth => "truth values (true, false)",
            Self::Date => "dates (YYYY-MM-DD)",
            Self::Time => "times (YYYY-MM-DD hh:mm:ss or RFC 3339)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Terms};
    use crate::attribute::kind::KINDS;
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    fn finds(form: Form, operator: &str, text: &str, values: &Value) -> Vec<bool> {
        let filter = Terms::new(&TimeZone::UTC).read("a", form, operator, text).unwrap();
        let document = |value: &Value| json!({"a": value}).as_object().cloned().unwrap();
        values.as_array().unwrap().iter().map(|value| filter.matches(&document(value))).collect()
    }

    fn problem(form: Form, operator: &str, text: &str) -> String {
        Terms::new(&TimeZone::UTC).read("a", form, operator, text).unwrap_err()
    }

    #[test]
    fn texts_are_meant_as_they_are() {
        assert_eq!(finds(Form::Text, "eq", "007", &json!(["007", 7, null])), [true, false, false]);
        assert_eq!(finds(Form::Text, "contains", "A.b", &json!(["xa.Bx", "aXb"])), [true, false]);
        assert_eq!(finds(Form::Text, "bw", "a.", &json!(["a.b", "A.b", "ab"])), [true, false, false]);
        assert_eq!(finds(Form::Text, "new", "b", &json!(["ab", "ba"])), [false, true]);
    }

    #[test]
    fn lists_are_separated_by_commas() {
        assert_eq!(
            finds(Form::Text, "in", "a,b%2Cc,50%25", &json!(["a", "b,c", "50%", "b"])),
            [true, true, true, false]
        );
        assert_eq!(finds(Form::Number, "nin", "1,2", &json!([1, 3, null])), [false, true, true]);
    }

    #[test]
    fn values_are_read_by_the_form_of_the_attribute() {
        assert_eq!(finds(Form::Number, "gte", "7", &json!([7, 7.5, 6, "8"])), [true, true, false, false]);
        assert_eq!(finds(Form::Truth, "eq", "true", &json!([true, "true"])), [true, false]);
        assert_eq!(finds(Form::Date, "lt", "2026-02-01", &json!(["2026-01-31", "2026-02-01"])), [true, false]);
        let times = json!(["2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z"]);
        assert_eq!(finds(Form::Time, "lt", "2026-02-01", &times).first(), Some(&true));
    }

    #[test]
    fn empty_is_what_has_no_value() {
        let values = json!([null, "", [], "a", 0, false]);
        assert_eq!(finds(Form::Text, "empty", "", &values), [true, true, true, false, false, false]);
        assert_eq!(finds(Form::Text, "empty", "false", &values), [false, false, false, true, true, true]);
        assert_eq!(finds(Form::Text, "is_not_empty", "", &values), [false, false, false, true, true, true]);
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        assert!(problem(Form::Text, "like", "a").contains("begins_with (bw)"));
        assert!(problem(Form::Number, "eq", "many").contains("numbers"));
        assert!(problem(Form::Number, "ct", "1").contains("is for texts"));
        assert!(problem(Form::Truth, "lt", "true").contains("equal"));
        assert!(problem(Form::Date, "eq", "today").contains("YYYY-MM-DD"));
        assert!(problem(Form::Text, "in", &"a,".repeat(500)).contains("at most 500"));
    }

    #[test]
    fn every_kind_has_a_form_or_none() {
        let without: Vec<&str> = KINDS.iter().map(|kind| kind.name()).filter(|name| Form::of(name).is_none()).collect();
        assert_eq!(without, ["innertable", "table", "object"]);
    }
}
