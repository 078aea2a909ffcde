//! Which instances there are, by model and name: what rows are skipped for, and what edges are turned into ids with.

use std::collections::HashMap;

use serde_json::json;

use crate::cli::client::{CallError, Client, records};

/// Rows in a page of a search; the API's maximum.
const PAGE: usize = 500;

/// What is known of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The instance's id; none while the server has none.
    pub(crate) id: Option<i64>,
    /// A row of this run has the name.
    pub(crate) in_file: bool,
}

/// The instances of one model, by `bk_inst_name`.
pub(crate) type Names = HashMap<Box<str>, Known>;

/// Asks the server for all instances of a model. A model that cannot be searched is an error of the call.
pub(crate) fn find(client: &Client, model: &str) -> Result<Names, CallError> {
    let path = format!("/api/v3/search/instances/object/{model}");
    let mut names = Names::new();
    let mut last = 0;
    loop {
        // By id from the last one on, not by position: rows that come or go in the meantime shift nothing.
        let after = json!({"field": "bk_inst_id", "operator": "greater", "value": last});
        let body = json!({
            "conditions": {"condition": "AND", "rules": [after]},
            "fields": ["bk_inst_id", "bk_inst_name"],
            "page": {"start": 0, "limit": PAGE, "sort": "bk_inst_id"},
        });
        let page = records(client.post(&path, &body)?);
        let before = last;
        for record in &page {
            let id = record.get("bk_inst_id").and_then(serde_json::Value::as_i64);
            let name = record.get("bk_inst_name").and_then(serde_json::Value::as_str);
            if let (Some(id), Some(name)) = (id, name) {
                last = last.max(id);
                names.insert(name.into(), Known { id: Some(id), in_file: false });
            }
        }
        if page.len() < PAGE || last == before {
            return Ok(names);
        }
    }
}
