//! What applying a field template to a model would do (other.md §1.4). Pure: it decides from what it is given.

use super::bindings::{Others, Owned};
use super::check::Unique;
use super::records::TemplateAttribute;
use crate::models::attributes::check_place;
use crate::models::uniques::PROPERTY;
use crate::repo::Stored;
use crate::schema::Schema;
use relata_model::attribute::Attribute;
use relata_model::attribute::definition::requirement_is_fixed;
use relata_model::unique::{KeyPart, UniqueRule};
use relata_model::{Code, Error, Result};
use std::collections::{BTreeSet, HashMap, HashSet};

/// What becomes of a part of a model.
pub(super) enum Verdict<R> {
    /// The model gets it.
    Create(R),
    /// It becomes this.
    Update(Stored<R>, R),
    /// It cannot be applied.
    Conflict(Option<R>, Error),
    /// It is so already.
    Unchanged(R),
}

/// A verdict, and what of the template it is on.
pub(super) struct Compared<R> {
    /// Position in the template; −1 for what the template has no more.
    pub(super) index: i64,
    /// The attribute, if it is one.
    pub(super) property: Option<String>,
    pub(super) verdict: Verdict<R>,
}

/// Ids that attributes of templates may have, and models keep something else under.
const OF_MODELS: &[&str] = &["creator", "create_time", "modifier", "last_time"];

/// Refuses attributes that cannot be applied as they are: 1199011, or 1101127 for one that a business has already.
pub(super) fn check_attributes(given: &[TemplateAttribute], of_model: &[Stored<Attribute>]) -> Result<()> {
    let mut seen = HashSet::new();
    for it in given {
        if OF_MODELS.contains(&it.property_id.as_str()) || !seen.insert(("id", &it.property_id)) {
            return Err(Error::refers_to_nothing("bk_property_id").hint(format!("{} is taken", it.property_id)));
        }
        if !seen.insert(("name", &it.name)) {
            return Err(Error::refers_to_nothing("bk_property_name").hint(format!("{} is taken", it.name)));
        }
        let same = |own: &&Stored<Attribute>| {
            let own = &own.entity;
            own.business != 0 && (own.property_id == it.property_id || own.name == it.name)
        };
        if let Some(Stored { entity: own, .. }) = of_model.iter().find(same) {
            let error = Error::new(Code::BusinessFieldConflict).arg(own.obj_id.as_str()).arg(own.business);
            return Err(error.arg(it.property_id.as_str()));
        }
    }
    Ok(())
}

/// Compares the attributes of a template with those of a model.
pub(super) fn attributes(
    schema: &Schema,
    obj_id: &str,
    given: &[TemplateAttribute],
    of_model: &[Stored<Attribute>],
    owned: &Owned,
) -> Vec<Compared<Attribute>> {
    let global: Vec<&Stored<Attribute>> = of_model.iter().filter(|it| it.entity.business == 0).collect();
    let matches: Vec<Option<&Stored<Attribute>>> = given.iter().map(|it| matching(it, &global)).collect();
    let is_matched = |own: &Attribute| matches.iter().flatten().any(|it| it.entity.id == own.id);
    let mut compared: Vec<Compared<Attribute>> = (0_i64..)
        .zip(given.iter().zip(&matches))
        .map(|(index, (it, own))| {
            let same_name = |own: &&&Stored<Attribute>| own.entity.name == it.name && !is_matched(&own.entity);
            let verdict = match (own, global.iter().find(same_name)) {
                (_, Some(named)) => conflict(it, &named.entity, "another attribute has this name"),
                (Some(own), None) => applied(it, own, &owned.others),
                (None, None) => new(schema, obj_id, it),
            };
            Compared { index, property: Some(it.property_id.clone()), verdict }
        })
        .collect();
    compared.extend(owned.attributes.iter().filter(|own| !is_matched(&own.entity)).map(|own| {
        let property = Some(own.entity.property_id.clone());
        let free = Attribute { template: 0, ..own.entity.clone() };
        Compared { index: -1, property, verdict: Verdict::Update(own.clone(), free) }
    }));
    compared
}

/// The attribute of a model that one of a template is about.
fn matching<'m>(it: &TemplateAttribute, of_model: &[&'m Stored<Attribute>]) -> Option<&'m Stored<Attribute>> {
    let tied = of_model.iter().find(|own| it.id != 0 && own.entity.template == it.id);
    tied.or_else(|| of_model.iter().find(|own| own.entity.property_id == it.property_id)).copied()
}

