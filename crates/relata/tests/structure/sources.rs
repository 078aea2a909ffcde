//! What a source may say: the rules of direction that no compiler checks.

use crate::{expect_none, root};
use std::path::Path;

/// A source file of a crate, without its tests.
pub(crate) struct Source {
    /// Path below the root, such as `crates/app/src/call.rs`.
    pub(crate) path: String,
    /// As it is.
    pub(crate) text: String,
    /// Without comments and tests.
    pub(crate) code: String,
    /// Without comments, tests and the content of texts.
    pub(crate) bare: String,
}

/// The sources of these crates that are shipped, or of all.
pub(crate) fn sources(crates: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    for name in crates {
        collect(&root().join("crates").join(name).join("src"), &format!("crates/{name}/src"), &mut found);
    }
    assert!(!found.is_empty());
    found
}

/// All crates that are shipped.
pub(crate) const SHIPPED: &[&str] = &["model", "app", "http", "search", "store-embedded", "store-postgres", "relata"];

/// The engines, that of the search among them.
const ENGINES: &[&str] = &["search", "store-embedded", "store-postgres"];

fn collect(folder: &Path, shown: &str, found: &mut Vec<Source>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{shown}/{name}");
        if entry.file_type().unwrap().is_dir() {
            if name != "tests" {
                collect(&entry.path(), &path, found);
            }
        } else if entry.path().extension().is_some_and(|it| it == "rs") && name != "tests.rs" {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let (code, bare) = stripped(&text);
            found.push(Source { path, text, code: without_tests(&code), bare: without_tests(&bare) });
        }
    }
}

/// Cuts off the test module, which is the last thing in a file.
fn without_tests(code: &str) -> String {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

/// Puts spaces in the place of comments; in the second answer also in the place of what texts and characters hold.
fn stripped(text: &str) -> (String, String) {
    let chars: Vec<char> = text.chars().collect();
    let (mut code, mut bare) = (String::new(), String::new());
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let (len, comment) = match rest {
            ['/', '/', ..] => (rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()), true),
            ['/', '*', ..] => (rest.windows(2).position(|w| w == ['*', '/']).map_or(rest.len(), |end| end + 2), true),
            ['"', ..] => (text_length(rest), false),
            ['r', '"' | '#', ..] if !chars[..at].last().is_some_and(|c| c.is_alphanumeric() || *c == '_') => {
                (raw_length(rest).unwrap_or(0), false)
            }
            ['\'', '\\', ..] => (2 + rest[3..].iter().position(|c| *c == '\'').unwrap() + 2, false),
            ['\'', _, '\'', ..] => (3, false),
            _ => (0, false),
        };
        for &c in &rest[..len.max(1)] {
            let blank = if c == '\n' { c } else { ' ' };
            code.push(if comment { blank } else { c });
            bare.push(if len > 0 { blank } else { c });
        }
        at += len.max(1);
    }
    (code, bare)
}

