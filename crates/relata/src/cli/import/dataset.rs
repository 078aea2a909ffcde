//! A data set: `models.json`, `instances/MODEL.ndjson[.gz]` and `associations.ndjson[.gz]`, in a folder or in the binary.
//!
//! Reads; it judges only what would make loading meaningless (no `models.json`, ids that cannot stand in a path). Rows
//! are streamed: a file is never in memory as a whole.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use anyhow::{Context as _, bail};
use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// Name of the file with everything but the rows.
pub(crate) const DEFINITIONS: &str = "models.json";
/// Name of the file with the edges, without `.gz`.
pub(crate) const EDGES: &str = "associations.ndjson";

/// Where a data set is.
#[derive(Clone, Debug)]
pub(crate) enum DataSet {
    /// A folder.
    Folder(PathBuf),
    /// Files in the binary: name relative to the folder, content.
    Embedded(&'static [(&'static str, &'static [u8])]),
}

/// The content of `models.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct Definitions {
    /// What the set is.
    #[serde(default)]
    pub(crate) set: SetInfo,
    /// Groups of models.
    #[serde(default)]
    pub(crate) classifications: Vec<Classification>,
    /// Kinds of associations that the set uses; some are built in.
    #[serde(default)]
    pub(crate) association_kinds: Vec<AssociationKind>,
    /// Models with attributes and unique rules.
    pub(crate) models: Vec<Model>,
    /// Associations between models.
    #[serde(default)]
    pub(crate) associations: Vec<Association>,
}

/// What a set is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct SetInfo {
    /// Rows of all models.
    pub(crate) instances: u64,
    /// Edges of all associations.
    pub(crate) edges: u64,
}

/// A group of models.
#[derive(Debug, Deserialize)]
pub(crate) struct Classification {
    /// Textual id.
    #[serde(rename = "bk_classification_id")]
    pub(crate) id: String,
    /// Display name.
    #[serde(rename = "bk_classification_name")]
    pub(crate) name: String,
}

/// A kind of association.
#[derive(Debug, Deserialize)]
pub(crate) struct AssociationKind {
    /// Textual id.
    #[serde(rename = "bk_asst_id")]
    pub(crate) id: String,
    /// Display name; the id when absent.
    #[serde(rename = "bk_asst_name")]
    pub(crate) name: Option<String>,
    /// What the source is to the target.
    #[serde(default)]
    pub(crate) src_des: String,
    /// What the target is to the source.
    #[serde(default)]
    pub(crate) dest_des: String,
    /// Which way it is drawn; from source to target when absent.
    pub(crate) direction: Option<String>,
}

/// A model.
#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    /// Textual id.
    #[serde(rename = "bk_obj_id")]
    pub(crate) id: String,
    /// Display name.
    #[serde(rename = "bk_obj_name")]
    pub(crate) name: String,
    /// Group that it belongs to.
    #[serde(rename = "bk_classification_id")]
    pub(crate) classification: String,
    /// Lists of attributes that are unique together.
    #[serde(default)]
    pub(crate) unique: Vec<BTreeSet<String>>,
    /// Number of rows in its file.
    #[serde(default)]
    pub(crate) count: u64,
    /// Its attributes.
    #[serde(default)]
    pub(crate) attributes: Vec<Attribute>,
}

/// An attribute of a model.
#[derive(Debug, Deserialize)]
pub(crate) struct Attribute {
    /// Textual id.
    #[serde(rename = "bk_property_id")]
    pub(crate) id: String,
    /// Display name.
    #[serde(rename = "bk_property_name")]
    pub(crate) name: String,
    /// Type of its values.
    #[serde(rename = "bk_property_type")]
    pub(crate) kind: String,
    /// Every row has it.
    #[serde(default, rename = "isrequired")]
    pub(crate) required: bool,
    /// Parameters of the type.
    #[serde(default)]
    pub(crate) option: Value,
    /// Unit of the values.
    #[serde(default)]
    pub(crate) unit: String,
}

/// An association between two models.
#[derive(Debug, Deserialize)]
pub(crate) struct Association {
    /// Textual id, `SOURCE_KIND_TARGET`.
    #[serde(rename = "bk_obj_asst_id")]
    pub(crate) id: String,
    /// Display name.
    #[serde(default, rename = "bk_obj_asst_name")]
    pub(crate) name: String,
    /// Source model.
    #[serde(rename = "bk_obj_id")]
    pub(crate) source: String,
    /// Target model.
    #[serde(rename = "bk_asst_obj_id")]
    pub(crate) target: String,
    /// Kind.
    #[serde(rename = "bk_asst_id")]
    pub(crate) kind: String,
    /// `1:1`, `1:n` or `n:n`.
    pub(crate) mapping: String,
}

