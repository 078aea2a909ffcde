//! One operation of a stream: how it is written, and what it means under the schema. Reads nothing of the store.

use super::verdict::Failure;
use crate::decode::decode;
use crate::instances::general_model_in;
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Op {
    /// A new one.
    Create,
    /// A change of one that is there.
    Update,
    /// A change of it where it is there, else a new one.
    Upsert,
    /// It goes. One that is not there is no failure.
    Delete,
}

/// An operation on an instance (`model`) or on a link (`association`).
///
/// An instance is named by its id (a number), by the label of an earlier operation of the stream (a text), or by the values
/// of all attributes of a unique rule (an object).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BulkOperation", extend("examples" = [
    {"op": "create", "model": "bk_switch", "label": "sw7", "attributes": {"bk_inst_name": "sw-07"}},
    {"op": "create", "association": "bk_switch_connect_host", "source": "sw7", "target": {"bk_inst_name": "web-1"}},
]))]
pub(super) struct Operation {
    /// What is to be done.
    op: Op,
    /// Textual id of the model, for an operation on an instance.
    model: Option<String>,
    /// Which instance is updated, upserted or deleted. An upsert may leave it out: then it is the one with the values that
    /// `attributes` has for the first unique rule of which it has all.
    #[schemars(with = "Option<NameShape>")]
    instance: Option<Value>,
    /// Attributes of the instance.
    #[serde(default)]
    attributes: Map,
    /// For an update: values that the instance has to have, so that nothing is overwritten that the caller has not seen. Where
    /// one differs, nothing is done, with the code 1113053 and the attribute as `field`.
    #[serde(default)]
    expected: Map,
    /// Textual id of the association, for an operation on a link.
    association: Option<String>,
    /// Source of the link.
    #[schemars(with = "Option<NameShape>")]
    source: Option<Value>,
    /// Target of the link.
    #[schemars(with = "Option<NameShape>")]
    target: Option<Value>,
    /// Id of the link, where one is deleted by it.
    id: Option<i64>,
    /// A name for the instance of this operation, by which later ones of the stream may name it.
    label: Option<String>,
}

/// How an instance is named: by id, label, or the values of a unique rule.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the schema of a member")]
#[schemars(rename = "BulkName")]
enum NameShape {
    /// Id.
    Id(i64),
    /// Label of an earlier operation.
    Label(String),
    /// The values of all attributes of a unique rule.
    Key(Map),
}

/// An instance as an operation names it.
#[derive(Clone, Debug)]
pub(super) enum Name {
    Id(i64),
    Label(String),
    /// The key, and the values as they were given.
    Key(UniqueKey, Map),
}

impl Name {
    /// For messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Label(label) => label.clone(),
            Self::Key(_, values) => Value::Object(values.clone()).to_string(),
        }
    }
}

/// What an operation is about.
#[derive(Clone, Debug)]
pub(super) enum Task {
    Instance { op: Op, model: Arc<ModelSchema>, name: Option<Name>, attributes: Map, expected: Map },
    Link { op: Op, association: Arc<AssociationSchema>, models: [Arc<ModelSchema>; 2], link: LinkName },
}

/// A link as an operation names it.
#[derive(Clone, Debug)]
pub(super) enum LinkName {
    Ends(Name, Name),
    Id(i64),
}

/// An operation that was understood, or why not.
#[derive(Debug)]
pub(super) struct Understood {
    /// Its line.
    pub(super) row: u64,
    pub(super) label: Option<String>,
    pub(super) task: Result<Task, Failure>,
}

/// Longest label.
const LONGEST_LABEL: usize = 256;

/// Reads an operation.
pub(super) fn understand(schema: &Schema, row: u64, value: Value) -> Understood {
    let operation: Operation = match decode(value) {
        Ok(operation) => operation,
        Err(error) => {
            let error = Error::new(Code::JsonDecode).hint(error.to_string());
            return Understood { row, label: None, task: Err(Failure::new(error)) };
        }
    };
    let label = operation.label.clone().filter(|label| !label.is_empty());
    if label.as_ref().is_some_and(|label| label.len() > LONGEST_LABEL) {
        let error = Error::new(Code::ValueTooLong).arg("label").hint(format!("at most {LONGEST_LABEL} bytes"));
        return Understood { row, label: None, task: Err(Failure::at("label", error)) };
    }
    Understood { row, label, task: task(schema, operation) }
}

fn task(schema: &Schema, operation: Operation) -> Result<Task, Failure> {
    match (operation.model.clone(), operation.association.clone()) {
        (Some(obj_id), None) => instance_task(schema, &obj_id, operation),
        (None, Some(association)) => link_task(schema, &association, operation),
        (None, None) => Err(Failure::at("model", Error::required("model").hint("or \"association\", for a link"))),
        (Some(_), Some(_)) => Err(invalid("model", "an operation has either \"model\" or \"association\"")),
    }
}