fn text_length(rest: &[char]) -> usize {
    let mut at = 1;
    while rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn raw_length(rest: &[char]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return None;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let begin = 2 + hashes;
    rest[begin..].windows(end.len()).position(|it| it == end).map(|it| begin + it + end.len())
}

/// The lines of the sources in which one of the words stands, as a word of its own at its ends.
fn lines_with<'a>(
    sources: &'a [Source],
    part: fn(&Source) -> &str,
    words: &'a [&str],
) -> impl Iterator<Item = (&'a str, String)> {
    sources.iter().flat_map(move |source| {
        let lines = (1..).zip(part(source).lines());
        lines
            .filter(move |(_, line)| words.iter().any(|word| has_word(line, word)))
            .map(move |(number, line)| (source.path.as_str(), format!("{}:{number}: {}", source.path, line.trim())))
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn has_word(line: &str, word: &str) -> bool {
    let (first, last) = (word.chars().next().unwrap(), word.chars().last().unwrap());
    line.match_indices(word).any(|(at, _)| {
        let (before, behind) = (line[..at].chars().last(), line[at + word.len()..].chars().next());
        let longer = is_word(first) && before.is_some_and(is_word) || is_word(last) && behind.is_some_and(is_word);
        !longer
    })
}

/// [`lines_with`] outside of some files.
fn elsewhere(crates: &[&str], part: fn(&Source) -> &str, words: &[&str], home: impl Fn(&str) -> bool) -> Vec<String> {
    let sources = sources(crates);
    lines_with(&sources, part, words).filter(|(path, _)| !home(path)).map(|(_, line)| line).collect()
}

fn bare(source: &Source) -> &str {
    &source.bare
}

fn code(source: &Source) -> &str {
    &source.code
}

/// The names that follow a path such as `relata_model::`, also those in braces.
fn named_after(code: &str, path: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(path) {
        let rest = &code[at + path.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            names.push(rest.chars().take_while(|c| is_word(*c)).collect());
            continue;
        };
        let mut depth = 0;
        let list = list.chars().take_while(|c| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth >= 0
        });
        let mut inner = 0;
        let top: String = list
            .filter(|c| {
                inner += i32::from(*c == '{');
                let keep = inner == 0;
                inner -= i32::from(*c == '}');
                keep
            })
            .collect();
        let first = |part: &str| part.trim().chars().take_while(|c| is_word(*c)).collect::<String>();
        names.extend(top.split(',').map(first).filter(|name| !name.is_empty()));
    }
    names
}

#[test]
fn app_names_no_engine_no_http_and_no_sql() {
    let words =
        ["axum", "http", "hyper", "StatusCode", "rusqlite", "sqlite", "relata_http", "relata_store_embedded", "tokio"];
    let mut findings = elsewhere(&["app"], bare, &words, |_| false);
    findings.extend(elsewhere(&["app"], code, &["SELECT", "INSERT INTO", "DELETE FROM"], |_| false));
    expect_none(
        "crates/app decides; say it through the port (relata_model::store) or as a code of the error table:",
        findings,
    );
}

#[test]
fn http_names_no_type_of_the_domain() {
    let of_model = ["ACCOUNT", "Code", "Error", "Lang", "Map", "Result", "error"];
    let of_app =
        ["App", "Environment", "Principal", "Settings", "app", "call", "endpoint", "endpoints", "identity", "run"];
    let mut findings = Vec::new();
    for source in sources(&["http"]) {
        for (path, allowed) in [("relata_model::", &of_model[..]), ("relata_app::", &of_app[..])] {
            let names = named_after(&source.bare, path).into_iter().filter(|name| !allowed.contains(&name.as_str()));
            findings.extend(names.map(|name| format!("{}: {path}{name}", source.path)));
        }
    }
    expect_none("crates/http carries what the rows say; what knows a domain belongs to a row in crates/app:", findings);
}

#[test]
fn engines_name_no_rule() {
    // The records of models and associations are theirs to read: a check of the store has to know what belongs to what.
    let words = ["Mapping", "mapping", "attribute", "Lang"];
    let mut findings = Vec::new();
    for source in sources(ENGINES) {
        let names = named_after(&source.bare, "relata_model::").into_iter().filter(|it| words.contains(&it.as_str()));
        findings.extend(names.map(|name| format!("{}: relata_model::{name}", source.path)));
    }
    findings.extend(elsewhere(ENGINES, bare, &["Mapping", "Granted"], |_| false));
    expect_none(
        "engines store and find; decide in relata-model or relata-app from facts that the port gives:",
        findings,
    );
}

#[test]
fn nobody_but_an_engine_commits() {
    let words = [".commit(", "commit()", "BEGIN", "COMMIT", "ROLLBACK"];
    let findings = elsewhere(&["model", "app", "http", "relata"], code, &words, |_| false);
    expect_none("a transaction ends when the work given to Store::write returns; nothing else commits:", findings);
}

#[test]
fn only_the_endpoint_module_opens_transactions() {
    let words = ["store.write", "Store::write", ".write(Arc", "store.read", "Store::read"];
    let home = |path: &str| path == "crates/app/src/endpoint.rs";
    let mut findings = elsewhere(&["app", "http", "relata"], bare, &words, home);
    // The question whether the store answers is asked without a caller.
    findings.retain(|line| !line.starts_with("crates/app/src/app.rs:") || !line.contains("store.read(nothing)"));
    expect_none("call endpoint::run, or endpoint::system inside relata-app:", findings);
}

#[test]
fn only_a_permission_check_grants() {
    let granted = elsewhere(SHIPPED, bare, &["Granted("], |path| path == "crates/app/src/permission.rs");
    expect_none("take a Granted as a parameter; only permission.rs makes one:", granted);
    let called = ["permission::authorize", "permission::system", "use crate::permission::authorize", "authorize("];
    let home = |path: &str| ["crates/app/src/endpoint.rs", "crates/app/src/permission.rs"].contains(&path);
    let asked = elsewhere(&["app"], bare, &called, home);
    expect_none("only endpoint.rs asks for permission; hand its Granted on:", asked);
}

/// The functions of a source: their heads (name, parameters, result) with their bodies.
fn functions(bare: &str) -> impl Iterator<Item = (&str, &str)> {
    bare.match_indices("fn ").filter(|(at, _)| !bare[..*at].ends_with(is_word)).filter_map(|(at, _)| {
        let rest = &bare[at..];
        let (open, end) = (rest.find('{')?, rest.find(';').unwrap_or(usize::MAX));
        if end < open {
            return None;
        }
        let mut depth = 0;
        let close = rest[open..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0
        })?;
        Some((&rest[..open], &rest[open..open + close.0]))
    })
}

/// Methods of a transaction that change data.
const WRITES: &[&str] =
    &["insert_many", "replace_many", "delete_many", "insert_keys", "drop_keys", "insert_links", "delete_links"];

fn writing(body: &str) -> Option<&'static str> {
    WRITES.iter().copied().find(|name| body.contains(&format!("tx.{name}(")))
}

