//! What became of every row: counts and times by kind, and each refusal with file, line and reason.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use serde::Serialize;

use crate::cli::output;

/// Refusals that are shown; `--report` has all of them.
const SHOWN: usize = 20;

/// What is loaded, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "`AssociationKind` is a word of the field, not this enum's name")]
pub(crate) enum Kind {
    /// A kind of association.
    AssociationKind,
    /// A group of models.
    Classification,
    /// A model.
    Model,
    /// An attribute of a model.
    Attribute,
    /// A unique rule of a model.
    UniqueRule,
    /// An association between models.
    Association,
    /// A row of a model.
    Instance,
    /// A link between two rows.
    Edge,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::AssociationKind,
        Self::Classification,
        Self::Model,
        Self::Attribute,
        Self::UniqueRule,
        Self::Association,
        Self::Instance,
        Self::Edge,
    ];

    fn plural(self) -> &'static str {
        match self {
            Self::AssociationKind => "association kinds",
            Self::Classification => "classifications",
            Self::Model => "models",
            Self::Attribute => "attributes",
            Self::UniqueRule => "unique rules",
            Self::Association => "associations",
            Self::Instance => "instances",
            Self::Edge => "edges",
        }
    }
}

/// How many rows of a kind ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    /// Made by this run.
    pub(crate) created: usize,
    /// There already.
    pub(crate) skipped: usize,
    /// Not loaded.
    pub(crate) refused: usize,
    /// Time that the kind took.
    pub(crate) time: Duration,
}

/// A row that was not loaded; one line of the file of `--report`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    /// What it is.
    pub(crate) kind: Kind,
    /// File of the set.
    pub(crate) file: String,
    /// Line in the file; none for what `models.json` defines and for a whole file.
    pub(crate) line: Option<usize>,
    /// The id or key of the row.
    pub(crate) item: String,
    /// The server's code; none when the row was not sent.
    pub(crate) code: Option<i64>,
    /// Why.
    pub(crate) reason: String,
}

/// The record of a run.
#[derive(Debug, Default)]
pub(crate) struct Report {
    counts: BTreeMap<Kind, Count>,
    shown: Vec<Refusal>,
    file: Option<BufWriter<File>>,
}

impl Report {
    /// A new record; every refusal is also written to the file at `path`, as NDJSON.
    pub(crate) fn new(path: Option<&Path>) -> anyhow::Result<Self> {
        let create = |path: &Path| File::create(path).with_context(|| format!("{} cannot be written", path.display()));
        Ok(Self { file: path.map(create).transpose()?.map(BufWriter::new), ..Self::default() })
    }

    /// Counts rows that were made.
    pub(crate) fn created(&mut self, kind: Kind, rows: usize) {
        self.count_mut(kind).created += rows;
    }

    /// Counts rows that were there already.
    pub(crate) fn skipped(&mut self, kind: Kind, rows: usize) {
        self.count_mut(kind).skipped += rows;
    }

    /// Records a row that was not loaded.
    pub(crate) fn refused(&mut self, refusal: Refusal) -> anyhow::Result<()> {
        self.count_mut(refusal.kind).refused += 1;
        if let Some(file) = &mut self.file {
            serde_json::to_writer(&mut *file, &refusal)
                .and_then(|()| file.write_all(b"\n").map_err(serde_json::Error::io))
                .context("the report cannot be written")?;
        }
        if self.shown.len() < SHOWN {
            self.shown.push(refusal);
        }
        Ok(())
    }

    /// Adds to the time of a kind.
    pub(crate) fn took(&mut self, kind: Kind, time: Duration) {
        self.count_mut(kind).time += time;
    }