impl DataSet {
    /// Reads `models.json`.
    pub(crate) fn definitions(&self) -> anyhow::Result<Definitions> {
        let Some(mut reader) = self.open(DEFINITIONS)? else {
            bail!("{} holds no {DEFINITIONS}; a data set is a folder with that file", self.shown());
        };
        let mut text = String::new();
        reader.read_to_string(&mut text).with_context(|| format!("{DEFINITIONS} cannot be read"))?;
        let definitions: Definitions =
            serde_json::from_str(&text).with_context(|| format!("{DEFINITIONS} is not as the format wants it"))?;
        for model in &definitions.models {
            // Ids become parts of file names and of URLs.
            if !is_id(&model.id) {
                bail!("{DEFINITIONS}: {:?} is not the id of a model: letters, digits and _, a letter first", model.id);
            }
        }
        Ok(definitions)
    }

    /// Opens a file of rows; none when the set has no such file, plain or compressed.
    pub(crate) fn rows(&self, name: &str) -> anyhow::Result<Option<Rows>> {
        if let Some(reader) = self.open(name)? {
            return Ok(Some(Rows { file: name.to_owned(), reader: Box::new(reader), line: 0 }));
        }
        let file = format!("{name}.gz");
        let reader = self.open(&file)?.map(|reader| Box::new(BufReader::new(MultiGzDecoder::new(reader))) as Box<_>);
        Ok(reader.map(|reader| Rows { file, reader, line: 0 }))
    }

    /// Names of the files in `instances`.
    pub(crate) fn instance_files(&self) -> anyhow::Result<Vec<String>> {
        match self {
            Self::Folder(folder) if !folder.join("instances").exists() => Ok(Vec::new()),
            Self::Folder(folder) => std::fs::read_dir(folder.join("instances"))
                .and_then(|entries| {
                    entries.map(|entry| Ok(format!("instances/{}", entry?.file_name().to_string_lossy()))).collect()
                })
                .with_context(|| format!("{}/instances cannot be read", folder.display())),
            Self::Embedded(files) => Ok(files
                .iter()
                .filter(|(name, _)| name.starts_with("instances/"))
                .map(|&(name, _)| name.to_owned())
                .collect()),
        }
    }

    fn open(&self, name: &str) -> anyhow::Result<Option<Box<dyn BufRead + Send>>> {
        match self {
            Self::Folder(folder) => match File::open(folder.join(name)) {
                Ok(file) => Ok(Some(Box::new(BufReader::new(file)))),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error).with_context(|| format!("{} cannot be opened", folder.join(name).display())),
            },
            Self::Embedded(files) => {
                Ok(files.iter().find(|(file, _)| *file == name).map(|&(_, content)| Box::new(content) as Box<_>))
            }
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Folder(folder) => folder.display().to_string(),
            Self::Embedded(_) => "the example".to_owned(),
        }
    }
}

/// The name of a model's file of rows, without `.gz`.
pub(crate) fn instance_file(model: &str) -> String {
    format!("instances/{model}.ndjson")
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The rows of a file, one after the other.
pub(crate) struct Rows {
    /// Name of the file in the set.
    pub(crate) file: String,
    reader: Box<dyn BufRead + Send>,
    line: usize,
}

/// A line of a file: its number, from 1, and the row, or why it is none.
pub(crate) type Line<T> = (usize, Result<T, String>);

impl Rows {
    /// The next line that is not empty; none at the end.
    pub(crate) fn next_row<T: for<'de> Deserialize<'de>>(&mut self) -> anyhow::Result<Option<Line<T>>> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let read = self.reader.read_until(b'\n', &mut bytes);
            if read.with_context(|| format!("{} cannot be read after line {}", self.file, self.line))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !bytes.trim_ascii().is_empty() {
                let row = serde_json::from_slice(&bytes);
                return Ok(Some((self.line, row.map_err(|error| not_a_row(&error)))));
            }
        }
    }
}

/// Says what is wrong with a line, without the "line 1" of a library that saw no more than that line.
fn not_a_row(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("the line is no row of this file: {what} (column {})", error.column())
}
