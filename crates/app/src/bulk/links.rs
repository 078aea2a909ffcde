//! Decides operations on links, given the facts and what operations before have done.

use super::OnConflict;
use super::operation::{LinkName, Name, Op};
use super::plan::{Halt, Plan, add};
use super::verdict::{Failure, Status, Verdict};
use crate::associations::links::refused;
use crate::permission::Permission;
use crate::schema::{AssociationSchema, ModelSchema};
use relata_model::association::Link;
use relata_model::association::mapping::{Refusal, decide};
use relata_model::store::LinkFacts;
use relata_model::{Code, Error};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// An end of a link: number of the association, whether it is the source, id.
type End = (i64, bool, i64);

/// What operations of the plan have done to links.
#[derive(Default)]
pub(super) struct LinkState {
    /// Pairs that were linked (by a provisional id) or unlinked.
    pairs: HashMap<(i64, i64, i64), Option<i64>>,
    /// Ends that have a link now, or none any more, where they have one at the most.
    ends: HashMap<End, bool>,
    /// Links that are gone.
    unlinked: HashSet<i64>,
    /// New links of instances, by the number of the model and the id.
    new: HashMap<(i64, i64), Link>,
}

const MEMBERS: [&str; 2] = ["source", "target"];

impl Plan<'_, '_> {
    pub(super) fn link(
        &mut self,
        row: u64,
        op: Op,
        association: &Arc<AssociationSchema>,
        models: &[Arc<ModelSchema>; 2],
        link: &LinkName,
    ) -> Result<Verdict, Halt> {
        match link {
            LinkName::Id(id) => self.unlink_by_id(row, association, models, *id),
            LinkName::Ends(source, target) => {
                let pair = self.pair(models, [source, target])?;
                match op {
                    Op::Delete => self.unlink_pair(row, association, models, pair),
                    Op::Create | Op::Update | Op::Upsert => {
                        let shown = (source.shown(), target.shown());
                        self.link_pair(row, op, association, models, pair, shown)
                    }
                }
            }
        }
    }

    /// The instances at the ends.
    fn pair(&mut self, models: &[Arc<ModelSchema>; 2], names: [&Name; 2]) -> Result<(i64, i64), Halt> {
        let [source_model, target_model] = models;
        let [source, target] = names;
        // Both are looked for, so that both are asked for at once.
        let found = [self.end(source_model, 0, source), self.end(target_model, 1, target)];
        let [source, target] = found;
        Ok((source?, target?))
    }

    fn end(&mut self, model: &ModelSchema, side: usize, name: &Name) -> Result<i64, Halt> {
        let member = MEMBERS.get(side).copied().unwrap_or_default();
        let limit = self.basis.rights.limit(Permission::InstanceUpdate, model)?;
        let whole = limit.is_whole();
        let Some(id) = self.find(model, member, name)? else {
            self.whole(Permission::InstanceUpdate, model)?;
            let code = if side == 0 { Code::NoSourceInstance } else { Code::NoTargetInstance };
            let error = Error::new(code).arg(name.shown()).arg(model.model.obj_id.as_str());
            return Err(Failure::at(member, error).into());
        };
        if !whole {
            self.permitted(Permission::InstanceUpdate, model, id)?;
        }
        Ok(id)
    }

    fn link_pair(
        &mut self,
        row: u64,
        op: Op,
        association: &Arc<AssociationSchema>,
        models: &[Arc<ModelSchema>; 2],
        pair: (i64, i64),
        shown: (String, String),
    ) -> Result<Verdict, Halt> {
        let facts = self.facts_of(association, models, pair)?;
        let number = association.ends.association;
        match decide(association.mapping, &[pair], &[facts]).first() {
            None | Some(Ok(())) => {}
            Some(Err(Refusal::Linked)) => {
                let id = self.between(association, pair)?;
                let status = match (op, self.basis.on_conflict) {
                    (Op::Upsert, _) => Status::Unchanged,
                    (Op::Create | Op::Update | Op::Delete, OnConflict::Skip | OnConflict::Update) => Status::Exists,
                    (Op::Create | Op::Update | Op::Delete, OnConflict::Fail) => {
                        let failure = Failure::new(refused(Refusal::Linked, shown, association));
                        let conflicting_row = id.and_then(|id| self.maker(true, number, id));
                        return Err(Failure { conflicting_id: id, conflicting_row, ..failure }.into());
                    }
                };
                return Ok(Verdict::new(row, status, id));
            }
            Some(Err(refusal)) => {
                let member = match refusal {
                    Refusal::NoTarget | Refusal::TargetTaken | Refusal::Linked => "target",
                    Refusal::EndTaken if facts.target_linked && !facts.source_linked => "target",
                    Refusal::NoSource | Refusal::EndTaken => "source",
                };
                return Err(Failure::at(member, refused(*refusal, shown, association)).into());
            }
        }
        let id = self.provisional(row);
        let link = Link { id, association: number, source: pair.0, target: pair.1 };
        add(&mut self.changes.linked, number, association, (id, pair));
        self.links.pairs.insert((number, pair.0, pair.1), Some(id));
        self.links.ends.insert((number, true, pair.0), true);
        self.links.ends.insert((number, false, pair.1), true);
        self.links.new.insert((association.ends.source_model, pair.0), link);
        self.links.new.insert((association.ends.target_model, pair.1), link);
        Ok(Verdict::new(row, Status::Created, Some(id)))
    }