    /// The counts of a kind.
    pub(crate) fn count(&self, kind: Kind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// Rows of any kind that were not loaded.
    pub(crate) fn refusals(&self) -> usize {
        self.counts.values().map(|count| count.refused).sum()
    }

    /// Shows refusals on stderr and the counts on stdout, and finishes the file.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        if let Some(file) = &mut self.file {
            file.flush().context("the report cannot be written")?;
        }
        for line in self.refusal_lines() {
            output::complain(&line);
        }
        output::say(&self.table())
    }

    fn refusal_lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.shown.iter().map(Refusal::to_string).collect();
        let more = self.refusals() - self.shown.len();
        if more > 0 {
            let advice = if self.file.is_some() { "all are in the report" } else { "--report FILE lists all" };
            lines.push(format!("... and {} more refused; {advice}", output::grouped(more)));
        }
        lines
    }

    fn table(&self) -> String {
        let rows: Vec<Vec<String>> = Kind::ALL
            .iter()
            .map(|&kind| {
                let Count { created, skipped, refused, time } = self.count(kind);
                let rate = per_second(created + skipped + refused, time);
                let numbers = [created, skipped, refused].map(output::grouped);
                let time = format!("{:.2} s", time.as_secs_f64());
                [vec![kind.plural().to_owned()], numbers.to_vec(), vec![time, rate]].concat()
            })
            .collect();
        output::table(&["kind", "created", "there already", "refused", "time", "rows/s"], &rows, &[1, 2, 3, 4, 5])
    }

    fn count_mut(&mut self, kind: Kind) -> &mut Count {
        self.counts.entry(kind).or_default()
    }
}

/// Rows in a second; `-` when the time is too short to say.
fn per_second(rows: usize, time: Duration) -> String {
    let nanos = time.as_nanos();
    let rate = (rows as u128 * 1_000_000_000).checked_div(nanos).and_then(|rate| usize::try_from(rate).ok());
    match rate {
        Some(rate) if rows > 0 => output::grouped(rate),
        _ => "-".to_owned(),
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.item, self.reason)?;
        self.code.map_or(Ok(()), |code| write!(f, " ({code})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(line: usize) -> Refusal {
        Refusal {
            kind: Kind::Edge,
            file: "associations.ndjson".to_owned(),
            line: Some(line),
            item: "a -> b".to_owned(),
            code: Some(1_101_061),
            reason: "b has a source".to_owned(),
        }
    }

    #[test]
    fn refusals_are_shown_up_to_a_bound_and_written_in_full() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut report = Report::new(Some(file.path())).unwrap();
        for line in 1..=25 {
            report.refused(refusal(line)).unwrap();
        }
        let lines = report.refusal_lines();
        assert_eq!(lines.len(), 21);
        assert_eq!(lines[0], "associations.ndjson:1: a -> b: b has a source (1101061)");
        assert_eq!(lines[20], "... and 5 more refused; all are in the report");
        assert_eq!(report.refusals(), 25);
        report.finish().unwrap();
        let written = std::fs::read_to_string(file.path()).unwrap();
        assert_eq!(written.lines().count(), 25);
        assert_eq!(
            written.lines().next().unwrap(),
            r#"{"kind":"edge","file":"associations.ndjson","line":1,"item":"a -> b","code":1101061,"reason":"b has a source"}"#
        );
    }

    #[test]
    fn summary_has_a_line_for_every_kind() {
        let mut report = Report::new(None).unwrap();
        report.created(Kind::Instance, 5000);
        report.skipped(Kind::Instance, 846);
        report.took(Kind::Instance, Duration::from_millis(500));
        insta::assert_snapshot!(report.table(), @r"
        kind               created  there already  refused    time  rows/s
        association kinds        0              0        0  0.00 s       -
        classifications          0              0        0  0.00 s       -
        models                   0              0        0  0.00 s       -
        attributes               0              0        0  0.00 s       -
        unique rules             0              0        0  0.00 s       -
        associations             0              0        0  0.00 s       -
        instances            5,000            846        0  0.50 s  11,692
        edges                    0              0        0  0.00 s       -
        ");
    }
}
