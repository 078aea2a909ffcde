//! The conformance suite: what the port promises, as tests that every engine has to pass.
//!
//! [`conformance!`](crate::conformance) expands it for one engine. Each test gets a new, empty store and ends with the
//! store's own check, which has to find nothing; for that, tests keep to the world of [`world`], log every link and take
//! every id from its sequence.

pub mod concurrency;
pub mod documents;
pub mod keys;
pub mod links;
pub mod log;
mod random;
pub mod transactions;
pub mod world;

use crate::{read_with, write_with};
pub use random::random_operations;
use relata_model::Result;
use relata_model::store::{BoxFut, Store, Tx};
use std::any::Any;
use std::sync::Arc;

/// A store under test, and what it lives on.
pub struct TestStore {
    store: Option<Arc<dyn Store>>,
    reopen: Option<Box<dyn Fn() -> Arc<dyn Store> + Send + Sync>>,
    // After the store, so that it is dropped after it.
    kept: Box<dyn Any + Send + Sync>,
}

impl<S: Store + 'static> From<S> for TestStore {
    fn from(store: S) -> Self {
        Self { store: Some(Arc::new(store)), reopen: None, kept: Box::new(()) }
    }
}

impl TestStore {
    /// Keeps a value, such as a temporary directory, until the store is gone.
    #[must_use]
    pub fn keep(mut self, value: impl Any + Send + Sync) -> Self {
        self.kept = Box::new((self.kept, value));
        self
    }

    /// How to open the same store again, once it has been dropped.
    #[must_use]
    pub fn reopen_by<S: Store + 'static>(mut self, open: impl Fn() -> S + Send + Sync + 'static) -> Self {
        self.reopen = Some(Box::new(move || Arc::new(open())));
        self
    }

    /// Closes the store and opens it again. Does nothing when the store does not outlive its value.
    pub fn reopen(&mut self) {
        if let Some(open) = &self.reopen {
            // Closing and opening may wait for threads and disks.
            tokio::task::block_in_place(|| {
                drop(self.store.take());
                self.store = Some(open());
            });
        }
    }

    /// [`read_with`] on the store.
    pub async fn read<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<T>> + Send + Sync + 'static,
    {
        read_with(&*self.share(), run).await
    }

    /// [`write_with`] on the store.
    pub async fn write<T, F>(&self, run: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<T>> + Send + Sync + 'static,
    {
        write_with(&*self.share(), run).await
    }

    /// Waits for the log to go beyond a number.
    pub fn news(&self, after: i64) -> BoxFut<'static, ()> {
        self.share().news(after)
    }

    /// A second handle on the store, for another task. It has to be gone before [`TestStore::reopen`].
    pub fn share(&self) -> Arc<dyn Store> {
        Arc::clone(self.store.as_ref().unwrap())
    }
}

/// Runs one test of the suite on a new store, and then the store's own check.
pub fn run<T: Into<TestStore>>(make: impl FnOnce() -> T, test: impl AsyncFnOnce(&mut TestStore)) {
    let runtime = runtime();
    let mut store = {
        let _entered = runtime.enter();
        make().into()
    };
    runtime.block_on(async {
        test(&mut store).await;
        assert_eq!(store.share().check().await, Ok(Vec::new()));
    });
}

/// With threads, so that an engine may block and wait as it does in the server.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Expands the suite in a module of this name, as one `#[test]` each:
/// `conformance!(embedded, || open_in_a_temporary_directory())`. The expression makes a new, empty store each time it is
/// called, outside of async code but with a tokio runtime entered: any [`Store`], or a [`TestStore`] that keeps a directory
/// and knows how to reopen: `TestStore::from(store).reopen_by(move || open(&path)).keep(directory)`.
#[macro_export]
macro_rules! conformance {
    ($engine:ident, $make:expr) => {
        mod $engine {
            #[allow(unused_imports, reason = "the expression may need nothing")]
            use super::*;

            #[test]
            fn random_operations_agree_with_the_reference() {
                $crate::suite::random_operations($make);
            }

            $crate::conformance_tests! { ($make)
                documents {
                    documents_come_back_as_they_were_written
                    get_many_answers_rows_that_exist_once_by_ascending_id
                    revisions_tell_which_rows_have_changed
                    spaces_are_apart
                    an_id_that_is_taken_is_a_conflict
                    replacing_moves_the_revision
                    replacing_what_has_changed_is_a_conflict
                    deleting_what_is_gone_is_a_conflict
                    find_and_count_agree_with_the_evaluator
                    pinning_the_id_finds_what_the_evaluator_finds
                    rows_are_counted_by_the_value_of_a_field
                    sorting_puts_kinds_and_values_in_order
                    sorting_by_several_fields
                    pages_cut_the_sorted_rows
                    large_batches_work
                    empty_batches_do_nothing
                }
                keys {
                    keys_are_answered_in_the_order_asked_for
                    inserting_with_a_key_that_is_taken_is_a_conflict
                    replacing_takes_and_gives_back_keys
                    rows_can_exchange_their_keys
                    deleting_gives_keys_back
                    a_new_rule_gives_keys_to_rows
                    forgetting_a_rule_frees_its_keys_only
                }
                transactions {
                    a_failed_write_changes_nothing
                    a_failed_read_answers_the_failure
                    a_conflict_undoes_what_came_before_it
                    own_writes_are_visible
                    a_read_cannot_write
                    a_read_sees_everything_answered_before
                    the_meta_revision_moves_with_meta_tables_only
                    sequences_start_at_one_and_follow_on
                    everything_is_there_after_reopening
                    a_write_that_nobody_waits_for_is_whole_or_not_at_all
                }
                links {
                    facts_tell_what_is_known_of_each_pair
                    facts_know_the_changes_of_the_transaction
                    a_pair_that_is_there_is_a_conflict
                    a_second_link_of_a_limited_end_is_a_conflict
                    deleting_a_link_that_is_gone_is_a_conflict
                    links_are_found_by_association_ends_and_id
                    links_are_paged_by_id_and_counted_as_a_whole
                    finding_links_knows_the_changes_of_the_transaction
                    large_batches_of_links_work
                    a_hop_tells_the_neighbours_of_each_node
                    a_hop_knows_the_changes_of_the_transaction
                }
                log {
                    numbers_follow_without_gaps
                    sets_come_back_as_they_were_written
                    time_never_goes_back
                    news_are_told_to_those_who_wait
                    every_member_of_a_query_restricts
                }
                concurrency {
                    concurrent_callers_get_disjoint_ids
                    one_of_several_callers_links_a_pair
                    one_of_several_callers_takes_a_key
                    no_update_is_lost
                    a_read_sees_one_moment
                }
            }
        }
    };
}

/// One `#[test]` for each name; a part of [`conformance!`](crate::conformance).
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    (($make:expr) $($part:ident { $($name:ident)* })*) => { $($(
        #[test]
        fn $name() {
            $crate::suite::run($make, $crate::suite::$part::$name);
        }
    )*)* };
}
