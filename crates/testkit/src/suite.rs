//! The conformance suite: what the port promises, as tests that every engine has to pass.
//!
//! [`conformance!`](crate::conformance) expands it for one engine. Each test gets a new, empty store and ends with the
//! store's own check, which has to find nothing; for that, tests keep to the world of [`World`], log every link and take
//! every id from its sequence.

pub mod concurrency;
pub mod documents;
pub mod keys;
pub mod links;
pub mod log;
pub mod transactions;
mod world;

use relata_model::store::Store;
use std::any::Any;
use std::future::Future;
use std::sync::Arc;
pub use world::World;

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

    /// A second handle on the store, for another task. It has to be gone before [`TestStore::reopen`].
    pub fn share(&self) -> Arc<dyn Store> {
        Arc::clone(self.store.as_ref().unwrap())
    }
}

impl std::ops::Deref for TestStore {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        self.store.as_deref().unwrap()
    }
}

/// Runs one test of the suite on a new store, and then the store's own check.
pub fn run<T, F>(make: impl FnOnce() -> T, test: impl FnOnce(TestStore) -> F)
where
    T: Into<TestStore>,
    F: Future<Output = TestStore>,
{
    let runtime = runtime();
    let entered = runtime.enter();
    let store = make().into();
    drop(entered);
    runtime.block_on(async {
        let store = test(store).await;
        assert_eq!(store.check().await, Ok(Vec::new()));
        tokio::task::block_in_place(|| drop(store));
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
            $crate::conformance_tests! { ($make)
                transactions: a_failed_write_changes_nothing
            }
        }
    };
}

/// One `#[test]` for each name; a part of [`conformance!`](crate::conformance).
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_tests {
    (($make:expr) $($part:ident: $first:ident $(,)? $($name:ident),* ;)*) => { };
}
