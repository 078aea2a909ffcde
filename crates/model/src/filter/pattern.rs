//! Regular expressions of callers, and what they may cost.
//!
//! Matching takes linear time whatever the pattern. Compiled patterns take memory, so their size and their number in one
//! filter are bounded.

use regex::{Regex, RegexBuilder};

/// Patterns in one filter.
const MAX_PATTERNS: usize = 100;
/// Bytes of one compiled pattern, and of what matching it may cache.
const MAX_BYTES: usize = 1 << 19;

/// Compiles the patterns of one filter.
pub(super) struct Patterns {
    left: usize,
}

impl Patterns {
    pub(super) const fn new() -> Self {
        Self { left: MAX_PATTERNS }
    }

    /// Compiles a pattern. `options` are letters: `i` ignores case, `m` lets `^` and `$` match at lines, `s` lets `.` match
    /// line ends, `x` ignores white space in the pattern. The error is a sentence for the caller.
    pub(super) fn compile(&mut self, pattern: &str, options: &str) -> Result<Regex, String> {
        self.left = self
            .left
            .checked_sub(1)
            .ok_or_else(|| format!("one filter can have at most {MAX_PATTERNS} text patterns"))?;
        let mut builder = RegexBuilder::new(pattern);
        builder.size_limit(MAX_BYTES).dfa_size_limit(MAX_BYTES);
        for option in options.chars() {
            match option {
                'i' => builder.case_insensitive(true),
                'm' => builder.multi_line(true),
                's' => builder.dot_matches_new_line(true),
                'x' => builder.ignore_whitespace(true),
                _ => return Err(format!("{option:?} is not an option of patterns; i, m, s and x are")),
            };
        }
        builder.build().map_err(|error| {
            if matches!(error, regex::Error::CompiledTooBig(_)) {
                return "the text pattern is too large; shorten it or repeat less".to_owned();
            }
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!(
                "the text is used as a regular expression and is not a valid one ({reason}); \
                 put \\ before signs that are meant as they are"
            )
        })
    }
}
