//! Where a walk may go: which links it follows from the instances of each model, and which instances it may enter.
//!
//! A caller enters only what they may see. Of models whose instances are seen in part, or that a filter of the request
//! narrows, the store is asked which of the instances at hand pass; each is asked for once.

use crate::call::Call;
use crate::permission::{Granted, Limit};
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use relata_model::filter::{Filter, expression};
use relata_model::store::{Hop, HopQuery, Query, Step};
use relata_model::{Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Which way to follow links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    /// From sources to targets.
    Out,
    /// From targets to sources.
    In,
    /// Both ways.
    #[default]
    Both,
}

impl Direction {
    pub(super) const fn allows(self, forward: bool) -> bool {
        match self {
            Self::Out => forward,
            Self::In => !forward,
            Self::Both => true,
        }
    }

    /// The same way, seen from its end.
    pub(super) const fn reversed(self) -> Self {
        match self {
            Self::Out => Self::In,
            Self::In => Self::Out,
            Self::Both => Self::Both,
        }
    }
}

/// What a walk is confined to.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Bounds {
    /// Only instances of these models, by textual id; none for all.
    pub(super) models: Vec<String>,
    /// Only links of these associations, by textual id; none for all.
    pub(super) associations: Vec<String>,
    /// By model: only instances that this filter expression matches. Where the walk begins is not asked.
    pub(super) filters: BTreeMap<String, Value>,
}

/// A step to instances of a model.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) step: Step,
    /// Numeric id of the model.
    pub(super) to: i64,
}

/// Which instances of a model may be entered, where not all may.
#[derive(Debug, Default)]
struct Sieve {
    /// None: none but the exempt ones.
    filter: Option<Filter>,
    exempt: HashSet<i64>,
    asked: HashMap<i64, bool>,
}

/// Where a walk may go.
pub(super) struct Plan {
    pub(super) schema: Arc<Schema>,
    models: BTreeMap<i64, Arc<ModelSchema>>,
    ways: BTreeMap<i64, Vec<Way>>,
    sieves: BTreeMap<i64, Sieve>,
}

/// What is one step from some nodes.
pub(super) struct Look {
    pub(super) way: Way,
    pub(super) hop: Hop,
}

impl Plan {
    /// A plan that follows an association from its source (true) or target where `follows` says so. `ends` may be entered
    /// whatever the bounds say.
    pub(super) async fn new(
        call: &mut Call<'_>,
        ok: Granted,
        bounds: &Bounds,
        ends: &[(i64, i64)],
        follows: impl Fn(&AssociationSchema, bool) -> bool,
    ) -> Result<Self> {
        let schema = call.schema().await?;
        bounds.check(&schema)?;
        let models = schema.models.values().map(|model| (model.model.id, Arc::clone(model))).collect();
        let mut plan = Self { schema: Arc::clone(&schema), models, ways: BTreeMap::new(), sieves: BTreeMap::new() };
        let mut open = BTreeSet::new();
        for (obj_id, model) in &schema.models {
            let Some(limit) = call.visible(ok, obj_id) else { continue };
            let exempt: HashSet<i64> = ends.iter().filter(|(it, _)| *it == model.model.id).map(|(_, id)| *id).collect();
            let filter = if bounds.models.is_empty() || bounds.models.contains(obj_id) {
                Some(bounds.filter(call, obj_id, &limit)?)
            } else {
                None
            };
            if filter.is_none() && exempt.is_empty() {
                continue;
            }
            open.insert(model.model.id);
            let all = filter.is_some() && limit.is_whole() && !bounds.filters.contains_key(obj_id);
            if !all {
                plan.sieves.insert(model.model.id, Sieve { filter, exempt, asked: HashMap::new() });
            }
        }
        let mut associations: Vec<_> = schema.associations.values().collect();
        associations.sort_by_key(|it| it.association.id);
        for it in associations {
            if !bounds.has_association(&it.association.association_id) {
                continue;
            }
            let (source, target) = (it.ends.source_model, it.ends.target_model);
            for (from, to, forward) in [(source, target, true), (target, source, false)] {
                if open.contains(&to) && follows(it, forward) {
                    let step = Step { association: it.association.id, forward };
                    plan.ways.entry(from).or_default().push(Way { step, to });
                }
            }
        }
        Ok(plan)
    }

    pub(super) fn model(&self, number: i64) -> Option<&Arc<ModelSchema>> {
        self.models.get(&number)
    }

    /// The textual id of a model.
    pub(super) fn obj_id(&self, number: i64) -> &str {
        self.model(number).map_or("", |model| &model.model.obj_id)
    }