/// Functions that write what belongs to a change which another function records: why.
const RECORDED_ELSEWHERE: &[(&str, &str, &str)] = &[
    ("crates/app/src/models/uniques.rs", "take_keys", "keys follow from the rule, whose record is its change"),
    ("crates/app/src/models/uniques.rs", "renew_keys", "keys follow from the rule, whose record is its change"),
    ("crates/app/src/models/uniques.rs", "drop_rule", "recorded by repo::delete"),
    ("crates/app/src/copy/pages.rs", "insert_rows", "the whole change log is copied, too"),
    ("crates/app/src/copy/pages.rs", "insert_links", "the whole change log is copied, too"),
    ("crates/app/src/quoted.rs", "hold", "nothing but the revision is another one"),
    ("crates/app/src/webhooks/delivery.rs", "begin", "the webhook's creation is the record"),
    ("crates/app/src/webhooks/delivery.rs", "end", "the webhook's deletion is the record"),
    (
        "crates/app/src/webhooks/delivery.rs",
        "change",
        "how far webhooks were told is no data, and a record would be told, too",
    ),
    ("crates/app/src/lease.rs", "hold", "who does a task is no data"),
    ("crates/app/src/bulk/kept.rs", "keep", "verdicts are no data"),
    ("crates/app/src/bulk/kept.rs", "forget", "verdicts are no data"),
    ("crates/app/src/bulk/jobs.rs", "insert", "jobs are no data"),
    ("crates/app/src/bulk/jobs.rs", "replace", "jobs are no data"),
    ("crates/app/src/bulk/jobs/pieces.rs", "write", "what was uploaded is no data"),
    ("crates/app/src/bulk/jobs/pieces.rs", "forget", "what was uploaded is no data"),
    ("crates/app/src/bulk/jobs/sweep.rs", "forget", "jobs are no data"),
    ("crates/app/src/lease.rs", "replace", "who does a task is no data"),
    ("crates/app/src/models/attributes.rs", "forget_values", "the deletion of the attribute is the record"),
];

#[test]
fn what_changes_data_takes_a_permission_and_leaves_a_record() {
    let (mut unchecked, mut unrecorded) = (Vec::new(), Vec::new());
    for source in sources(&["app"]) {
        for (head, body) in functions(&source.bare) {
            let Some(write) = writing(body) else { continue };
            let name = head.trim_start_matches("fn ").split(['(', '<']).next().unwrap().to_owned();
            if !head.contains("Granted") {
                unchecked.push(format!("{}: {name} calls {write}", source.path));
            }
            let listed = RECORDED_ELSEWHERE.iter().any(|(path, it, _)| *path == source.path && *it == name);
            if !listed && !body.contains("record(") && !body.contains("record_links(") {
                unrecorded.push(format!("{}: {name} calls {write}", source.path));
            }
        }
    }
    expect_none(
        "add the parameter `ok: Granted` and hand it down, so that an unchecked write does not compile:",
        unchecked,
    );
    expect_none(
        "call Call::record in the function that writes, or say in RECORDED_ELSEWHERE why another does:",
        unrecorded,
    );
}

#[test]
fn only_a_call_appends_to_the_change_log() {
    let findings =
        elsewhere(&["app", "http", "relata"], bare, &["append_changes"], |path| path == "crates/app/src/call.rs");
    expect_none("use Call::record or Call::record_links:", findings);
}

