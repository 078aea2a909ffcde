//! Running typed work on a [`Store`], whose own work returns nothing.

use relata_model::Result;
use relata_model::store::{BoxFut, Store, Tx, Work};
use std::sync::{Arc, Mutex};

/// Makes [`Work`] of a closure: `work(|tx| Box::pin(async move { … Ok(()) }))`. Exists because the compiler finds the
/// closure's lifetimes only when a signature names them.
pub fn work<F>(run: F) -> Arc<Work>
where
    F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<()>> + Send + Sync + 'static,
{
    Arc::new(run)
}

/// [`Store::read`] with a result: `read_with(&store, |tx| Box::pin(async move { tx.count(…).await })).await`.
pub async fn read_with<T, F>(store: &dyn Store, run: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<T>> + Send + Sync + 'static,
{
    let (work, result) = keeping(run);
    store.read(work).await?;
    Ok(taken(&result))
}

/// [`Store::write`] with a result. A conflict is returned as it is, not tried again.
pub async fn write_with<T, F>(store: &dyn Store, run: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<T>> + Send + Sync + 'static,
{
    let (work, result) = keeping(run);
    store.write(work).await?;
    Ok(taken(&result))
}

type Kept<T> = Arc<Mutex<Option<T>>>;

/// Work that keeps the result of its last run.
fn keeping<T, F>(run: F) -> (Arc<Work>, Kept<T>)
where
    T: Send + 'static,
    F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<T>> + Send + Sync + 'static,
{
    let kept = Kept::default();
    let result = Arc::clone(&kept);
    let work = work(move |tx| {
        let running = run(tx);
        let kept = Arc::clone(&kept);
        Box::pin(async move {
            let value = running.await?;
            *kept.lock().unwrap() = Some(value);
            Ok(())
        })
    });
    (work, result)
}

fn taken<T>(kept: &Mutex<Option<T>>) -> T {
    kept.lock().unwrap().take().expect("a store that answers Ok has run the work")
}
