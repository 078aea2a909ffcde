//! The schema: all models with their attributes, unique rules and associations, compiled for use.
//!
//! Loaded whole when the meta revision of the transaction differs from the cached one, and cached once the transaction is
//! committed: a committed revision is never used twice, so it is right in whichever transaction its revision shows.

use jiff::tz::TimeZone;
use relata_model::association::{AssociationKind, MAINLINE, Mapping, ModelAssociation};
use relata_model::attribute::{Attribute, Check, kind};
use relata_model::model::{self, Model};
use relata_model::store::{Ends, Space, Table, Tx};
use relata_model::unique::{UniqueKey, UniqueRule, encode};
use relata_model::{Code, Error, Map, Result};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// An attribute with its compiled check.
#[derive(Clone, Debug)]
pub struct AttributeSchema {
    /// The record.
    pub attribute: Attribute,
    /// Checks and fills values.
    pub check: Arc<dyn Check>,
}

/// A unique rule with the names of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSchema {
    /// Numeric id of the rule.
    pub id: i64,
    /// Fields, in the order of the rule.
    pub fields: Vec<String>,
}

impl RuleSchema {
    /// The key that a document takes under this rule, if it takes part.
    pub fn key(&self, doc: &Map) -> Option<UniqueKey> {
        let key = encode(self.fields.iter().map(|field| doc.get(field)))?;
        Some(UniqueKey { rule: self.id, key })
    }
}

/// A model with all that belongs to it.
#[derive(Clone, Debug)]
pub struct ModelSchema {
    /// The record.
    pub model: Arc<Model>,
    /// Attributes of all businesses and of single ones, in the order of their ids.
    pub attributes: Vec<Arc<AttributeSchema>>,
    /// Unique rules, in the order of their ids.
    pub rules: Vec<RuleSchema>,
    /// It is the source of a main-line association or `biz`: a level of the business topology (hosts excluded).
    pub mainline: bool,
}

impl ModelSchema {
    /// Where its instances are.
    pub fn space(&self) -> Space {
        Space::instances(self.model.id)
    }

    /// The field of an instance's id.
    pub fn id_field(&self) -> &'static str {
        model::id_field(&self.model.obj_id)
    }

    /// The field of an instance's name.
    pub fn name_field(&self) -> &'static str {
        model::name_field(&self.model.obj_id)
    }

    /// The attributes that instances of a business have: the global ones and its own.
    pub fn attributes_of(&self, business: i64) -> impl Iterator<Item = &AttributeSchema> {
        self.attributes
            .iter()
            .map(Arc::as_ref)
            .filter(move |it| it.attribute.business == 0 || it.attribute.business == business)
    }

    /// The keys that a document takes under all rules.
    pub fn keys(&self, doc: &Map) -> Vec<UniqueKey> {
        self.rules.iter().filter_map(|rule| rule.key(doc)).collect()
    }
}

/// A model association with what the link rules need.
#[derive(Clone, Debug)]
pub struct AssociationSchema {
    /// The record.
    pub association: Arc<ModelAssociation>,
    /// Parsed mapping.
    pub mapping: Mapping,
    /// Numeric ids for the store.
    pub ends: Ends,
}

/// Everything that is defined.
#[derive(Debug, Default)]
pub struct Schema {
    /// The meta revision it was loaded at.
    pub revision: i64,
    /// Models by textual id.
    pub models: BTreeMap<String, Arc<ModelSchema>>,
    /// Associations by textual id.
    pub associations: BTreeMap<String, Arc<AssociationSchema>>,
    /// Association kinds by textual id.
    pub kinds: BTreeMap<String, Arc<AssociationKind>>,
    by_number: HashMap<i64, Arc<AssociationSchema>>,
    rows: Definitions,
}

/// The rows that a schema is made of.
#[derive(Debug, Default)]
struct Definitions {
    models: Rows<Model>,
    attributes: Rows<AttributeSchema>,
    rules: Rows<UniqueRule>,
    kinds: Rows<AssociationKind>,
    associations: Rows<ModelAssociation>,
}

/// Records by id, each with the revision of its row.
#[derive(Debug)]
struct Rows<R>(BTreeMap<i64, (i64, Arc<R>)>);

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<R> Rows<R> {
    fn records(&self) -> impl Iterator<Item = &Arc<R>> {
        self.0.values().map(|(_, record)| record)
    }
}

impl Schema {
    /// Reads all definitions. Those that a known schema has at the same revision are taken over as they are there, since
    /// reading a document and compiling its patterns cost far more than comparing two numbers.
    pub(crate) async fn load(tx: &mut dyn Tx, revision: i64, zone: &TimeZone, known: &Self) -> Result<Self> {
        let compiled = |attribute| compile(attribute, zone);
        let rows = Definitions {
            models: refresh(tx, Table::Models, &known.rows.models, Ok).await?,
            attributes: refresh(tx, Table::Attributes, &known.rows.attributes, compiled).await?,
            rules: refresh(tx, Table::UniqueRules, &known.rows.rules, Ok).await?,
            kinds: refresh(tx, Table::AssociationKinds, &known.rows.kinds, Ok).await?,
            associations: refresh(tx, Table::ModelAssociations, &known.rows.associations, Ok).await?,
        };
        Self::assemble(revision, rows)
    }

