//! Who holds a store last closes it; that may be a work, which ends on a thread of the store itself.

#![expect(clippy::unwrap_used, reason = "a panic is how a test reports")]

use relata_model::store::{Store, Work};
use relata_store_embedded::Embedded;
use std::pin::pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

/// What the work holds: after the store has been closed, it tells whether that went well.
struct Held {
    store: Arc<dyn Store>,
    closed: Closed,
}

struct Closed(Sender<bool>);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.send(!std::thread::panicking()).unwrap();
    }
}

/// A work that ends when it is told to, and then is the last holder of its store.
fn last_holder(held: Held, go: Receiver<()>) -> Arc<Work> {
    let go = Mutex::new(go);
    Arc::new(move |_| {
        assert!(Arc::strong_count(&held.store) > 0);
        let _closed_last = &held.closed;
        go.lock().unwrap().recv().unwrap();
        Box::pin(std::future::ready(Ok(())))
    })
}

#[test]
fn a_store_is_closed_on_a_thread_of_its_own_when_callers_have_gone() {
    for writes in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(Embedded::open(folder.path().join("relata.db")).unwrap());
        let (closed, is_closed) = channel();
        let (go, told) = channel();
        let held = Held { store: Arc::clone(&store), closed: Closed(closed) };
        let work = last_holder(held, told);
        {
            // Asks and goes away.
            let asked = if writes { store.write(work) } else { store.read(work) };
            assert!(pin!(asked).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        drop(store);
        go.send(()).unwrap();
        assert!(is_closed.recv().unwrap(), "closing has failed; writes: {writes}");
    }
}
