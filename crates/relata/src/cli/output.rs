//! The only place that writes to the terminal: results to stdout, complaints to stderr, tables that people can read.

use std::io::{self, Write as _};

use serde_json::Value;

/// Writes one line (or several) to stdout.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// Stdout, for what is longer than a text.
pub(crate) fn writer() -> Box<dyn io::Write> {
    Box::new(io::BufWriter::new(io::stdout()))
}

/// Writes one line to stderr. A closed stderr is nobody's concern.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Writes JSON to stdout, indented.
pub(crate) fn say_json(value: &Value) -> anyhow::Result<()> {
    say(&pretty(value))
}

/// JSON, indented.
pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}")
}

/// A table with columns as wide as their widest cell. Columns named in `right` are aligned to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let header: Vec<String> = header.iter().map(|&title| title.to_owned()).collect();
    let widths: Vec<usize> = (0..header.len())
        .map(|column| rows.iter().chain([&header]).map(|row| cell(row, column).chars().count()).max().unwrap_or(0))
        .collect();
    let line = |row: &[String]| {
        let mut text = String::new();
        for (column, &width) in widths.iter().enumerate() {
            let value = cell(row, column);
            let gap = " ".repeat(width.saturating_sub(value.chars().count()));
            let (before, after) = if right.contains(&column) { (gap.as_str(), "") } else { ("", gap.as_str()) };
            text.push_str(before);
            text.push_str(&value);
            text.push_str(after);
            text.push_str("  ");
        }
        text.trim_end().to_owned()
    };
    rows.iter().fold(line(&header), |text, row| format!("{text}\n{}", line(row)))
}

/// A number with commas: `12,345`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_aligns_its_columns() {
        let rows = [vec!["ann".to_owned(), "7".to_owned()], vec!["zoë b".to_owned(), "1,200".to_owned()]];
        assert_eq!(table(&["user", "links"], &rows, &[1]), "user   links\nann        7\nzoë b  1,200");
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([0, 999, 1000, 351_765].map(grouped), ["0", "999", "1,000", "351,765"]);
    }
}