/// Wire names that the HTTP adapter knows: envelope, credentials and the tenant.
const WIRE_NAMES_OF_HTTP: &[&str] = &[
    "bk_app_code",
    "bk_app_secret",
    "bk_cmdb",
    "bk_error_code",
    "bk_error_msg",
    "bk_supplier_account",
    "bk_token",
    "bk_user",
    "bk_username",
    "http_bk_supplier_account",
];

#[test]
fn engines_know_no_wire_name_and_http_only_those_of_envelope_and_credentials() {
    let mut findings = Vec::new();
    for source in sources(&[ENGINES, &["http"]].concat()) {
        for part in source.code.split(|c| !is_word(c)).filter(|part| part.contains("bk_")) {
            if !(source.path.starts_with("crates/http/") && WIRE_NAMES_OF_HTTP.contains(&part)) {
                findings.push(format!("{}: {part}", source.path));
            }
        }
    }
    expect_none(
        "fields are the business of relata-app (inputs, answers) and relata-model (records); engines take field names \
         as values:",
        findings,
    );
}

#[test]
fn wire_names_name_nothing_but_fields() {
    let begins = ["fn bk_", "let bk_", "let mut bk_", "mod bk_", "struct Bk", "enum Bk", "const BK_", "static BK_"];
    let sources = sources(SHIPPED);
    let findings = sources.iter().flat_map(|source| {
        let lines = source.bare.lines().filter(|line| begins.iter().any(|begin| line.contains(begin)));
        lines.map(|line| format!("{}: {}", source.path, line.trim()))
    });
    expect_none(
        "use our own word (docs/GLOSSARY.md); only a field of an input or answer may be named as on the wire:",
        findings,
    );
}

#[test]
fn time_and_randomness_come_from_the_binary() {
    let words = ["SystemTime", "Timestamp::now", "Zoned::now", "UNIX_EPOCH", "getrandom", "rand", "RandomState"];
    let findings = elsewhere(&[ENGINES, &["model", "app", "http"]].concat(), bare, &words, |_| false);
    expect_none("take the time from Call::now and random bytes from App::environment:", findings);
}

#[test]
fn only_the_configuration_reads_the_environment() {
    let words = ["env::var", "env::var_os", "env::vars", "env::vars_os", "env::args", "env::args_os", "env::set_var"];
    let home = |path: &str| path.starts_with("crates/relata/src/config");
    let findings = elsewhere(SHIPPED, bare, &words, home);
    expect_none("add a setting in crates/relata/src/config and hand its value on:", findings);
}

#[test]
fn only_the_output_module_prints() {
    let words = ["println!", "print!", "eprintln!", "eprint!", "dbg!", "stdout()", "stderr().lock", "stderr().write"];
    let findings = elsewhere(SHIPPED, bare, &words, |path| path == "crates/relata/src/cli/output.rs");
    expect_none("use crate::cli::output in commands, and tracing everywhere else:", findings);
}

#[test]
fn nothing_mutable_is_global() {
    let mut findings = elsewhere(SHIPPED, bare, &["static mut", "thread_local!"], |_| false);
    let cells = ["Mutex", "RwLock", "Atomic", "OnceLock", "OnceCell", "RefCell", "Cell<"];
    let statics = elsewhere(SHIPPED, bare, &["static"], |_| false);
    findings.extend(
        statics.into_iter().filter(|line| line.contains("static ") && cells.iter().any(|it| line.contains(it))),
    );
    expect_none("put the state into App, Shared or the engine, and hand it on:", findings);
}

#[test]
fn comments_and_texts_are_told_from_code() {
    let (code, bare) = stripped("a(\"b // \\\" c\"); // d \"\nlet e: &'f str = r#\"g\"h\"#; '\\''; 'i' /* j */ k");
    assert_eq!(code, "a(\"b // \\\" c\");       \nlet e: &'f str = r#\"g\"h\"#; '\\''; 'i'         k");
    assert_eq!(
        bare.split_whitespace().collect::<Vec<_>>(),
        ["a(", ");", "let", "e:", "&'f", "str", "=", ";", ";", "k"]
    );
    assert_eq!(named_after("use x::{A, b::{C, D}, e::F}; x::g();", "x::"), ["A", "b", "e", "g"]);
    assert!(has_word("a.commit();", ".commit(") && !has_word("recommit()", "commit()"));
}
