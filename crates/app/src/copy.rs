//! Copies everything from one store to an empty one, whatever engine either has.
//!
//! It goes page by page through tables, instances, links and the change log, by ascending id or number; each page is one
//! transaction. So the target always holds a beginning of each of them, from which a copy that was interrupted goes on. A
//! target that holds anything else is refused before anything is changed. Ids and numbers of changes are kept; revisions of
//! rows begin anew. Both stores must be at rest; it checks no rules ([`crate::verify`] does).

mod pages;

use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::schema::Schema;
use pages::{Page, Stream};
use relata_model::change::{LinkRecord, Resource};
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use relata_model::{Error, Result};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Why there is no whole copy.
#[derive(Debug)]
pub enum CopyError {
    /// One of the stores has failed; what was copied stays, and the same copy can go on later.
    Store(Error),
    /// This must not be copied to there: a sentence that says why.
    Refused(String),
}

impl fmt::Display for CopyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for CopyError {}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// What the copy is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Compares what the target has with the source.
    Compare,
    /// Copies what it lacks.
    Copy,
}

/// Is told how many rows, links and records of changes a page had.
pub type Progress<'a> = dyn Fn(Step, u64) + Send + Sync + 'a;

/// How many rows, links and records of changes there are in a store, so that progress can be shown.
pub async fn size(app: &Arc<App>) -> Result<u64> {
    endpoint::system_read(app, |call| {
        Box::pin(async move {
            let schema = call.schema().await?;
            let mut size = 0;
            for stream in Stream::all(&schema) {
                size += stream.size(call).await?;
            }
            Ok(size)
        })
    })
    .await
}

/// Copies everything from one store to another. Returns how many rows, links and records of changes it has copied.
pub async fn copy(from: &Arc<App>, to: &Arc<App>, progress: &Progress<'_>) -> Result<u64, CopyError> {
    let schema = endpoint::system_read(from, |call| Box::pin(async move { call.schema().await })).await?;
    if schema.models.is_empty() {
        return Err(CopyError::Refused("there is nothing to copy: the store to copy from is empty".to_owned()));
    }
    let mut streams = Stream::all(&schema);
    for stream in &mut streams {
        if !is_beginning(from, to, stream, &mut Largest::default(), progress).await? {
            let what = stream.name();
            return Err(CopyError::Refused(format!(
                "the target holds {what} that differ from those of the source, so it is no beginning of this copy, or has \
                 served since; nothing was changed; copy to an empty store"
            )));
        }
    }
    let mut copied = 0;
    for stream in &mut streams {
        copied += append(from, to, &schema, stream, progress).await?;
    }
    // What came into either store meanwhile shows here.
    let mut largest = Largest::default();
    for mut stream in Stream::all(&schema) {
        let same = is_beginning(from, to, &mut stream, &mut largest, progress).await?;
        if !same || stream.next(from).await?.is_some() {
            let what = stream.name();
            return Err(CopyError::Refused(format!(
                "{what} of one of the stores have changed during the copy; stop all servers, and copy to an empty store"
            )));
        }
    }
    let sequences = Arc::new(largest.sequences(&schema));
    endpoint::system(to, move |call, ok| {
        let sequences = Arc::clone(&sequences);
        Box::pin(async move { pass(call, ok, &sequences).await })
    })
    .await?;
    Ok(copied)
}

/// Whether what the target has is what the source begins with. Moves the stream behind it and notes the ids.
async fn is_beginning(
    from: &Arc<App>,
    to: &Arc<App>,
    stream: &mut Stream,
    largest: &mut Largest,
    progress: &Progress<'_>,
) -> Result<bool> {
    let mut theirs = stream.clone();
    while let Some(there) = theirs.next(to).await? {
        let here = stream.read(from, there.len()).await?;
        if !here.is_some_and(|here| here.same(&there)) {
            return Ok(false);
        }
        largest.note(stream, &there);
        progress(Step::Compare, there.records());
    }
    Ok(true)
}

/// Copies the rest of a stream.
async fn append(
    from: &Arc<App>,
    to: &Arc<App>,
    schema: &Arc<Schema>,
    stream: &mut Stream,
    progress: &Progress<'_>,
) -> Result<u64> {
    let mut copied = 0;
    while let Some(page) = stream.next(from).await? {
        let count = page.records();
        let (page, schema, at) = (Arc::new(page), Arc::clone(schema), stream.clone());
        endpoint::system(to, move |call, ok| {
            let (page, schema, at) = (Arc::clone(&page), Arc::clone(&schema), at.clone());
            Box::pin(async move { page.write(call, ok, &schema, &at).await })
        })
        .await?;
        copied += count;
        progress(Step::Copy, count);
    }
    Ok(copied)
}

/// The largest ids that were ever given, which the log knows also of things that are gone.
#[derive(Default)]
struct Largest {
    by_sequence: HashMap<String, i64>,
    by_resource: HashMap<(Resource, String), i64>,
}

impl Largest {
    /// Takes note of a page of a stream.
    fn note(&mut self, stream: &Stream, page: &Page) {
        let Page::Changes(sets) = page else {
            return raise(&mut self.by_sequence, stream.sequence(), page.last());
        };
        for set in sets {
            let largest = if set.resource == Resource::Link {
                let links: Vec<LinkRecord> = serde_json::from_str(&set.data).unwrap_or_default();
                links.iter().map(|link| link.0).max()
            } else {
                set.subjects.iter().copied().max()
            };
            // Numeric ids of definitions are unique in their table, so only instances need the model.
            let scope = if set.resource == Resource::Instance { set.scope.clone() } else { String::new() };
            raise(&mut self.by_resource, (set.resource, scope), largest);
        }
    }

    /// The sequences, each with the id that it has to be past.
    fn sequences(mut self, schema: &Schema) -> Vec<(String, i64)> {
        for ((resource, scope), largest) in std::mem::take(&mut self.by_resource) {
            let name = if resource == Resource::Link {
                Some(LINK_SEQUENCE.to_owned())
            } else if resource == Resource::Instance {
                // Numbers of models are never given again, and with them goes the sequence.
                schema.model(&scope).map(|model| instance_sequence(model.model.id))
            } else {
                pages::table_of(resource).map(|table| table.name().to_owned())
            };
            if let Some(name) = name {
                raise(&mut self.by_sequence, name, Some(largest));
            }
        }
        self.by_sequence.into_iter().collect()
    }
}

fn raise<K: Eq + std::hash::Hash>(known: &mut HashMap<K, i64>, key: K, id: Option<i64>) {
    if let Some(id) = id {
        let largest = known.entry(key).or_insert(id);
        *largest = id.max(*largest);
    }
}

/// Moves sequences past the ids that are in use.
async fn pass(call: &mut Call<'_>, _ok: Granted, sequences: &[(String, i64)]) -> Result<()> {
    for (name, largest) in sequences {
        // One id shows where the sequence is.
        let mut last = call.tx.next_ids(name, 1).await?;
        while last < *largest {
            let missing = largest - last;
            last = call.tx.next_ids(name, missing.unsigned_abs()).await? + missing - 1;
        }
    }
    Ok(())
}