    /// What is known of a pair, after what the plan has done.
    fn facts_of(
        &mut self,
        association: &AssociationSchema,
        models: &[Arc<ModelSchema>; 2],
        pair: (i64, i64),
    ) -> Result<LinkFacts, Halt> {
        let number = association.ends.association;
        // Of what is new the store knows nothing; no instance has the id 0.
        let asked = (number, pair.0.max(0), pair.1.max(0));
        let stored = match self.basis.facts.pairs.get(&asked) {
            Some(facts) => *facts,
            None if asked.1 == 0 && asked.2 == 0 => LinkFacts::default(),
            None => {
                self.asked.pairs.insert(asked);
                return Err(Halt::Unknown);
            }
        };
        let [source, target] = models;
        let may_be_new = |model: &ModelSchema, id: i64, exists: bool| {
            id > 0 && !exists && self.changes.created.contains_key(&model.model.id)
        };
        if may_be_new(source, pair.0, stored.source_exists) || may_be_new(target, pair.1, stored.target_exists) {
            return Err(Halt::Cut);
        }
        let end = |from_source: bool, id: i64| self.links.ends.get(&(number, from_source, id)).copied();
        let linked = self.links.pairs.get(&(number, pair.0, pair.1)).map(Option::is_some);
        let ends = association.ends;
        Ok(LinkFacts {
            source_exists: self.exists_by_plan(source, pair.0).unwrap_or(stored.source_exists),
            target_exists: self.exists_by_plan(target, pair.1).unwrap_or(stored.target_exists),
            pair_exists: linked.unwrap_or(stored.pair_exists),
            source_linked: ends.one_per_source && end(true, pair.0).unwrap_or(stored.source_linked),
            target_linked: ends.one_per_target && end(false, pair.1).unwrap_or(stored.target_linked),
        })
    }

    /// The link of a pair.
    fn between(&mut self, association: &AssociationSchema, (source, target): (i64, i64)) -> Result<Option<i64>, Halt> {
        let pair = (association.ends.association, source, target);
        if let Some(id) = self.links.pairs.get(&pair) {
            return Ok(*id);
        }
        if source < 0 || target < 0 {
            return Ok(None);
        }
        if let Some(id) = self.basis.facts.between.get(&pair) {
            return Ok(*id);
        }
        self.asked.between.insert(pair);
        Err(Halt::Unknown)
    }

    fn unlink_pair(
        &mut self,
        row: u64,
        association: &Arc<AssociationSchema>,
        models: &[Arc<ModelSchema>; 2],
        pair: (i64, i64),
    ) -> Result<Verdict, Halt> {
        match self.between(association, pair)? {
            None => Ok(Verdict::new(row, Status::Unchanged, None)),
            // A link of this plan.
            Some(id) if id < 0 => Err(Halt::Cut),
            Some(id) => {
                let link = Link { id, association: association.ends.association, source: pair.0, target: pair.1 };
                self.unlink(row, association, models, link)
            }
        }
    }

    fn unlink_by_id(
        &mut self,
        row: u64,
        association: &Arc<AssociationSchema>,
        models: &[Arc<ModelSchema>; 2],
        id: i64,
    ) -> Result<Verdict, Halt> {
        let known = self.basis.facts.links.get(&id);
        match known {
            None => {
                self.asked.links.insert((association.ends.association, id));
                Err(Halt::Unknown)
            }
            // It may be one of those that the plan creates, whose ids are not known yet.
            Some(None) if !self.changes.linked.is_empty() => Err(Halt::Cut),
            Some(Some(link)) if !self.links.unlinked.contains(&id) => self.unlink(row, association, models, *link),
            Some(_) => Ok(Verdict::new(row, Status::Unchanged, None)),
        }
    }

    fn unlink(
        &mut self,
        row: u64,
        association: &Arc<AssociationSchema>,
        models: &[Arc<ModelSchema>; 2],
        link: Link,
    ) -> Result<Verdict, Halt> {
        for (model, id) in models.iter().zip([link.source, link.target]) {
            if !self.basis.rights.limit(Permission::InstanceUpdate, model)?.is_whole() {
                self.permitted(Permission::InstanceUpdate, model, id)?;
            }
        }
        let number = association.ends.association;
        add(&mut self.changes.unlinked, number, association, link);
        self.links.unlinked.insert(link.id);
        self.links.pairs.insert((number, link.source, link.target), None);
        // An end that has one link at the most has none now.
        self.links.ends.insert((number, true, link.source), false);
        self.links.ends.insert((number, false, link.target), false);
        Ok(Verdict::new(row, Status::Deleted, Some(link.id)))
    }

    /// A link that an instance has now.
    pub(super) fn link_of(&mut self, model: &ModelSchema, id: i64) -> Result<Option<Link>, Halt> {
        let key = (model.model.id, id);
        if let Some(link) = self.links.new.get(&key) {
            return Ok(Some(*link));
        }
        if id < 0 {
            return Ok(None);
        }
        if let Some(links) = self.basis.facts.links_of.get(&key) {
            return Ok(links.iter().find(|link| !self.links.unlinked.contains(&link.id)).copied());
        }
        self.asked.links_of.insert((model.model.obj_id.clone(), model.model.id, id));
        Err(Halt::Unknown)
    }
}