fn instance_task(schema: &Schema, obj_id: &str, operation: Operation) -> Result<Task, Failure> {
    let Operation { op, instance, attributes, expected, source, target, id, .. } = operation;
    let stray = [("source", source.is_some()), ("target", target.is_some()), ("id", id.is_some())];
    if let Some((member, _)) = stray.into_iter().find(|(_, given)| *given) {
        return Err(invalid(member, "it is for links; name the instance by \"instance\""));
    }
    if op != Op::Update && !expected.is_empty() {
        return Err(invalid("expected", "only an update can expect values"));
    }
    let model = general_model_in(schema, "model", obj_id).map_err(|error| Failure::at("model", error))?;
    let name = instance.map(|value| name(&model, "instance", value)).transpose()?;
    match (op, &name) {
        (Op::Create, Some(_)) => Err(invalid("instance", "a new instance has only \"attributes\"")),
        (Op::Update | Op::Delete, None) => {
            Err(Failure::at("instance", Error::required("instance").hint("which instance is it about?")))
        }
        (Op::Create | Op::Upsert, None) | (Op::Update | Op::Upsert | Op::Delete, Some(_)) => {
            Ok(Task::Instance { op, model, name, attributes, expected })
        }
    }
}

fn link_task(schema: &Schema, association_id: &str, operation: Operation) -> Result<Task, Failure> {
    let Operation { op, instance, attributes, expected, source, target, id, .. } = operation;
    let association = schema.associations.get(association_id).map(Arc::clone).ok_or_else(|| {
        let hint = format!("no association has the id \"{association_id}\"");
        Failure::at("association", Error::new(Code::AssociationNotFound).hint(hint))
    })?;
    if instance.is_some() || !attributes.is_empty() || !expected.is_empty() {
        return Err(invalid("attributes", "a link has no attributes; name its ends by \"source\" and \"target\""));
    }
    let end = |member: &'static str, obj_id: &str, value: Option<Value>| {
        let model = schema.model(obj_id).map(Arc::clone).ok_or_else(|| {
            Failure::at(member, Error::internal(format!("association {association_id} has no model {obj_id}")))
        })?;
        Ok::<_, Failure>((value.map(|value| name(&model, member, value)).transpose()?, model))
    };
    let (source, source_model) = end("source", &association.association.source, source)?;
    let (target, target_model) = end("target", &association.association.target, target)?;
    let link = match (op, id, source, target) {
        (Op::Update, _, _, _) => return Err(invalid("op", "a link has nothing to update")),
        (_, None, Some(source), Some(target)) => LinkName::Ends(source, target),
        (Op::Delete, Some(id), None, None) => LinkName::Id(id),
        (Op::Create | Op::Upsert, Some(_), _, _) => {
            return Err(invalid("id", "the id of a new link is given by the system"));
        }
        (Op::Delete, Some(_), _, _) => return Err(invalid("id", "give either the id of the link or its ends")),
        (_, None, None, _) => return Err(Failure::at("source", Error::required("source"))),
        (_, None, _, None) => return Err(Failure::at("target", Error::required("target"))),
    };
    Ok(Task::Link { op, association, models: [source_model, target_model], link })
}

fn invalid(member: &'static str, hint: &str) -> Failure {
    Failure::at(member, Error::invalid(member).hint(hint))
}

/// Reads how an instance of a model is named.
fn name(model: &ModelSchema, member: &'static str, value: Value) -> Result<Name, Failure> {
    match value {
        Value::Number(number) => match number.as_i64().filter(|id| *id > 0) {
            Some(id) => Ok(Name::Id(id)),
            None => Err(invalid(member, "an id is a positive integer")),
        },
        Value::String(label) if !label.is_empty() => Ok(Name::Label(label)),
        Value::Object(values) => {
            let same = |fields: &[String]| {
                fields.len() == values.len() && fields.iter().all(|field| values.contains_key(field))
            };
            let rule = model.rules.iter().find(|rule| same(&rule.fields));
            let key = rule.and_then(|rule| rule.key(&values));
            key.map(|key| Name::Key(key, values)).ok_or_else(|| {
                let rules: Vec<String> = model.rules.iter().map(|rule| rule.fields.join("+")).collect();
                let hint = format!(
                    "give a value for each attribute of one unique rule of {}: {}",
                    model.model.obj_id,
                    rules.join(" or ")
                );
                invalid(member, &hint)
            })
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) => {
            Err(invalid(member, "it is an id, a label, or an object with the values of a unique rule"))
        }
    }
}
