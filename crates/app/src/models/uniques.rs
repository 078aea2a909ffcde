//! Unique rules of models (models.md §8). A rule and the keys that instances hold under it change together, in one
//! transaction. Not here: the keys of an instance that is created or changed, which come from the schema.

use crate::associations::kinds::Created;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Stored};
use crate::schema::{ModelSchema, RuleSchema};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::innertable;
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::store::{Query, Row, Space};
use relata_model::unique::{KeyPart, UniqueKey, UniqueRule};
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

crate::endpoints! { V3;
    /// Create a unique rule of a model.
    post_create_objectunique_object = POST "/create/objectunique/object/{bk_obj_id}", ModelEdit, Write => create;
    /// Change the attributes of a unique rule.
    put_update_objectunique_object__unique = PUT "/update/objectunique/object/{bk_obj_id}/unique/{id}", ModelEdit, Write => update;
    /// Delete a unique rule.
    post_delete_objectunique_object__unique = POST "/delete/objectunique/object/{bk_obj_id}/unique/{id}", ModelEdit, Write => delete;
    /// The unique rules of a model.
    search_object_unique = POST "/find/objectunique/object/{bk_obj_id}", ModelView, Read => search;
}

repo::entity! { UniqueRule: UniqueRules, UniqueRule,
    name |_| "",
    scope |it| &it.obj_id,
    keys |_| Vec::new()
}

/// The only kind of key.
pub(crate) const PROPERTY: &str = "property";

/// A rule of a model, and the attributes it shall have.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Rule {
    /// The model.
    bk_obj_id: String,
    /// Numeric id of a rule that exists.
    id: Number,
    /// The attributes that are unique together.
    keys: Vec<KeyPart>,
}

impl Input for Rule {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Rule) -> Result<Created> {
    let model = changeable(call, &input.bk_obj_id).await?;
    if input.bk_obj_id == "bk_project" {
        return Err(Error::refers_to_nothing("bk_obj_id"));
    }
    let others = rules_of(call, &input.bk_obj_id).await?;
    let fields = check_keys(&model, others.iter().map(|it| &it.entity), &input.keys)?;
    let rule = UniqueRule {
        obj_id: input.bk_obj_id.clone(),
        keys: input.keys.clone(),
        account: call.account().to_owned(),
        last_time: Some(call.now_local()),
        ..UniqueRule::default()
    };
    let id = repo::create(call, ok, rule).await?.id;
    take_keys(call, ok, model.space(), &RuleSchema { id, fields }).await?;
    Ok(Created { id })
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Rule) -> Result<()> {
    let id = input.id.required(Code::ParamInvalid, "id")?;
    for part in &input.keys {
        if part.attribute == 0 || part.kind.is_empty() {
            return Err(Error::invalid(if part.attribute == 0 { "key_id" } else { "key_kind" }));
        }
    }
    let model = changeable(call, &input.bk_obj_id).await?;
    let rules = rules_of(call, &input.bk_obj_id).await?;
    let Some(old) = rules.iter().find(|it| it.entity.id == id) else {
        return Err(Error::new(Code::UniqueRuleNotFound).arg(input.bk_obj_id.as_str()).arg(id));
    };
    let others = rules.iter().map(|it| &it.entity).filter(|it| it.id != id);
    let fields = check_keys(&model, others, &input.keys)?;
    check_own(&old.entity)?;
    let new = UniqueRule { keys: input.keys.clone(), last_time: Some(call.now_local()), ..old.entity.clone() };
    let mut sent = repo::document(&new)?;
    sent.retain(|member, _| member == "keys");
    repo::update(call, ok, Action::Update, old, &new, sent).await?;
    renew_keys(call, ok, model.space(), &RuleSchema { id, fields }).await
}

/// Gives the instances of a model their keys under a rule that is new or has changed, and refuses the rule when two of them
/// share one.
pub(crate) async fn renew_keys(call: &mut Call<'_>, ok: Granted, space: Space, rule: &RuleSchema) -> Result<()> {
    call.tx.drop_keys(rule.id).await?;
    take_keys(call, ok, space, rule).await
}

/// Why the instances of a model could not have a rule on these fields; nothing when they could.
pub(crate) async fn violation(call: &mut Call<'_>, space: Space, fields: Vec<String>) -> Result<Option<Error>> {
    let rule = RuleSchema { id: 0, fields };
    let mut seen = HashSet::new();
    let mut behind = Some(i64::MIN);
    while let Some(after) = behind {
        let (rows, next) = instances_after(call, space, Filter::everything(), after).await?;
        for row in rows {
            if rule.key(&row.doc).is_some_and(|key| !seen.insert(key)) {
                return Ok(Some(violated(&rule, &row.doc)));
            }
        }
        behind = next;
    }
    Ok(None)
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Rule) -> Result<()> {
    let id = input.id.required(Code::ParamInvalid, "id")?;
    changeable(call, &input.bk_obj_id).await?;
    let rules = rules_of(call, &input.bk_obj_id).await?;
    if rules.len() <= 1 {
        return Err(Error::new(Code::UniqueRuleLast));
    }
    let Some(rule) = rules.into_iter().map(|it| it.entity).find(|it| it.id == id) else {
        let hint = format!("model {} has no unique rule {id}", input.bk_obj_id);
        return Err(Error::new(Code::StoreFailed).hint(hint));
    };
    check_own(&rule)?;
    drop_rule(call, ok, rule).await
}

