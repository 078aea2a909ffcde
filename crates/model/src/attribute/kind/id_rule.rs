//! `id_rule`: a text that the system puts together for each instance, out of fixed parts, numbers that go up, random
//! characters, and values of other attributes. What the numbers are is for the caller to know.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Error, Map, Result};
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;

/// The name on the wire.
pub const NAME: &str = "id_rule";

/// Most variables in a rule.
const MAX_VARIABLES: usize = 4;
/// Most digits of a number, and most random characters.
const MAX_WIDTH: usize = 32;
/// Longest value, in bytes.
const LIMIT: usize = 256;

#[derive(Debug)]
pub(super) struct IdRule;

impl Kind for IdRule {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keeps_default(&self) -> bool {
        false
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        Recipe::parse(&attribute.option).map(drop)
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        let recipe = Some(&attribute.option).filter(|option| !option.is_null()).map(Recipe::parse).transpose()?;
        let pattern = recipe.map(|recipe| recipe.pattern()).transpose()?;
        Ok(check(attribute, IdText { pattern }))
    }
}

/// A rule, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The value of another attribute.
    Attribute(String),
    /// The next number of all models, in so many digits.
    Global(usize),
    /// The next number of the model.
    Local(usize),
    /// So many random characters.
    Random(usize),
}

/// What a value is made of, beside the values of the instance.
#[derive(Clone, Debug, Default)]
pub struct Ingredients {
    /// The number of all models.
    pub global: i64,
    /// The number of the model.
    pub local: i64,
    /// At least 32 random characters.
    pub random: String,
}

fn unusable(hint: impl Into<String>) -> Error {
    Error::invalid("option").hint(hint)
}

impl Recipe {
    /// Reads the option of an attribute: `{"rule": "text {{local.incr_id.6}} …"}`. Anything else is 1199006 `option`.
    pub fn parse(option: &Value) -> Result<Self> {
        let rule = option.get("rule").and_then(Value::as_str).filter(|rule| !rule.contains('\0'));
        let mut rest = rule.ok_or_else(|| unusable(r#"give {"rule": "text and {{variables}}"}"#))?;
        let mut parts = Vec::new();
        while let Some((text, after)) = rest.split_once("{{") {
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
            let (name, after) = after.split_once("}}").ok_or_else(|| unusable("a variable lacks its }}"))?;
            parts.push(Part::variable(name.trim())?);
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        let variables: Vec<&Part> = parts.iter().filter(|part| !matches!(part, Part::Text(_))).collect();
        if variables.len() > MAX_VARIABLES {
            return Err(unusable(format!("at most {MAX_VARIABLES} variables")));
        }
        let kinds = |is: fn(&Part) -> bool| parts.iter().filter(|part| is(part)).count();
        let counts = [
            kinds(|part| matches!(part, Part::Global(_))),
            kinds(|part| matches!(part, Part::Local(_))),
            kinds(|part| matches!(part, Part::Random(_))),
        ];
        if counts.iter().any(|count| *count > 1) || counts.iter().all(|count| *count == 0) {
            return Err(unusable(
                "a rule has at least one of global.incr_id.N, local.incr_id.N and random_id.N, and each once",
            ));
        }
        Ok(Self(parts))
    }

    /// The attributes whose values it takes.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| if let Part::Attribute(id) = part { Some(id.as_str()) } else { None })
    }

    /// Whether it takes numbers of all models.
    pub fn is_global(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Global(_)))
    }

    /// Whether it takes numbers of its model.
    pub fn is_local(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Local(_)))
    }

    /// The value of an instance. An attribute without a text counts as empty. A number that has too many digits is 1199006,
    /// a value of more than 256 bytes 1199015, each with `name`.
    pub fn value(&self, name: &str, doc: &Map, from: &Ingredients) -> Result<String> {
        let mut value = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Attribute(id) => value.push_str(doc.get(id).and_then(Value::as_str).unwrap_or_default()),
                Part::Global(width) => value.push_str(&digits(name, from.global, *width)?),
                Part::Local(width) => value.push_str(&digits(name, from.local, *width)?),
                Part::Random(count) => value.extend(from.random.chars().take(*count)),
            }
        }
        if value.len() > LIMIT {
            return Err(Error::new(Code::ValueTooLong).arg(name).hint(format!("{LIMIT} bytes of UTF-8 at the most")));
        }
        Ok(value)
    }

    /// What all values match.
    fn pattern(&self) -> Result<Regex> {
        let part = |part: &Part| match part {
            Part::Text(text) => regex::escape(text),
            Part::Attribute(_) => ".*".to_owned(),
            Part::Global(width) | Part::Local(width) => format!("[0-9]{{{width}}}"),
            Part::Random(count) => format!("[0-9a-zA-Z]{{{count}}}"),
        };
        let pattern: String = self.0.iter().map(part).collect();
        Regex::new(&format!("^(?s:{pattern})$"))
            .map_err(|error| unusable("the rule is too long").detail(error.to_string()))
    }
}

fn digits(name: &str, number: i64, width: usize) -> Result<String> {
    let digits = format!("{number:0width$}");
    if digits.len() > width {
        return Err(Error::invalid(name).hint(format!("the number {number} has more than {width} digits")));
    }
    Ok(digits)
}

impl Part {
    fn variable(name: &str) -> Result<Self> {
        let width = |text: &str| {
            let width = text.parse::<usize>().ok().filter(|width| (1..=MAX_WIDTH).contains(width));
            width.ok_or_else(|| unusable(format!("{name} has to end in a number from 1 to {MAX_WIDTH}")))
        };
        if let Some(text) = name.strip_prefix("global.incr_id.") {
            width(text).map(Self::Global)
        } else if let Some(text) = name.strip_prefix("local.incr_id.") {
            width(text).map(Self::Local)
        } else if let Some(text) = name.strip_prefix("random_id.") {
            width(text).map(Self::Random)
        } else if name.is_empty() {
            Err(unusable("a variable has no name"))
        } else {
            Ok(Self::Attribute(name.to_owned()))
        }
    }
}

#[derive(Debug)]
struct IdText {
    pattern: Option<Regex>,
}

impl Rule for IdText {
    /// An empty text asks for a value.
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let text = field.text(value, Code::ParamNotString)?;
        if text.len() > LIMIT {
            return Err(field.error(Code::ValueTooLong).hint(format!("{LIMIT} bytes of UTF-8 at the most")));
        }
        if !text.is_empty() && self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(&text)) {
            return Err(field.invalid("it does not follow the rule of the attribute"));
        }
        Ok(Value::String(text))
    }

    fn fill(&self, _: &Field, _: Option<Value>) -> Result<Value> {
        Ok(Value::String(String::new()))
    }
}
