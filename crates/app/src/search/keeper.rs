//! Keeps the index of the search: makes it from the instances where there is none that fits the store, and follows the change
//! log from there on. Writes never wait for it.
//!
//! It only does the next step: who calls it says when, and on which thread.

use super::Building;
use super::recent::{Changed, RESOURCES, forgets_values};
use crate::app::App;
use crate::audit::records;
use crate::endpoint;
use crate::models::uniques::instances_after;
use crate::schema::{ModelSchema, Schema};
use relata_model::change::{ChangeSet, Resource};
use relata_model::filter::Filter;
use relata_model::search::{Change, Entry, FORMAT, Index, View};
use relata_model::store::{ChangeQuery, Row};
use relata_model::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Rows of the log read at a time.
const CHUNK: u64 = 100;
/// After so many changes the index is committed, also when there are more.
const COMMITTED: i64 = 20_000;
/// How far the mark may be behind where nothing but other changes came.
const UNMARKED: i64 = 10_000;

/// The index of a process, and how far it is.
#[derive(Default)]
pub struct Search {
    index: Option<Arc<dyn Index>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    building: Option<Building>,
    /// Somebody wants the index to be made anew.
    rebuild: bool,
}

/// A state of the index that searches may use, and the number up to which it knows the log.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) view: Arc<dyn View>,
    pub(super) upto: i64,
}

impl Search {
    /// Searches by an index.
    pub(crate) fn by(index: Arc<dyn Index>) -> Self {
        Self { index: Some(index), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn kept(&self) -> Option<Kept> {
        self.state().kept.clone()
    }

    /// How far the index is while it is being made.
    pub fn building(&self) -> Option<Building> {
        self.state().building
    }

    /// Up to which number of the change log the index knows it; `None` where it is of no use yet.
    pub fn upto(&self) -> Option<i64> {
        self.state().kept.as_ref().map(|kept| kept.upto)
    }

    /// Figures for metrics: the number of the log up to which the index knows it, and how many instances are still to come into
    /// one that is being made.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub fn figures(&self) -> Vec<(&'static str, f64)> {
        let to_come = self.building().map_or(0, |it| it.total.saturating_sub(it.done));
        vec![("changes", self.upto().unwrap_or(0) as f64), ("instances_to_come", to_come as f64)]
    }

    /// Has the index made anew by its keeper; false where there is none.
    pub fn rebuild(&self) -> bool {
        self.state().rebuild = self.index.is_some();
        self.index.is_some()
    }

    /// True when [`Self::rebuild`] was called and the keeper has not begun yet.
    pub fn is_rebuild_wanted(&self) -> bool {
        self.state().rebuild
    }
}

/// Up to where an index has come, and by which set of the log it is told from an index of another store.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    format: u32,
    upto: i64,
    time: i64,
    request: String,
}

impl Mark {
    fn of(upto: i64, set: Option<&ChangeSet>) -> Self {
        let (time, request) = set.map(|set| (set.time, set.actor.request.clone())).unwrap_or_default();
        Self { format: FORMAT, upto, time, request }
    }

    /// The mark at a number of the log as it is; `None` where the log has not come to it.
    async fn at(app: &Arc<App>, upto: i64) -> Result<Option<Self>> {
        let query = ChangeQuery { after: upto - 1, settled: true, limit: Some(1), ..ChangeQuery::default() };
        let sets = endpoint::system_read(app, move |call| {
            let query = query.clone();
            Box::pin(async move { call.tx.changes(&query).await })
        });
        let sets = sets.await?;
        Ok(match sets.first() {
            Some(set) if set.last() == upto => Some(Self::of(upto, Some(set))),
            Some(_) | None => (upto == 0).then(|| Self::of(0, None)),
        })
    }
}

/// Keeps the index of an application.
pub struct Keeper {
    app: Arc<App>,
    index: Arc<dyn Index>,
    /// The last number that is known; `None` where the index has to be made.
    upto: Option<i64>,
    /// The number of the last commit.
    marked: i64,
}

impl Keeper {
    /// Looks whether the index is one of this store. `None` where there is no index.
    pub async fn new(app: &Arc<App>) -> Result<Option<Self>> {
        let Some(index) = app.search.index.clone() else { return Ok(None) };
        let mark: Option<Mark> = serde_json::from_str(index.view().mark()).ok();
        let mut keeper = Self { app: Arc::clone(app), index, upto: None, marked: 0 };
        if let Some(mark) = mark.filter(|mark| mark.format == FORMAT)
            && Mark::at(app, mark.upto).await?.as_ref() == Some(&mark)
        {
            keeper.keep(mark.upto, true);
        }
        Ok(Some(keeper))
    }

