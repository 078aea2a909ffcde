//! Loads what `models.json` defines: association kinds, classifications, models with attributes and unique rules, and
//! associations. What is there already is left as it is; if it differs in a way that rows would feel, it is a refusal.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use serde_json::{Map, Value, json};

use super::batches::refusal;
use super::dataset::{Association, Attribute, DEFINITIONS, Definitions, Model};
use super::report::{Kind, Refusal, Report};
use crate::cli::client::{Client, records};

/// Loads definitions one by one.
pub(crate) struct Loader<'a> {
    /// The server.
    pub(crate) client: &'a Client,
    /// Takes the outcome of every definition.
    pub(crate) report: &'a mut Report,
}

impl Loader<'_> {
    /// Loads all, in the order in which one needs the other.
    pub(crate) fn load(&mut self, definitions: &Definitions) -> anyhow::Result<()> {
        self.association_kinds(definitions)?;
        self.classifications(definitions)?;
        self.models(&definitions.models)?;
        for model in &definitions.models {
            let ids = self.attributes(model)?;
            self.unique_rules(model, &ids)?;
        }
        self.associations(&definitions.associations)
    }

    fn association_kinds(&mut self, definitions: &Definitions) -> anyhow::Result<()> {
        let started = Instant::now();
        let ids: Vec<&str> = definitions.association_kinds.iter().map(|kind| kind.id.as_str()).collect();
        let body = json!({"condition": {"bk_asst_id": {"$in": ids}}, "page": {"start": 0, "limit": 1000}});
        let there = self.find("/api/v3/find/associationtype", &body, &ids, "bk_asst_id")?;
        for kind in &definitions.association_kinds {
            let body = json!({
                "bk_asst_id": kind.id,
                "bk_asst_name": kind.name.as_ref().unwrap_or(&kind.id),
                "src_des": kind.src_des,
                "dest_des": kind.dest_des,
                "direction": kind.direction.as_deref().unwrap_or("src_to_dest"),
                "ispre": false,
            });
            self.create_unless_there(Kind::AssociationKind, &kind.id, &there, "/api/v3/create/associationtype", &body)?;
        }
        self.report.took(Kind::AssociationKind, started.elapsed());
        Ok(())
    }

    fn classifications(&mut self, definitions: &Definitions) -> anyhow::Result<()> {
        let started = Instant::now();
        let ids: Vec<&str> = definitions.classifications.iter().map(|it| it.id.as_str()).collect();
        let body = json!({"bk_classification_id": {"$in": ids}});
        let there = self.find("/api/v3/find/objectclassification", &body, &ids, "bk_classification_id")?;
        for it in &definitions.classifications {
            let body = json!({"bk_classification_id": it.id, "bk_classification_name": it.name});
            let path = "/api/v3/create/objectclassification";
            self.create_unless_there(Kind::Classification, &it.id, &there, path, &body)?;
        }
        self.report.took(Kind::Classification, started.elapsed());
        Ok(())
    }

    fn models(&mut self, models: &[Model]) -> anyhow::Result<()> {
        let started = Instant::now();
        let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).collect();
        let body = json!({"bk_obj_id": {"$in": ids}});
        let there = self.find("/api/v3/find/object", &body, &ids, "bk_obj_id")?;
        for model in models {
            let body = json!({
                "bk_obj_id": model.id,
                "bk_obj_name": model.name,
                "bk_classification_id": model.classification,
                "bk_obj_icon": "icon-cc-default",
            });
            self.create_unless_there(Kind::Model, &model.id, &there, "/api/v3/create/object", &body)?;
        }
        self.report.took(Kind::Model, started.elapsed());
        Ok(())
    }

    /// Loads a model's attributes and gives their numeric ids. A new model has some from the start.
    fn attributes(&mut self, model: &Model) -> anyhow::Result<HashMap<String, i64>> {
        let started = Instant::now();
        let ids: Vec<&str> = model.attributes.iter().map(|attribute| attribute.id.as_str()).collect();
        let body = json!({"bk_obj_id": model.id});
        let there = self.find("/api/v3/find/objectattr", &body, &ids, "bk_property_id")?;
        let mut numbers: HashMap<String, i64> =
            there.iter().filter_map(|(id, record)| Some((id.clone(), record.get("id")?.as_i64()?))).collect();
        for attribute in &model.attributes {
            let item = format!("{}.{}", model.id, attribute.id);
            if let Some(record) = there.get(&attribute.id) {
                self.compare(Kind::Attribute, &item, record, &[("bk_property_type", &attribute.kind)])?;
            } else if let Some(record) =
                self.create(Kind::Attribute, &item, "/api/v3/create/objectattr", &attribute_body(model, attribute))?
                && let Some(number) = record.get("id").and_then(Value::as_i64)
            {
                numbers.insert(attribute.id.clone(), number);
            }
        }
        self.report.took(Kind::Attribute, started.elapsed());
        Ok(numbers)
    }

    fn unique_rules(&mut self, model: &Model, numbers: &HashMap<String, i64>) -> anyhow::Result<()> {
        if model.unique.is_empty() {
            return Ok(());
        }
        let started = Instant::now();
        let path = format!("/api/v3/find/objectunique/object/{}", model.id);
        let there: BTreeSet<BTreeSet<i64>> = records(self.ask(&path, &json!({}))?).iter().map(keys_of_rule).collect();
        for rule in &model.unique {
            let item = format!("{} unique by {}", model.id, rule.iter().cloned().collect::<Vec<_>>().join(" + "));
            let Some(keys) = rule.iter().map(|id| numbers.get(id).copied()).collect::<Option<BTreeSet<i64>>>() else {
                let reason = "it names an attribute that the model does not have".to_owned();
                self.refuse(Kind::UniqueRule, &item, None, reason)?;
                continue;
            };
            if there.contains(&keys) {
                self.report.skipped(Kind::UniqueRule, 1);
                continue;
            }
            let keys: Vec<Value> = keys.iter().map(|id| json!({"key_kind": "property", "key_id": id})).collect();
            let path = format!("/api/v3/create/objectunique/object/{}", model.id);
            self.create(Kind::UniqueRule, &item, &path, &json!({"keys": keys}))?;
        }
        self.report.took(Kind::UniqueRule, started.elapsed());
        Ok(())
    }

    fn associations(&mut self, associations: &[Association]) -> anyhow::Result<()> {
        let started = Instant::now();
        let ids: Vec<&str> = associations.iter().map(|association| association.id.as_str()).collect();
        let body = json!({"condition": {"bk_obj_asst_id": {"$in": ids}}});
        let there = self.find("/api/v3/find/objectassociation", &body, &ids, "bk_obj_asst_id")?;
        for it in associations {
            let fields = [
                ("bk_obj_id", it.source.as_str()),
                ("bk_asst_obj_id", &it.target),
                ("bk_asst_id", &it.kind),
                ("mapping", &it.mapping),
            ];
            if let Some(record) = there.get(&it.id) {
                self.compare(Kind::Association, &it.id, record, &fields)?;
                continue;
            }
            let mut body: Map<String, Value> =
                fields.iter().map(|&(field, value)| (field.to_owned(), json!(value))).collect();
            body.insert("bk_obj_asst_id".to_owned(), json!(it.id));
            body.insert("bk_obj_asst_name".to_owned(), json!(it.name));
            body.insert("on_delete".to_owned(), json!("none"));
            self.create(Kind::Association, &it.id, "/api/v3/create/objectassociation", &Value::Object(body))?;
        }
        self.report.took(Kind::Association, started.elapsed());
        Ok(())
    }

    /// The records that a search finds, by the field that names them. Asks nothing when no id is wanted.
    fn find(
        &mut self,
        path: &str,
        body: &Value,
        wanted: &[&str],
        field: &str,
    ) -> anyhow::Result<BTreeMap<String, Value>> {
        if wanted.is_empty() {
            return Ok(BTreeMap::new());
        }
        let named = |record: Value| Some((record.get(field)?.as_str()?.to_owned(), record));
        Ok(records(self.ask(path, body)?).into_iter().filter_map(named).collect())
    }

    fn ask(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.client.post(path, body).map_err(|error| anyhow::Error::from(error).context(format!("POST {path}")))
    }

    fn create_unless_there(
        &mut self,
        kind: Kind,
        item: &str,
        there: &BTreeMap<String, Value>,
        path: &str,
        body: &Value,
    ) -> anyhow::Result<()> {
        if there.contains_key(item) {
            self.report.skipped(kind, 1);
            return Ok(());
        }
        self.create(kind, item, path, body).map(drop)
    }

    /// Creates a definition; gives the answer's data unless it was refused.
    fn create(&mut self, kind: Kind, item: &str, path: &str, body: &Value) -> anyhow::Result<Option<Value>> {
        match refusal(self.client.post(path, body))? {
            Ok(data) => {
                self.report.created(kind, 1);
                Ok(Some(data))
            }
            Err((code, message)) => self.refuse(kind, item, Some(code), message).map(|()| None),
        }
    }

    /// Skips what is there already, if it is the same in these fields.
    fn compare(&mut self, kind: Kind, item: &str, record: &Value, fields: &[(&str, &str)]) -> anyhow::Result<()> {
        let differs = fields.iter().find_map(|&(field, wanted)| {
            let is = record.get(field).and_then(Value::as_str).unwrap_or_default();
            (is != wanted).then(|| format!("it is there already, with {field} {is:?} where the set says {wanted:?}"))
        });
        match differs {
            None => self.report.skipped(kind, 1),
            Some(reason) => self.refuse(kind, item, None, reason)?,
        }
        Ok(())
    }

    fn refuse(&mut self, kind: Kind, item: &str, code: Option<i64>, reason: String) -> anyhow::Result<()> {
        let (file, item) = (DEFINITIONS.to_owned(), item.to_owned());
        self.report.refused(Refusal { kind, file, line: None, item, code, reason })
    }
}

