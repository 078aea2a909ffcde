//! The grammar that the two rule languages share (conventions.md §5, §6): groups and rules, their limits, and the key of
//! what is wrong.
//!
//! Reading takes two steps, since the API tells a body that has not the shape of rules (1199000) from one that says
//! something invalid, and reports the first before all else: [`Node::decode`] checks the shape of the whole tree,
//! [`Parser::filter`] its meaning.

use super::operator::{self, Operator, Values};
use super::pattern::Patterns;
use super::{Filter, Test};
use crate::{Code, Error, Map};
use jiff::tz::TimeZone;
use serde_json::Value;

/// No tree is read deeper than this, whatever the limits.
const MAX_DEPTH: usize = 64;

/// Which of the two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Querybuilder,
    Expression,
}

/// How large a filter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of the tree; a rule alone is one level. At most 64 count.
    pub depth: usize,
    /// Elements of a list.
    pub elements: usize,
    /// Rules of a group that joins by AND.
    pub all: usize,
    /// Rules of a group that joins by OR.
    pub any: usize,
}

/// Why rules cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyError {
    /// Path to the culprit, e.g. `rules[0].value`; empty for the whole. `None` when something is neither a group nor a
    /// rule: a body of the wrong shape, to be told as 1199000 before other errors.
    pub key: Option<String>,
    /// A sentence for the caller.
    pub problem: String,
}

impl KeyError {
    fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { key: Some(key.into()), problem: problem.into() }
    }

    fn shape(problem: &str) -> Self {
        Self { key: None, problem: problem.to_owned() }
    }

    fn too_deep(max: usize) -> Self {
        Self::new("rules", format!("rules can be nested at most {max} levels deep"))
    }

    /// The same error seen from one level further up.
    fn within(mut self, parent: &str) -> Self {
        self.key = self.key.map(|key| if key.is_empty() { parent.to_owned() } else { format!("{parent}.{key}") });
        self
    }

    /// The error of an endpoint: `code` for the parameter `parameter.key`, or 1199000 for a wrong shape.
    #[must_use]
    pub fn into_error(self, code: Code, parameter: &str) -> Error {
        let error = self.within(parameter);
        match error.key {
            Some(key) => Error::new(code).arg(key),
            None => Error::new(Code::JsonDecode),
        }
        .hint(error.problem)
    }
}

/// A tree whose shape is known to be right.
enum Node<'a> {
    Group { condition: &'a str, rules: Vec<Node<'a>> },
    Rule { field: &'a str, operator: Option<(Operator, bool)>, operand: Operand<'a> },
}

enum Operand<'a> {
    Value(&'a Value),
    /// Of an operator that takes a rule.
    Rule(Box<Node<'a>>),
}

impl<'a> Node<'a> {
    fn decode(value: &'a Value, dialect: Dialect, level: usize) -> Result<Self, KeyError> {
        if level > MAX_DEPTH {
            return Err(KeyError::too_deep(MAX_DEPTH));
        }
        let object =
            value.as_object().ok_or_else(|| KeyError::shape("a rule or a group of rules has to be an object"))?;
        if object.contains_key("condition") {
            let rules = match object.get("rules") {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Array(rules)) => {
                    rules.iter().map(|rule| Self::decode(rule, dialect, level + 1)).collect::<Result<_, _>>()?
                }
                Some(_) => return Err(KeyError::shape("the rules of a group have to be a list")),
            };
            return Ok(Self::Group { condition: text(object, "condition")?, rules });
        }
        if !object.contains_key("operator") {
            return Err(KeyError::shape(
                "a group has the members condition and rules, a rule field, operator and value",
            ));
        }
        let operator = operator::find(text(object, "operator")?, dialect);
        let value = object.get("value").unwrap_or(&Value::Null);
        let operand = match operator {
            Some((Operator::Object | Operator::Array, _)) => {
                Operand::Rule(Box::new(Self::decode(value, dialect, level + 1)?))
            }
            _ => Operand::Value(value),
        };
        Ok(Self::Rule { field: text(object, "field")?, operator, operand })
    }

    fn depth(&self) -> usize {
        1 + match self {
            Self::Group { rules, .. } => rules.iter().map(Self::depth).max().unwrap_or(0),
            Self::Rule { operand: Operand::Rule(rule), .. } => rule.depth(),
            Self::Rule { operand: Operand::Value(_), .. } => 0,
        }
    }
}