    /// The textual id of an association.
    pub(super) fn association_id(&self, number: i64) -> &str {
        self.schema.association_by_number(number).map_or("", |it| &it.association.association_id)
    }

    /// What is one step from these instances of a model, so far as it may be entered: all links are counted, and the first
    /// `per_node` of each instance, association and direction told.
    pub(super) async fn look(
        &mut self,
        call: &mut Call<'_>,
        model: i64,
        ids: &[i64],
        per_node: Option<u64>,
    ) -> Result<Vec<Look>> {
        let ways = self.ways.get(&model).map(Vec::as_slice).unwrap_or_default();
        // What is sieved has to be counted, too, so all of it is asked for.
        let (sieved, open): (Vec<Way>, Vec<Way>) = ways.iter().partition(|way| self.sieves.contains_key(&way.to));
        let mut looks = Vec::with_capacity(ways.len());
        for (ways, limit) in [(open, per_node), (sieved, None)] {
            if ways.is_empty() {
                continue;
            }
            let from = ways.iter().map(|way| (way.step, ids.to_vec())).collect();
            let hops = call.tx.hop(&HopQuery { from, per_node: limit }).await?;
            looks.extend(ways.into_iter().zip(hops).map(|(way, hop)| Look { way, hop }));
        }
        for look in &mut looks {
            self.sieve(call, look, per_node).await?;
        }
        looks.sort_by_key(|look| (look.way.step.association, !look.way.step.forward));
        Ok(looks)
    }

    /// Takes out what may not be entered.
    async fn sieve(&mut self, call: &mut Call<'_>, look: &mut Look, per_node: Option<u64>) -> Result<()> {
        let (Some(sieve), Some(model)) = (self.sieves.get_mut(&look.way.to), self.models.get(&look.way.to)) else {
            return Ok(());
        };
        let others = look.hop.links.iter().map(|(_, _, other)| *other);
        let unknown: BTreeSet<i64> = others.filter(|other| !sieve.asked.contains_key(other)).collect();
        let unknown: Vec<i64> = unknown.into_iter().collect();
        for ids in unknown.chunks(PIECE) {
            let mut passed: HashSet<i64> = ids.iter().copied().filter(|id| sieve.exempt.contains(id)).collect();
            if let Some(filter) = &sieve.filter {
                let among = Filter::one_of(model.id_field(), ids.iter().copied()).and(filter.clone());
                passed.extend(call.tx.find(&Query::new(model.space(), among)).await?.iter().map(|row| row.id));
            }
            sieve.asked.extend(ids.iter().map(|id| (*id, passed.contains(id))));
        }
        look.hop.counts.fill(0);
        let counts = &mut look.hop.counts;
        let most = per_node.unwrap_or(u64::MAX);
        look.hop.links.retain(|(place, _, other)| {
            let passes = sieve.asked.get(other).copied().unwrap_or_default();
            match counts.get_mut(*place) {
                Some(count) if passes => {
                    *count += 1;
                    *count <= most
                }
                Some(_) | None => false,
            }
        });
        Ok(())
    }
}

/// Nodes that the store is asked about at a time, so that nothing is held for long.
pub(super) const PIECE: usize = 2048;

impl Bounds {
    /// Refuses what names nothing: a mistake in a name would else be an empty answer.
    fn check(&self, schema: &Schema) -> Result<()> {
        let is_model = |name: &str| schema.models.contains_key(name);
        let is_association = |name: &str| schema.associations.contains_key(name);
        let wrong = [
            ("models", self.models.iter().find(|name| !is_model(name))),
            ("associations", self.associations.iter().find(|name| !is_association(name))),
            ("filters", self.filters.keys().find(|name| !is_model(name))),
        ];
        match wrong.into_iter().find_map(|(place, name)| Some((place, name?))) {
            Some((place, name)) => Err(Error::refers_to_nothing(place).hint(format!("there is no {name:?}"))),
            None => Ok(()),
        }
    }

    /// Whether the links of an association may be followed.
    pub(super) fn has_association(&self, id: &str) -> bool {
        self.associations.is_empty() || self.associations.iter().any(|it| it == id)
    }

    fn filter(&self, call: &Call<'_>, obj_id: &str, limit: &Limit) -> Result<Filter> {
        let given = self.filters.get(obj_id).map(|given| expression::parse(given, &call.app.settings.zone));
        Ok(limit.and(given.transpose()?.unwrap_or_else(Filter::everything)))
    }
}