/// Deletes a rule with the keys that instances hold under it.
async fn drop_rule(call: &mut Call<'_>, ok: Granted, rule: UniqueRule) -> Result<()> {
    let id = rule.id;
    repo::delete(call, ok, &[rule]).await?;
    call.tx.drop_keys(id).await
}

fn fields(rule: &RuleSchema) -> BTreeSet<&str> {
    rule.fields.iter().map(String::as_str).collect()
}

/// Gives a new model, without instances, these unique rules by the textual ids of their attributes, in the place of those
/// that it has. None at all leave it as it is.
pub(super) async fn set(call: &mut Call<'_>, ok: Granted, obj_id: &str, rules: &[Vec<String>]) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let wanted: Vec<BTreeSet<&str>> = rules.iter().map(|rule| rule.iter().map(String::as_str).collect()).collect();
    let model = changeable(call, obj_id).await?;
    let (kept, gone): (Vec<_>, Vec<_>) = model.rules.iter().partition(|rule| wanted.contains(&fields(rule)));
    let gone: Vec<UniqueRule> = rules_of(call, obj_id)
        .await?
        .into_iter()
        .map(|it| it.entity)
        .filter(|rule| gone.iter().any(|it| it.id == rule.id))
        .collect();
    repo::delete(call, ok, &gone).await?;
    for rule in wanted.iter().filter(|rule| kept.iter().all(|it| fields(it) != **rule)) {
        let key = |field: &&str| {
            let attribute = model.attributes_of(0).find(|it| it.attribute.property_id == **field);
            let attribute = attribute.ok_or_else(|| {
                Error::refers_to_nothing("object_attr_unique").hint(format!("{obj_id} has no attribute {field}"))
            })?;
            Ok(KeyPart { kind: PROPERTY.to_owned(), attribute: attribute.attribute.id })
        };
        let keys = rule.iter().map(key).collect::<Result<_>>()?;
        let input = Rule { bk_obj_id: obj_id.to_owned(), keys, ..Rule::default() };
        create(call, ok, &input).await?;
    }
    Ok(())
}

/// Gives an attribute a unique rule of its own.
pub(super) async fn create_own(call: &mut Call<'_>, ok: Granted, attribute: &Attribute) -> Result<()> {
    let rule = UniqueRule {
        obj_id: attribute.obj_id.clone(),
        keys: vec![KeyPart { kind: PROPERTY.to_owned(), attribute: attribute.id }],
        account: call.account().to_owned(),
        last_time: Some(call.now_local()),
        ..UniqueRule::default()
    };
    // No instance has a value yet, so there are no keys to take.
    repo::create(call, ok, rule).await?;
    Ok(())
}

/// Deletes the unique rule that [`create_own`] has given.
pub(super) async fn delete_own(call: &mut Call<'_>, ok: Granted, attribute: &Attribute) -> Result<()> {
    let own = |rule: &UniqueRule| rule.keys.iter().all(|part| part.attribute == attribute.id);
    let rules = rules_of(call, &attribute.obj_id).await?.into_iter().map(|it| it.entity);
    for rule in rules.filter(own).collect::<Vec<_>>() {
        drop_rule(call, ok, rule).await?;
    }
    Ok(())
}

async fn search(call: &mut Call<'_>, _ok: Granted, input: &Rule) -> Result<Vec<UniqueRule>> {
    Ok(rules_of(call, &input.bk_obj_id).await?.into_iter().map(|it| it.entity).collect())
}

/// The unique rules of a model, by id.
pub(crate) async fn rules_of(call: &mut Call<'_>, obj_id: &str) -> Result<Vec<Stored<UniqueRule>>> {
    repo::find(call, Filter::equal("bk_obj_id", obj_id)).await
}

/// The model, unless it is a level of the business topology, whose rules are fixed.
async fn changeable(call: &mut Call<'_>, obj_id: &str) -> Result<Arc<ModelSchema>> {
    let schema = call.schema().await?;
    let model = schema.model(obj_id).ok_or_else(|| Error::refers_to_nothing("bk_obj_id"))?;
    if innertable::owner_of(obj_id).is_some() {
        return Err(Error::refers_to_nothing("bk_obj_id").hint("an inner table has no unique rules"));
    }
    if model.mainline {
        return Err(Error::new(Code::MainlineUniqueRule));
    }
    Ok(Arc::clone(model))
}

