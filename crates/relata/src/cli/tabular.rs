//! Files of rows: NDJSON and CSV, in UTF-8 or GB18030, which is found out. Rows are streamed; no file is in memory as a whole.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use encoding_rs::{Encoding, GB18030, UTF_8};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// What a file looks like.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// CSV; else NDJSON.
    pub(crate) csv: bool,
    /// Lines.
    pub(crate) lines: u64,
    encoding: &'static Encoding,
    separator: u8,
}

impl Described {
    /// Reads a file once, to find out.
    pub(crate) fn of(path: &Path) -> anyhow::Result<Self> {
        let name = path.to_string_lossy().to_ascii_lowercase();
        let csv = [".csv", ".tsv", ".txt"].iter().any(|ending| name.ends_with(ending));
        if !csv && ![".ndjson", ".jsonl", ".json"].iter().any(|ending| name.ends_with(ending)) {
            bail!("{}: it is a folder, or a file that ends with .ndjson, .jsonl, .csv or .tsv", path.display());
        }
        let mut reader = BufReader::new(open(path)?);
        let (mut lines, mut utf8, mut first) = (0, true, Vec::new());
        let mut line = Vec::new();
        // A line feed is no part of another character in either encoding.
        while reader.read_until(b'\n', &mut line).with_context(|| format!("{} cannot be read", path.display()))? > 0 {
            lines += 1;
            utf8 = utf8 && std::str::from_utf8(&line).is_ok();
            if lines == 1 {
                first.clone_from(&line);
            }
            line.clear();
        }
        let separator = [b'\t', b',', b';'].into_iter().find(|it| first.contains(it)).unwrap_or(b',');
        Ok(Self { path: path.to_owned(), csv, lines, encoding: if utf8 { UTF_8 } else { GB18030 }, separator })
    }

    fn decoded(&self) -> anyhow::Result<DecodeReaderBytes<File, Vec<u8>>> {
        Ok(DecodeReaderBytesBuilder::new().encoding(Some(self.encoding)).bom_override(true).build(open(&self.path)?))
    }

    /// The records of a CSV file.
    pub(crate) fn records(&self) -> anyhow::Result<csv::Reader<impl std::io::Read + Send + use<>>> {
        let mut builder = csv::ReaderBuilder::new();
        builder.delimiter(self.separator).has_headers(false).flexible(true);
        Ok(builder.from_reader(self.decoded()?))
    }

    /// The lines of an NDJSON file that are not empty, with their numbers.
    pub(crate) fn text_lines(
        &self,
    ) -> anyhow::Result<impl Iterator<Item = (u64, std::io::Result<String>)> + Send + use<>> {
        let lines = BufReader::new(self.decoded()?).lines();
        Ok((1..).zip(lines).filter(|(_, line)| line.as_ref().map_or(true, |line| !line.trim().is_empty())))
    }
}

fn open(path: &Path) -> anyhow::Result<File> {
    let mut file = File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    // A folder can be opened, but not read.
    let _ = file.read(&mut []);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_and_separator_are_found_out() {
        let folder = tempfile::tempdir().unwrap();
        let text = "名称;机房\n交换机;\"北京;一\"\n";
        let (gb, _, _) = GB18030.encode(text);
        for (name, bytes) in [("a.csv", text.as_bytes()), ("b.csv", &*gb)] {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            let described = Described::of(&path).unwrap();
            let rows: Vec<Vec<String>> = described
                .records()
                .unwrap()
                .into_records()
                .map(|row| row.unwrap().iter().map(str::to_owned).collect())
                .collect();
            assert_eq!(rows, [["名称", "机房"], ["交换机", "北京;一"]]);
            assert_eq!(described.lines, 2);
        }
        assert!(Described::of(&folder.path().join("a.doc")).is_err());
    }
}
