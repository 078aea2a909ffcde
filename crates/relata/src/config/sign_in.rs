//! What the sections about other places to sign in have in common.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use relata_app::identity::external;
use relata_model::Lang;

use super::{Invalid, Setting, Sources, from_one};

/// A section of the file, whose keys are variables of the environment, too.
pub(super) struct Section<'s> {
    pub(super) sources: &'s Sources<'s>,
    pub(super) name: &'static str,
}

impl Section<'_> {
    pub(super) fn pick(&self, key: &str, file: Option<String>, default: &str) -> Setting {
        self.sources.pick(&format!("{}.{key}", self.name), None, file, default)
    }

    pub(super) fn text(&self, key: &str, file: Option<String>, default: &str) -> String {
        self.pick(key, file, default).value
    }

    pub(super) fn path(&self, key: &str, file: Option<String>) -> Option<PathBuf> {
        Some(self.text(key, file, "")).filter(|it| !it.is_empty()).map(PathBuf::from)
    }

    pub(super) fn number(&self, key: &str, file: Option<u64>, default: &str) -> Result<usize, Invalid> {
        self.pick(key, file.map(|it| it.to_string()), default).read(from_one)
    }

    pub(super) fn seconds(&self, key: &str, file: Option<u64>, default: &str) -> Result<Duration, Invalid> {
        Ok(Duration::from_secs(self.number(key, file, default)? as u64))
    }

    /// False where nothing is said.
    pub(super) fn yes(&self, key: &str, file: Option<bool>) -> Result<bool, Invalid> {
        let read = |text: &str| text.parse().map_err(|_| format!("{text:?} is neither true nor false"));
        self.pick(key, file.map(|it| it.to_string()), "false").read(read)
    }

    /// The groups of a place with ours, where the names of ours can be names.
    pub(super) fn groups(&self, groups: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Invalid> {
        for group in groups.values() {
            external::check_group(group).map_err(|error| {
                let (file, section) = (&self.sources.file, self.name);
                Invalid(format!("{file}: {section}.groups: {group:?}: {}", error.message(Lang::En)))
            })?;
        }
        Ok(groups)
    }
}