/// A text member; absent is empty.
fn text<'a>(object: &'a Map, member: &str) -> Result<&'a str, KeyError> {
    match object.get(member) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(KeyError::shape(&format!("the member {member} has to be a text"))),
    }
}

/// Reads a rule or a group. Querybuilders have to be a group.
pub(super) fn parse(value: &Value, dialect: Dialect, limits: Limits, zone: &TimeZone) -> Result<Filter, KeyError> {
    let node = Node::decode(value, dialect, 1)?;
    if dialect == Dialect::Querybuilder && matches!(node, Node::Rule { .. }) {
        return Err(KeyError::new("", "a group of rules is needed here, with the members condition and rules"));
    }
    if node.depth() > limits.depth {
        return Err(KeyError::too_deep(limits.depth));
    }
    let values = Values { dialect, max_elements: limits.elements, zone, patterns: Patterns::new() };
    Parser { limits, values }.filter(&node)
}

struct Parser<'a> {
    limits: Limits,
    values: Values<'a>,
}

impl Parser<'_> {
    fn filter(&mut self, node: &Node<'_>) -> Result<Filter, KeyError> {
        match node {
            Node::Group { condition, rules } => self.group(condition, rules),
            Node::Rule { field, operator, operand } => self.rule(field, *operator, operand),
        }
    }

    fn group(&mut self, condition: &str, rules: &[Node<'_>]) -> Result<Filter, KeyError> {
        let (join, max): (fn(Vec<Filter>) -> Filter, _) = match condition {
            "AND" => (Filter::All, self.limits.all),
            "OR" => (Filter::Any, self.limits.any),
            _ => return Err(KeyError::new("condition", "a group joins its rules by AND or by OR")),
        };
        if rules.is_empty() {
            return Err(KeyError::new("rules", "a group needs at least one rule"));
        }
        if rules.len() > max {
            return Err(KeyError::new("rules", format!("a group joined by {condition} can have at most {max} rules")));
        }
        let rules = rules.iter().enumerate();
        rules
            .map(|(position, rule)| self.filter(rule).map_err(|error| error.within(&format!("rules[{position}]"))))
            .collect::<Result<_, _>>()
            .map(join)
    }

    fn rule(
        &mut self,
        field: &str,
        operator: Option<(Operator, bool)>,
        operand: &Operand<'_>,
    ) -> Result<Filter, KeyError> {
        self.check_field(field).map_err(|problem| KeyError::new("field", problem))?;
        let (operator, negated) =
            operator.ok_or_else(|| KeyError::new("operator", "there is no operator with this name"))?;
        let test = match operand {
            Operand::Value(value) => {
                self.values.test(field, operator, value).map_err(|problem| KeyError::new("value", problem))?
            }
            Operand::Rule(rule) => {
                let inner = Box::new(self.filter(rule).map_err(|error| error.within("value"))?);
                if operator == Operator::Array { Test::Element(inner) } else { Test::Object(inner) }
            }
        };
        let filter = Filter::Field { field: field.to_owned(), test };
        Ok(if negated { Filter::Not(Box::new(filter)) } else { filter })
    }

    fn check_field(&self, field: &str) -> Result<(), &'static str> {
        let valid = match self.values.dialect {
            Dialect::Querybuilder => {
                field.starts_with(|first: char| first.is_ascii_alphanumeric())
                    && field.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.'))
            }
            Dialect::Expression => !field.is_empty(),
        };
        valid.then_some(()).ok_or("a field is named by letters, digits, _, - and ., the first a letter or a digit")
    }
}