/// Refuses rules that come with the system or with a field template.
fn check_own(rule: &UniqueRule) -> Result<()> {
    if rule.template != 0 {
        return Err(Error::new(Code::UniqueRuleOfTemplate).arg(rule.id).arg(rule.template));
    }
    if rule.built_in {
        return Err(Error::new(Code::UniqueRuleBuiltIn));
    }
    Ok(())
}

fn attributes(keys: &[KeyPart]) -> BTreeSet<i64> {
    keys.iter().map(|part| part.attribute).collect()
}

/// Checks the keys of a rule in themselves, against the other rules of the model, and against its attributes. Returns the
/// fields they name.
fn check_keys<'a>(
    model: &ModelSchema,
    others: impl Iterator<Item = &'a UniqueRule>,
    keys: &[KeyPart],
) -> Result<Vec<String>> {
    if let Some(part) = keys.iter().find(|part| part.kind != PROPERTY) {
        return Err(Error::new(Code::UniqueKeyKindInvalid).arg(part.kind.as_str()));
    }
    let wanted = attributes(keys);
    if wanted.len() != keys.len() {
        return Err(Error::invalid("unique keys").hint("an attribute is named more than once"));
    }
    let others: Vec<(i64, BTreeSet<i64>)> = others.map(|it| (it.id, attributes(&it.keys))).collect();
    if others.iter().any(|(_, other)| *other == wanted) {
        return Err(Error::new(Code::UniqueRuleExists));
    }
    if let Some((id, _)) = others.iter().find(|(_, other)| other.is_subset(&wanted)) {
        let fields = model.rules.iter().find(|rule| rule.id == *id).map(|rule| rule.fields.join("+"));
        return Err(Error::new(Code::UniqueRuleSubset).arg(fields.unwrap_or_default()));
    }
    if wanted.is_empty() || others.iter().any(|(_, other)| other.is_superset(&wanted)) {
        return Err(Error::new(Code::UniqueRuleSuperset));
    }
    keys.iter().map(|part| field(model, part.attribute, keys.len() == 1)).collect()
}

/// The field of an attribute that may be part of a rule, `alone` or with others. Attributes of single businesses may not:
/// other businesses can have another attribute under the same id.
pub(super) fn field(model: &ModelSchema, id: i64, alone: bool) -> Result<String> {
    let attribute = model.attributes_of(0).map(|it| &it.attribute).find(|it| it.id == id).ok_or_else(|| {
        Error::refers_to_nothing("keys").hint(format!("model {} has no attribute {id}", model.model.obj_id))
    })?;
    match attribute.kind.as_str() {
        "singlechar" | "int" | "float" | "list" => {}
        "enum" | "date" if !alone => {}
        _ => return Err(Error::new(Code::UniqueKeyTypeInvalid).arg(attribute.property_id.as_str())),
    }
    Ok(attribute.property_id.clone())
}

/// How many instances are read at once where all of a model are gone through.
const PAGE: u64 = 2000;

/// The next instances behind an id, by id, and the id to go on from; `None` behind the last one.
pub(crate) async fn instances_after(
    call: &mut Call<'_>,
    space: Space,
    filter: Filter,
    after: i64,
) -> Result<(Vec<Row>, Option<i64>)> {
    let rows = call.tx.find(&Query { after, limit: Some(PAGE), ..Query::new(space, filter) }).await?;
    let next = rows.last().map(|row| row.id).filter(|_| rows.len() as u64 == PAGE);
    Ok((rows, next))
}

/// Gives the instances of a model their keys under a rule that has none, and refuses the rule when two of them share one.
async fn take_keys(call: &mut Call<'_>, _ok: Granted, space: Space, rule: &RuleSchema) -> Result<()> {
    let mut behind = Some(i64::MIN);
    while let Some(after) = behind {
        let (rows, next) = instances_after(call, space, Filter::everything(), after).await?;
        let taking: Vec<(&Row, UniqueKey)> = rows.iter().filter_map(|row| Some((row, rule.key(&row.doc)?))).collect();
        let mut seen = HashSet::new();
        if let Some((row, _)) = taking.iter().find(|(_, key)| !seen.insert(key)) {
            return Err(violated(rule, &row.doc));
        }
        let keys: Vec<UniqueKey> = taking.iter().map(|(_, key)| key.clone()).collect();
        let holders = call.tx.find_keys(&keys).await?;
        if let Some(((row, _), _)) = taking.iter().zip(&holders).find(|(_, holder)| holder.is_some()) {
            return Err(violated(rule, &row.doc));
        }
        call.tx.insert_keys(taking.into_iter().map(|(row, key)| (key, row.id)).collect()).await?;
        behind = next;
    }
    Ok(())
}

/// The refusal of a rule that a value breaks, naming the value.
fn violated(rule: &RuleSchema, doc: &Map) -> Error {
    let value = |field: &String| format!("{field} = {}", doc.get(field).unwrap_or(&Value::Null));
    let values: Vec<String> = rule.fields.iter().map(value).collect();
    Error::new(Code::UniqueRuleViolated).arg(values.join(", "))
}