    /// Brings the definitions together.
    fn assemble(revision: i64, rows: Definitions) -> Result<Self> {
        let mut attributes_of: HashMap<&str, Vec<Arc<AttributeSchema>>> = HashMap::new();
        for it in rows.attributes.records() {
            attributes_of.entry(&it.attribute.obj_id).or_default().push(Arc::clone(it));
        }
        let mut rules_of: HashMap<&str, Vec<RuleSchema>> = HashMap::new();
        for rule in rows.rules.records() {
            let fields = rule.keys.iter().map(|part| field_of(&rows.attributes, rule.id, part.attribute));
            let fields = fields.collect::<Result<Vec<_>>>()?;
            rules_of.entry(&rule.obj_id).or_default().push(RuleSchema { id: rule.id, fields });
        }
        let associations = || rows.associations.records();
        let levels: HashSet<&str> = associations()
            .filter(|it| it.kind == MAINLINE && it.source != "host")
            .map(|it| it.source.as_str())
            .chain(["biz"])
            .collect();
        let models: BTreeMap<String, Arc<ModelSchema>> = rows
            .models
            .records()
            .map(|model| {
                let obj_id = model.obj_id.as_str();
                let schema = ModelSchema {
                    model: Arc::clone(model),
                    attributes: attributes_of.remove(obj_id).unwrap_or_default(),
                    rules: rules_of.remove(obj_id).unwrap_or_default(),
                    mainline: levels.contains(obj_id),
                };
                (obj_id.to_owned(), Arc::new(schema))
            })
            .collect();
        let number = |obj_id: &str| models.get(obj_id).map(|it| it.model.id).unwrap_or_default();
        let entry = |association: &Arc<ModelAssociation>| {
            let mapping = Mapping::from_wire(&association.mapping);
            Arc::new(AssociationSchema {
                mapping,
                ends: Ends {
                    association: association.id,
                    source_model: number(&association.source),
                    target_model: number(&association.target),
                    one_per_source: mapping.one_per_source(),
                    one_per_target: mapping.one_per_target(),
                },
                association: Arc::clone(association),
            })
        };
        let by_number: HashMap<i64, _> = associations().map(|it| (it.id, entry(it))).collect();
        let by_id = by_number.values().map(|it| (it.association.association_id.clone(), Arc::clone(it))).collect();
        let kinds = rows.kinds.records().map(|kind| (kind.kind_id.clone(), Arc::clone(kind))).collect();
        Ok(Self { revision, models, associations: by_id, kinds, by_number, rows })
    }

    /// The model with this textual id.
    pub fn model(&self, obj_id: &str) -> Option<&Arc<ModelSchema>> {
        self.models.get(obj_id)
    }

    /// The association with this numeric id.
    pub fn association_by_number(&self, id: i64) -> Option<&Arc<AssociationSchema>> {
        self.by_number.get(&id)
    }

    /// The associations that a model is source or target of, in the order of their numeric ids.
    pub fn associations_of(&self, obj_id: &str) -> Vec<&Arc<AssociationSchema>> {
        let mut found: Vec<_> = self
            .associations
            .values()
            .filter(|it| it.association.source == obj_id || it.association.target == obj_id)
            .collect();
        found.sort_by_key(|it| it.association.id);
        found
    }
}

fn compile(attribute: Attribute, zone: &TimeZone) -> Result<AttributeSchema> {
    let kind = kind::by_name(&attribute.kind).ok_or_else(|| {
        let detail = format!("attribute {} has the unknown kind {}", attribute.id, attribute.kind);
        Error::new(Code::Corrupt).detail(detail)
    })?;
    let check = Arc::from(kind.compile(&attribute, zone)?);
    Ok(AttributeSchema { attribute, check })
}

/// The name of a field that a unique rule names by the attribute's number.
fn field_of(attributes: &Rows<AttributeSchema>, rule: i64, attribute: i64) -> Result<String> {
    let found = attributes.0.get(&attribute).map(|(_, it)| it.attribute.property_id.clone());
    found.ok_or_else(|| Error::new(Code::Corrupt).detail(format!("unique rule {rule} names attribute {attribute}")))
}

/// All records of a table: the known ones where the revision is the same, the others read and made.
async fn refresh<T: DeserializeOwned, R>(
    tx: &mut dyn Tx,
    table: Table,
    known: &Rows<R>,
    make: impl Fn(T) -> Result<R>,
) -> Result<Rows<R>> {
    let revisions = tx.revisions(table.into()).await?;
    let known = |id, revision| known.0.get(&id).filter(|(known, _)| *known == revision);
    let changed: Vec<i64> =
        revisions.iter().filter(|(id, revision)| known(*id, *revision).is_none()).map(|(id, _)| *id).collect();
    let mut rows: BTreeMap<i64, (i64, Arc<R>)> =
        revisions.iter().filter_map(|&(id, revision)| Some((id, known(id, revision)?.clone()))).collect();
    for row in tx.get_many(table.into(), &changed).await? {
        rows.insert(row.id, (row.revision, Arc::new(make(crate::repo::typed(row.doc)?)?)));
    }
    Ok(Rows(rows))
}
