//! Regular expressions as the API knows them: RE2 syntax, where `\d`, `\w`, `\s` and `\b` mean ASCII.
//!
//! The `regex` crate is as linear as RE2 but reads a few things otherwise: those classes are Unicode there, and `[`, `&&`,
//! `--`, `~~` have a meaning inside brackets. [`compile`] rewrites a pattern before it hands it over. It does not judge
//! patterns; what RE2 alone would refuse may pass.

use regex::{Error, Regex, RegexBuilder, escape};
use std::str::Chars;

/// The most memory that one compiled expression may take, in bytes.
const SIZE_LIMIT: usize = 2 << 20;

/// Compiles an expression, unanchored.
pub fn compile(pattern: &str) -> Result<Regex, Error> {
    RegexBuilder::new(&translate(pattern)).size_limit(SIZE_LIMIT).dfa_size_limit(SIZE_LIMIT).build()
}

/// A sentence about why an expression cannot be used.
pub fn explain(error: &Error) -> &'static str {
    if matches!(error, Error::CompiledTooBig(_)) {
        "it takes too much memory; use smaller repetitions"
    } else {
        "its syntax is wrong; write it as for RE2, without look-around and back-references"
    }
}

fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars();
    while let Some(next) = rest.next() {
        match next {
            '\\' => rest = escaped(rest, false, &mut out),
            '[' => rest = class(rest, &mut out),
            '{' if !is_repetition(rest.as_str()) => out.push_str(r"\{"),
            other => out.push(other),
        }
    }
    out
}

/// Rewrites what follows a backslash; returns what comes after it.
fn escaped<'p>(mut rest: Chars<'p>, in_class: bool, out: &mut String) -> Chars<'p> {
    match rest.next() {
        None => out.push('\\'),
        Some('d') => out.push_str("[0-9]"),
        Some('D') => out.push_str("[^0-9]"),
        Some('w') => out.push_str("[0-9A-Za-z_]"),
        Some('W') => out.push_str("[^0-9A-Za-z_]"),
        Some('s') => out.push_str(r"[\t\n\f\r ]"),
        Some('S') => out.push_str(r"[^\t\n\f\r ]"),
        Some('b') if !in_class => out.push_str(r"(?-u:\b)"),
        Some(angle @ ('<' | '>')) => out.push(angle),
        Some('Q') => {
            let (literal, after) = rest.as_str().split_once(r"\E").unwrap_or((rest.as_str(), ""));
            out.push_str(&escape(literal));
            return after.chars();
        }
        Some(other @ ('p' | 'P' | 'x')) if rest.as_str().starts_with('{') => {
            out.extend(['\\', other]);
            for next in rest.by_ref() {
                out.push(next);
                if next == '}' {
                    break;
                }
            }
        }
        Some(other) => out.extend(['\\', other]),
    }
    rest
}

/// Rewrites a bracket expression after its `[`; returns what comes after its `]`.
fn class<'p>(mut rest: Chars<'p>, out: &mut String) -> Chars<'p> {
    out.push('[');
    if let Some(after) = rest.as_str().strip_prefix('^') {
        out.push('^');
        rest = after.chars();
    }
    // A bracket that comes first stands for itself.
    if let Some(after) = rest.as_str().strip_prefix(']') {
        out.push_str(r"\]");
        rest = after.chars();
    }
    let mut after_dash = false;
    while let Some(next) = rest.next() {
        let dash = next == '-' && !after_dash;
        match next {
            '\\' => rest = escaped(rest, true, out),
            ']' => {
                out.push(']');
                return rest;
            }
            '[' => match posix_class(rest.as_str()) {
                Some((name, after)) => {
                    out.extend(["[", name, ":]"]);
                    rest = after.chars();
                }
                None => out.push_str(r"\["),
            },
            '&' | '~' => out.extend(['\\', next]),
            '-' if after_dash => out.push_str(r"\-"),
            other => out.push(other),
        }
        after_dash = dash;
    }
    rest
}

/// `:alpha` and what follows `:]`, when a POSIX class begins here.
fn posix_class(rest: &str) -> Option<(&str, &str)> {
    let (name, after) = rest.split_once(":]")?;
    let word = name.strip_prefix(':')?;
    word.trim_start_matches('^').chars().all(|it| it.is_ascii_lowercase()).then_some((name, after))
}

/// True when `rest`, after a `{`, is `n}`, `n,}` or `n,m}`. Any other `{` stands for itself.
fn is_repetition(rest: &str) -> bool {
    let Some((count, _)) = rest.split_once('}') else { return false };
    let (least, most) = count.split_once(',').unwrap_or((count, ""));
    let digits = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::{compile, explain};

    #[test]
    fn classes_are_ascii_and_brackets_mean_what_re2_means() {
        for (pattern, matching, other) in [
            (r"^\d+$", "12", "١٢"),
            (r"^\w+$", "ab_1", "名"),
            (r"^[\w.]+$", "a.b", "名"),
            (r"^[^\s]+$", "a\u{a0}b", "a b"),
            (r"\bweb\b", "a web b", "webs"),
            (r"^[[a]+$", "[a", "b"),
            (r"^[]a]+$", "]a", "b"),
            (r"^[a&&b]+$", "a&b", "c"),
            (r"^[+--]+$", "+,-", "."),
            (r"^[[:alpha:]_]+$", "ab_", "1"),
            (r"^{\d{2}}$", "{12}", "12"),
            (r"^\Qa.b\E+$", "a.bb", "axb"),
            (r"^\<\p{Greek}\x{41}$", "<αA", "αA"),
            (r"^.{1,3}$", "名名名", "名名名名"),
            (r#"^[^\\\|\/:\*,<>"\?#\s]+$"#, "idle pool".split(' ').next().unwrap(), "a b"),
        ] {
            let expression = compile(pattern).unwrap();
            assert!(expression.is_match(matching), "{pattern} {matching}");
            assert!(!expression.is_match(other), "{pattern} {other}");
        }
    }

    #[test]
    fn bad_and_huge_expressions_are_refused() {
        for pattern in ["(", "[", "a\\", "(?=a)", r"(a)\1", "[z-a]", "*"] {
            assert!(explain(&compile(pattern).unwrap_err()).contains("syntax"), "{pattern}");
        }
        assert!(explain(&compile("((.{1000}){1000}){1000}").unwrap_err()).contains("memory"));
        assert!(compile(".{0,2000}").is_ok());
    }
}