    /// Does what is to be done, and returns up to which number of the log everything is known then. When it fails, what was
    /// done since the last commit is done again by the next call.
    pub async fn step(&mut self) -> Result<i64> {
        let outcome = self.try_step().await;
        if outcome.is_err() {
            self.app.search.state().building = None;
            self.upto = self.upto.map(|_| self.marked);
            self.index.undo()?;
        }
        outcome
    }

    async fn try_step(&mut self) -> Result<i64> {
        let rebuild = std::mem::take(&mut self.app.search.state().rebuild);
        match self.upto {
            Some(upto) if !rebuild => self.follow(upto).await,
            Some(_) | None => self.build().await,
        }
    }

    /// From now on searches use the last commit, which knows the log up to a number.
    fn keep(&mut self, upto: i64, committed: bool) {
        if committed {
            self.marked = upto;
        }
        self.upto = Some(upto);
        self.app.search.state().kept = Some(Kept { view: self.index.view(), upto });
    }

    fn save(&mut self, mark: &Mark) -> Result<()> {
        let text = serde_json::to_string(mark).map_err(|error| Error::internal(error.to_string()))?;
        self.index.save(&text)?;
        self.keep(mark.upto, true);
        Ok(())
    }

    /// Makes the index anew. What changes meanwhile is behind the number at which it began.
    async fn build(&mut self) -> Result<i64> {
        let (end, schema, total) = endpoint::system_read(&self.app, |call| {
            Box::pin(async move {
                let (end, schema) = (call.log_end().await?, call.schema().await?);
                let mut total = 0;
                for model in schema.models.values() {
                    total += call.tx.count(model.space(), &Filter::everything()).await?;
                }
                Ok((end, schema, total))
            })
        })
        .await?;
        let mark = Mark::at(&self.app, end).await?.unwrap_or_default();
        self.index.clear()?;
        let mut building = Building { done: 0, total };
        for model in schema.models.values() {
            self.put_model(model, true, |rows| {
                building.done += rows;
                building.total = building.total.max(building.done);
                self.app.search.state().building = Some(building);
            })
            .await?;
        }
        self.save(&mark)?;
        self.app.search.state().building = None;
        Ok(end)
    }

    /// Puts all instances of a model, page by page.
    async fn put_model(&self, model: &Arc<ModelSchema>, fresh: bool, mut told: impl FnMut(u64)) -> Result<()> {
        let (space, obj_id) = (model.space(), &model.model.obj_id);
        let mut behind = Some(i64::MIN);
        while let Some(after) = behind {
            let page = endpoint::system_read(&self.app, move |call| {
                Box::pin(async move { instances_after(call, space, Filter::everything(), after).await })
            });
            let (rows, next) = page.await?;
            told(rows.len() as u64);
            let change =
                |Row { id, doc, .. }| Change { model: obj_id.clone(), id, entry: Some(Entry::of(obj_id, &doc)) };
            self.index.put(rows.into_iter().map(change).collect(), fresh)?;
            behind = next;
        }
        Ok(())
    }

    /// Takes what has come since.
    async fn follow(&mut self, from: i64) -> Result<i64> {
        let (mut upto, mut taken) = (from, 0);
        let mut last = None;
        let mut forgetful: BTreeSet<String> = BTreeSet::new();
        while taken < COMMITTED {
            let query = ChangeQuery { after: upto, settled: true, limit: Some(CHUNK), ..ChangeQuery::default() };
            let sets = endpoint::system_read(&self.app, move |call| {
                let query = query.clone();
                Box::pin(async move { call.tx.changes(&query).await })
            });
            let mut sets = sets.await?;
            for set in sets.iter().filter(|set| RESOURCES.contains(&set.resource)) {
                if set.resource == Resource::Instance {
                    taken += set.count;
                    self.index.put(changes(set)?, false)?;
                } else if forgets_values(set) {
                    forgetful.insert(set.scope.clone());
                }
            }
            let all = (sets.len() as u64) < CHUNK;
            last = sets.pop().or(last);
            upto = last.as_ref().map_or(upto, ChangeSet::last);
            if all {
                break;
            }
        }
        if !forgetful.is_empty() {
            let schema: Arc<Schema> = endpoint::system_read(&self.app, |call| Box::pin(call.schema())).await?;
            for model in forgetful.iter().filter_map(|id| schema.model(id)) {
                self.put_model(model, false, |_| {}).await?;
            }
        }
        if taken > 0 || !forgetful.is_empty() || upto - self.marked > UNMARKED {
            self.save(&Mark::of(upto, last.as_ref()))?;
        } else if upto > from {
            self.keep(upto, false);
        }
        Ok(upto)
    }
}

fn changes(set: &ChangeSet) -> Result<Vec<Change>> {
    let change = |Changed { id, after, .. }: Changed| Change {
        model: set.scope.clone(),
        id,
        entry: after.map(|doc| Entry::of(&set.scope, &doc)),
    };
    Ok(records(set)?.into_iter().map(change).collect())
}