fn conflict(it: &TemplateAttribute, own: &Attribute, why: &str) -> Verdict<Attribute> {
    let error = Error::new(Code::TemplateAttributeConflict).arg(it.property_id.as_str()).arg(own.obj_id.as_str());
    Verdict::Conflict(Some(own.clone()), error.arg(why))
}

fn new(schema: &Schema, obj_id: &str, it: &TemplateAttribute) -> Verdict<Attribute> {
    let attribute = it.attribute(obj_id);
    match check_place(schema, &Attribute { template: 0, ..attribute.clone() }) {
        Ok(()) => Verdict::Create(attribute),
        Err(error) => Verdict::Conflict(None, error),
    }
}

fn applied(it: &TemplateAttribute, own: &Stored<Attribute>, others: &Others) -> Verdict<Attribute> {
    let was = &own.entity;
    if was.property_id != it.property_id {
        return conflict(it, was, "the attribute that comes from it has another id");
    }
    if was.kind != it.kind {
        return conflict(it, was, "the types differ");
    }
    if others.attributes.contains(&was.template) {
        return conflict(it, was, "the attribute comes from another field template");
    }
    let new = it.applied(was);
    if new.required != was.required && requirement_is_fixed(&was.obj_id) {
        return conflict(it, was, "whether attributes of this model are required is fixed");
    }
    if new == *was { Verdict::Unchanged(new) } else { Verdict::Update(own.clone(), new) }
}

/// Compares the unique rules of a template with those of a model. `numbers` are the attributes of the model by their ids;
/// rules are compared by the ids, and get the numbers that are known.
pub(super) fn uniques(
    obj_id: &str,
    given: &[Unique],
    rules: &[Stored<UniqueRule>],
    numbers: &HashMap<String, i64>,
    owned: &Owned,
) -> Vec<Compared<UniqueRule>> {
    let fields = |rule: &UniqueRule| -> BTreeSet<&str> {
        let name = |part: &KeyPart| numbers.iter().find(|(_, number)| **number == part.attribute).map(|(id, _)| id);
        rule.keys.iter().filter_map(name).map(String::as_str).collect()
    };
    let matching = |it: &Unique| {
        let tied = rules.iter().find(|own| it.id != 0 && own.entity.template == it.id);
        tied.or_else(|| rules.iter().find(|own| fields(&own.entity) == it.fields()))
    };
    let matches: Vec<Option<&Stored<UniqueRule>>> = given.iter().map(matching).collect();
    let is_matched = |own: &UniqueRule| matches.iter().flatten().any(|it| it.entity.id == own.id);
    let verdict = |it: &Unique, own: Option<&Stored<UniqueRule>>| {
        let wanted = it.fields();
        let clashes = |own: &&Stored<UniqueRule>| {
            let fields = fields(&own.entity);
            !is_matched(&own.entity) && (fields.is_subset(&wanted) || fields.is_superset(&wanted))
        };
        let foreign = |own: &&Stored<UniqueRule>| owned.others.uniques.contains(&own.entity.template);
        if let Some(clash) = rules.iter().find(clashes).or_else(|| own.filter(foreign)) {
            let error = Error::new(Code::TemplateUniqueConflict).arg(it.keys.join("+")).arg(obj_id);
            return Verdict::Conflict(Some(clash.entity.clone()), error);
        }
        let keys = key_parts(&it.keys, numbers);
        let Some(own) = own else {
            let (obj_id, template) = (obj_id.to_owned(), it.id);
            return Verdict::Create(UniqueRule { obj_id, template, keys, ..UniqueRule::default() });
        };
        let same = fields(&own.entity) == wanted;
        let keys = if same { own.entity.keys.clone() } else { keys };
        let new = UniqueRule { template: it.id, keys, ..own.entity.clone() };
        if same && new == own.entity { Verdict::Unchanged(new) } else { Verdict::Update(own.clone(), new) }
    };
    let mut compared: Vec<Compared<UniqueRule>> = (0_i64..)
        .zip(given.iter().zip(&matches))
        .map(|(index, (it, own))| Compared { index, property: None, verdict: verdict(it, *own) })
        .collect();
    compared.extend(owned.rules.iter().filter(|own| !is_matched(&own.entity)).map(|own| {
        let free = UniqueRule { template: 0, ..own.entity.clone() };
        Compared { index: -1, property: None, verdict: Verdict::Update(own.clone(), free) }
    }));
    compared
}

/// The keys of a rule, as far as the attributes have numbers.
pub(super) fn key_parts(keys: &[String], numbers: &HashMap<String, i64>) -> Vec<KeyPart> {
    let part = |key: &String| Some(KeyPart { kind: PROPERTY.to_owned(), attribute: *numbers.get(key)? });
    keys.iter().filter_map(part).collect()
}
