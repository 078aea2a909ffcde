//! A store that fails on purpose.
//!
//! [`Faulty`] counts every call of a [`Tx`] method and every commit, and fails the one it was told to with
//! [`Code::Unavailable`]. A failed commit is one that has not been applied. A test runs an operation with
//! [`Faulty::fail_at`] 1, 2, 3 … until [`Faulty::has_failed`] says no: then every place has failed once.

use relata_model::association::Link;
use relata_model::change::ChangeSet;
use relata_model::filter::Filter;
use relata_model::store::{
    BoxFut, ChangeQuery, Ends, Hop, HopQuery, LinkFacts, LinkQuery, NewRow, Query, Remove, Replace, Row, Space, Store,
    Tx, Work,
};
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Result};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A store around another one; see the module.
pub struct Faulty<S> {
    inner: S,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    calls: AtomicU64,
    fail_at: AtomicU64,
}

impl Plan {
    /// Counts a call, and fails it when it is the chosen one.
    fn call(&self) -> Result<()> {
        let number = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if number == self.fail_at.load(Ordering::SeqCst) {
            return Err(Error::new(Code::Unavailable).detail(format!("call {number} fails on purpose")));
        }
        Ok(())
    }
}

impl<S: Store> Faulty<S> {
    /// Wraps a store. Nothing fails until [`Faulty::fail_at`] is called.
    pub fn new(inner: S) -> Self {
        Self { inner, plan: Arc::default() }
    }

    /// Starts counting anew; the call with this number, from 1, fails and those after it succeed again. 0: none fails.
    pub fn fail_at(&self, call: u64) {
        self.plan.fail_at.store(call, Ordering::SeqCst);
        self.plan.calls.store(0, Ordering::SeqCst);
    }

    /// Calls and commits since [`Faulty::fail_at`].
    pub fn calls(&self) -> u64 {
        self.plan.calls.load(Ordering::SeqCst)
    }

    /// True when the chosen call has come.
    pub fn has_failed(&self) -> bool {
        let at = self.plan.fail_at.load(Ordering::SeqCst);
        at != 0 && self.calls() >= at
    }

    /// The store inside, which never fails: to look at what was left.
    pub fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S: Store> Store for Faulty<S> {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        self.inner.read(wrapped(work, &self.plan, false))
    }

    fn write(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        self.inner.write(wrapped(work, &self.plan, true))
    }

    fn news(&self, after: i64) -> BoxFut<'static, ()> {
        self.inner.news(after)
    }

    fn check(&self) -> BoxFut<'_, Result<Vec<String>>> {
        self.inner.check()
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.inner.figures()
    }
}

fn wrapped(work: Arc<Work>, plan: &Arc<Plan>, commits: bool) -> Arc<Work> {
    let plan = Arc::clone(plan);
    crate::work(move |tx| {
        let (work, plan) = (Arc::clone(&work), Arc::clone(&plan));
        Box::pin(async move {
            work(&mut FaultyTx { tx, plan: &plan }).await?;
            if commits { plan.call() } else { Ok(()) }
        })
    })
}

struct FaultyTx<'t> {
    tx: &'t mut (dyn Tx + 't),
    plan: &'t Plan,
}

macro_rules! counted {
    ($($name:ident$(<$life:lifetime>)?($($arg:ident: $type:ty),*) -> $result:ty;)*) => { $(
        fn $name$(<$life>)?(&$($life)? mut self $(, $arg: $type)*) -> counted!(@ $($life)?; $result) {
            match self.plan.call() {
                Ok(()) => self.tx.$name($($arg),*),
                Err(error) => Box::pin(std::future::ready(Err(error))),
            }
        }
    )* };
    (@ $life:lifetime; $result:ty) => { BoxFut<$life, Result<$result>> };
    (@ ; $result:ty) => { BoxFut<'_, Result<$result>> };
}

impl Tx for FaultyTx<'_> {
    counted! {
        meta_revision() -> i64;
        revisions(space: Space) -> Vec<(i64, i64)>;
        get_many<'a>(space: Space, ids: &'a [i64]) -> Vec<Row>;
        find<'a>(query: &'a Query) -> Vec<Row>;
        count<'a>(space: Space, filter: &'a Filter) -> u64;
        count_by<'a>(space: Space, filter: &'a Filter, field: &'a str) -> Vec<(Value, u64)>;
        find_keys<'a>(keys: &'a [UniqueKey]) -> Vec<Option<i64>>;
        insert_many(space: Space, rows: Vec<NewRow>) -> ();
        replace_many(space: Space, rows: Vec<Replace>) -> ();
        delete_many(space: Space, rows: Vec<Remove>) -> ();
        insert_keys(keys: Vec<(UniqueKey, i64)>) -> ();
        drop_keys(rule: i64) -> ();
        next_ids<'a>(sequence: &'a str, count: u64) -> i64;
        link_facts<'a>(ends: Ends, pairs: &'a [(i64, i64)]) -> Vec<LinkFacts>;
        insert_links<'a>(ends: Ends, links: &'a [Link]) -> ();
        delete_links<'a>(links: &'a [Link]) -> ();
        find_links<'a>(query: &'a LinkQuery) -> Vec<Link>;
        count_links<'a>(query: &'a LinkQuery) -> u64;
        hop<'a>(query: &'a HopQuery) -> Vec<Hop>;
        append_changes(sets: Vec<ChangeSet>) -> ();
        changes<'a>(query: &'a ChangeQuery) -> Vec<ChangeSet>;
    }
}
