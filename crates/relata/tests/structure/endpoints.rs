//! The rows against the list of the API's endpoints (`tests/data/endpoints.json`): same names, methods and paths.

use crate::expect_none;
use relata_app::endpoint::{Api, Endpoint};
use relata_app::endpoints;
use serde::Deserialize;

/// An endpoint of the API.
#[derive(Deserialize)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) domain: String,
    pub(crate) esb_path: Option<String>,
    /// None for an endpoint that only the documentation knows.
    pub(crate) native_method: Option<String>,
    pub(crate) native_path: Option<String>,
    /// Path behind the gateway where it differs.
    apigw_path: Option<String>,
}

/// Every endpoint of the API, done or not.
pub(crate) fn listed() -> Vec<Listed> {
    serde_json::from_str(include_str!("../data/endpoints.json")).unwrap()
}

/// The row with this name.
pub(crate) fn row(name: &str) -> Option<&'static Endpoint> {
    endpoints::all().find(|row| row.api == Api::V3 && row.name == name)
}

/// A path with its placeholders made equal, and the placeholders' names.
fn shape(path: &str) -> (Vec<&str>, Vec<&str>) {
    let parts = path.trim_matches('/').split('/');
    let (names, _): (Vec<&str>, Vec<&str>) = parts.clone().partition(|part| part.starts_with('{'));
    (parts.map(|part| if part.starts_with('{') { "{}" } else { part }).collect(), names)
}

#[test]
fn rows_have_the_method_and_the_paths_of_the_api() {
    let mut findings = Vec::new();
    for it in listed() {
        let Some(row) = row(&it.name) else { continue };
        let method = format!("{:?}", row.method);
        if it.native_method.as_ref().is_some_and(|right| *right != method) {
            findings.push(format!("{}: {method} is {:?}", it.name, it.native_method));
        }
        for path in [&it.native_path, &it.apigw_path].into_iter().flatten() {
            if !row.paths.iter().any(|own| shape(&format!("/api/v3{own}")).0 == shape(path).0) {
                findings.push(format!("{}: no path {path}", it.name));
            }
        }
    }
    expect_none("correct the row, or add the path behind a `|`:", findings);
}

#[test]
fn rows_are_documented() {
    let silent = endpoints::all().filter(|row| row.doc.trim().is_empty());
    expect_none("write a /// line above the row:", silent.map(|row| row.name.to_owned()));
}
