//! The index of the search: tantivy in a folder of its own, behind [`relata_model::search::Index`].
//!
//! It keeps no texts, only what they are found by, and nothing that could not be made anew from the store. So a folder that
//! cannot be read is emptied.

mod find;
mod terms;

use find::Committed;
use relata_model::search::{Change, Index, View};
use relata_model::{Error, Result};
use std::os::unix::fs::DirBuilderExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::{fs, io};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::IndexWriterOptions;
use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};
use terms::Lines;

/// What the index may gather in memory before it writes a part of itself.
const MEMORY: usize = 48_000_000;

/// Why there is no index.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the index {0} is in use by another process")]
    InUse(PathBuf),
    /// The folder cannot be used.
    #[error("the index {path} cannot be opened")]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The fields of an entry.
#[derive(Clone, Copy, Debug)]
struct Fields {
    terms: Field,
    model: Field,
    id: Field,
}

impl Fields {
    fn schema() -> (Schema, Self) {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(Lines::NAME)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let fields = Self {
            terms: schema.add_text_field("terms", TextOptions::default().set_indexing_options(indexing)),
            model: schema.add_text_field("model", STRING | FAST),
            id: schema.add_i64_field("id", FAST),
        };
        (schema.build(), fields)
    }
}

/// An open index. One process has a folder at a time.
pub struct TextIndex {
    writer: Mutex<IndexWriter>,
    reader: IndexReader,
    fields: Fields,
    committed: RwLock<Arc<Committed>>,
}

impl TextIndex {
    /// Opens the index in a folder, or makes an empty one, also in the place of one that cannot be read.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let unusable = |source| OpenError::Unusable { path: folder.to_owned(), source };
        // Where the files of an index do not fit together, tantivy panics.
        let opened = catch_unwind(AssertUnwindSafe(|| Self::try_open(folder)));
        match opened.unwrap_or_else(|_| Err("its files do not fit together".into())) {
            Ok(index) => Ok(index),
            Err(error) if is_locked(&*error) => Err(OpenError::InUse(folder.to_owned())),
            Err(_) => {
                clear(folder).map_err(|error| unusable(error.into()))?;
                Self::try_open(folder).map_err(unusable)
            }
        }
    }

    fn try_open(folder: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let (schema, fields) = Fields::schema();
        let index = tantivy::Index::open_or_create(MmapDirectory::open(folder)?, schema)?;
        index.tokenizers().register(Lines::NAME, TextAnalyzer::from(Lines::default()));
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(MEMORY)
            .build();
        let writer = index.writer_with_options(options)?;
        if let Some(damaged) = index.validate_checksum()?.iter().next() {
            return Err(format!("{} is damaged", damaged.display()).into());
        }
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let mark = index.load_metas()?.payload.unwrap_or_default();
        let committed = RwLock::new(Arc::new(Committed::new(reader.searcher(), fields, mark)));
        Ok(Self { writer: Mutex::new(writer), reader, fields, committed })
    }

    fn writer(&self) -> MutexGuard<'_, IndexWriter> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether somebody else has the folder.
fn is_locked(error: &(dyn std::error::Error + 'static)) -> bool {
    matches!(error.downcast_ref(), Some(TantivyError::LockFailure(..)))
}

/// Empties a folder: only the files in it go.
fn clear(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the index of the search: {error}"))
}

impl Index for TextIndex {
    fn view(&self) -> Arc<dyn View> {
        Arc::<Committed>::clone(&self.committed.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn put(&self, changes: Vec<Change>, fresh: bool) -> Result<()> {
        let writer = self.writer();
        for Change { model, id, entry } in changes {
            let key = terms::key(&model, id);
            if !fresh {
                writer.delete_term(Term::from_field_text(self.fields.terms, &key));
            }
            let Some(entry) = entry else { continue };
            let mut document = TantivyDocument::default();
            document.add_text(self.fields.terms, terms::lines(&key, &entry));
            document.add_text(self.fields.model, &model);
            document.add_i64(self.fields.id, id);
            writer.add_document(document).map_err(failed)?;
        }
        Ok(())
    }

    fn save(&self, mark: &str) -> Result<()> {
        let mut writer = self.writer();
        let mut prepared = writer.prepare_commit().map_err(failed)?;
        prepared.set_payload(mark);
        prepared.commit().map_err(failed)?;
        self.reader.reload().map_err(failed)?;
        let committed = Committed::new(self.reader.searcher(), self.fields, mark.to_owned());
        *self.committed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(committed);
        Ok(())
    }

    fn undo(&self) -> Result<()> {
        self.writer().rollback().map(drop).map_err(failed)
    }

    fn clear(&self) -> Result<()> {
        self.writer().delete_all_documents().map(drop).map_err(failed)
    }
}
