//! The schema: all models with their attributes, unique rules and associations, compiled for use.
//!
//! Loaded whole when the meta revision of the transaction differs from the cached one; a revision is never used twice, so
//! a cached schema is right in whichever transaction its revision shows.

use relata_model::association::{AssociationKind, Mapping, ModelAssociation};
use relata_model::attribute::{Attribute, Check, kind};
use relata_model::filter::Filter;
use relata_model::model::{self, Model};
use relata_model::store::{Ends, Query, Space, Table, Tx};
use relata_model::unique::{UniqueKey, UniqueRule, encode};
use relata_model::{Error, Map, Result};
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
    pub model: Model,
    /// Attributes of all businesses and of single ones, in the order of their ids.
    pub attributes: Vec<AttributeSchema>,
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
        self.attributes.iter().filter(move |it| it.attribute.business == 0 || it.attribute.business == business)
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
    pub association: ModelAssociation,
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
    pub kinds: BTreeMap<String, AssociationKind>,
    by_number: HashMap<i64, Arc<AssociationSchema>>,
}

impl Schema {
    /// Reads and compiles all definitions. What has not changed since an older schema is taken over compiled, since
    /// patterns cost far more to compile than to compare.
    pub(crate) async fn load(tx: &mut dyn Tx, revision: i64, zone: &jiff::tz::TimeZone, older: &Self) -> Result<Self> {
        let models: Vec<Model> = all(tx, Table::Models).await?;
        let attributes: Vec<Attribute> = all(tx, Table::Attributes).await?;
        let rules: Vec<UniqueRule> = all(tx, Table::UniqueRules).await?;
        let kinds: Vec<AssociationKind> = all(tx, Table::AssociationKinds).await?;
        let associations: Vec<ModelAssociation> = all(tx, Table::ModelAssociations).await?;

        let fields: HashMap<i64, String> =
            attributes.iter().map(|attribute| (attribute.id, attribute.property_id.clone())).collect();
        let compiled: HashMap<i64, &AttributeSchema> =
            older.models.values().flat_map(|model| &model.attributes).map(|it| (it.attribute.id, it)).collect();
        let mut attributes_of: HashMap<String, Vec<AttributeSchema>> = HashMap::new();
        for attribute in attributes {
            let known = compiled.get(&attribute.id).filter(|it| it.attribute == attribute);
            let check = known.map_or_else(|| compile(&attribute, zone), |it| Ok(Arc::clone(&it.check)))?;
            attributes_of.entry(attribute.obj_id.clone()).or_default().push(AttributeSchema { attribute, check });
        }
        let mut rules_of: HashMap<String, Vec<RuleSchema>> = HashMap::new();
        for rule in rules {
            let fields = rule
                .keys
                .iter()
                .map(|part| {
                    fields.get(&part.attribute).cloned().ok_or_else(|| {
                        Error::new(relata_model::Code::Corrupt)
                            .detail(format!("unique rule {} names attribute {}", rule.id, part.attribute))
                    })
                })
                .collect::<Result<Vec<_>>>()?;
            rules_of.entry(rule.obj_id).or_default().push(RuleSchema { id: rule.id, fields });
        }
        let levels: HashSet<&str> = associations
            .iter()
            .filter(|it| it.kind == relata_model::association::MAINLINE && it.source != "host")
            .map(|it| it.source.as_str())
            .chain(["biz"])
            .collect();
        let numbers: HashMap<String, i64> = models.iter().map(|model| (model.obj_id.clone(), model.id)).collect();
        let models = models
            .into_iter()
            .map(|model| {
                let obj_id = model.obj_id.clone();
                let schema = ModelSchema {
                    attributes: attributes_of.remove(&obj_id).unwrap_or_default(),
                    rules: rules_of.remove(&obj_id).unwrap_or_default(),
                    mainline: levels.contains(obj_id.as_str()),
                    model,
                };
                (obj_id, Arc::new(schema))
            })
            .collect();
        let mut schema = Self { revision, models, ..Self::default() };
        schema.kinds = kinds.into_iter().map(|kind| (kind.kind_id.clone(), kind)).collect();
        for association in associations {
            let number = |obj_id: &str| numbers.get(obj_id).copied().unwrap_or_default();
            let entry = Arc::new(AssociationSchema {
                mapping: Mapping::from_wire(&association.mapping),
                ends: Ends {
                    association: association.id,
                    source_model: number(&association.source),
                    target_model: number(&association.target),
                },
                association,
            });
            schema.by_number.insert(entry.association.id, Arc::clone(&entry));
            schema.associations.insert(entry.association.association_id.clone(), entry);
        }
        Ok(schema)
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

fn compile(attribute: &Attribute, zone: &jiff::tz::TimeZone) -> Result<Arc<dyn Check>> {
    let kind = kind::by_name(&attribute.kind).ok_or_else(|| {
        Error::new(relata_model::Code::Corrupt)
            .detail(format!("attribute {} has the unknown kind {}", attribute.id, attribute.kind))
    })?;
    kind.compile(attribute, zone).map(Arc::from)
}

async fn all<T: DeserializeOwned>(tx: &mut dyn Tx, table: Table) -> Result<Vec<T>> {
    let rows = tx.find(&Query::new(table, Filter::everything())).await?;
    rows.into_iter().map(|row| crate::repo::typed(row.doc)).collect()
}