fn keys_of_rule(record: &Value) -> BTreeSet<i64> {
    let keys = record.get("keys").and_then(Value::as_array);
    keys.into_iter().flatten().filter_map(|key| key.get("key_id")?.as_i64()).collect()
}

fn attribute_body(model: &Model, attribute: &Attribute) -> Value {
    json!({
        "bk_obj_id": model.id,
        "bk_property_id": attribute.id,
        "bk_property_name": attribute.name,
        "bk_property_type": attribute.kind,
        "bk_property_group": "default",
        "unit": attribute.unit,
        "editable": true,
        "isrequired": attribute.required,
        "option": option(attribute),
    })
}

/// The option in the form that the API wants (models.md §4): both bounds of a number named, and one default for an enum.
/// The data has enums without a default; the first entry then takes the place, and rows say `null` (see `instances`).
fn option(attribute: &Attribute) -> Value {
    match (attribute.kind.as_str(), &attribute.option) {
        ("int" | "float", given) => {
            let bound = |name: &str| given.get(name).cloned().unwrap_or_else(|| json!(""));
            json!({"min": bound("min"), "max": bound("max")})
        }
        ("enum", Value::Array(entries)) => {
            let is_default = |entry: &Value| entry.get("is_default") == Some(&Value::Bool(true));
            let mut entries = entries.clone();
            if !entries.iter().any(is_default)
                && let Some(first) = entries.first_mut().and_then(Value::as_object_mut)
            {
                first.insert("is_default".to_owned(), json!(true));
            }
            Value::Array(entries)
        }
        (_, given) => given.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option_of(kind: &str, given: &Value) -> Value {
        let text = json!({"bk_property_id": "a", "bk_property_name": "A", "bk_property_type": kind, "option": given});
        option(&serde_json::from_value(text).unwrap())
    }

    #[test]
    fn enum_without_a_default_gets_its_first_entry_as_one() {
        let entry = |id: &str, default: bool| json!({"id": id, "name": id, "type": "text", "is_default": default});
        let given = json!([entry("a", false), entry("b", false)]);
        assert_eq!(option_of("enum", &given), json!([entry("a", true), entry("b", false)]));
        let given = json!([entry("a", false), entry("b", true)]);
        assert_eq!(option_of("enum", &given), given);
    }

    #[test]
    fn bounds_of_numbers_are_always_named() {
        assert_eq!(option_of("int", &json!({})), json!({"min": "", "max": ""}));
        assert_eq!(option_of("float", &json!({"min": -90})), json!({"min": -90, "max": ""}));
        assert_eq!(option_of("list", &json!(["x"])), json!(["x"]));
    }
}
