//! Tasks: work that was asked for, how it ended, and where to look for that (other.md §8). Relata carries it out in the
//! transaction that asks for it, so a task that can be seen has ended.

use crate::call::Call;
use crate::permission::Granted;
use crate::repo::{self, Key};
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// How a task has ended.
pub(crate) const FINISHED: &str = "finished";
/// See [`FINISHED`].
const FAILURE: &str = "failure";

/// A task.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Task {
    pub(crate) id: i64,
    /// What a caller knows it by.
    #[serde(rename = "task_id")]
    pub(crate) name: String,
    #[serde(rename = "task_type")]
    pub(crate) kind: String,
    /// What it is about: a model, an instance …
    #[serde(rename = "bk_inst_id")]
    pub(crate) subject: i64,
    pub(crate) extra: Value,
    pub(crate) user: String,
    pub(crate) status: String,
    pub(crate) detail: Vec<Step>,
    #[serde(rename = "bk_supplier_account")]
    account: String,
    create_time: String,
    pub(crate) last_time: String,
}

/// A part of a task.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    sub_task_id: String,
    data: Value,
    status: String,
    response: Value,
}

repo::entity! { Task: Tasks, Task,
    name |it| &it.name,
    scope |_| "",
    keys |it| vec![Key::new(rule::TASK_ID, "task_id", [it.name.as_str()])]
}

impl Task {
    /// A task that has ended, on the thing with this id.
    pub(crate) fn ended(call: &Call<'_>, kind: &str, subject: i64, extra: Value, outcome: Result<(), &Error>) -> Self {
        let status = if outcome.is_ok() { FINISHED } else { FAILURE };
        let response = match outcome {
            Ok(()) => json!({"result": true, "bk_error_code": 0, "bk_error_msg": "success"}),
            Err(error) => {
                let (code, text) = (error.code.row().number, error.message(call.lang()));
                json!({"result": false, "bk_error_code": code, "bk_error_msg": text})
            }
        };
        let step = Step { sub_task_id: token(call), data: extra.clone(), status: status.to_owned(), response };
        Self {
            id: 0,
            name: token(call),
            kind: kind.to_owned(),
            subject,
            extra,
            user: call.user().to_owned(),
            status: status.to_owned(),
            detail: vec![step],
            account: call.account().to_owned(),
            create_time: call.now_local(),
            last_time: call.now_local(),
        }
    }

    /// Why it failed; empty when it did not.
    pub(crate) fn failure(&self) -> &str {
        let failed = self.detail.iter().find(|step| step.status == FAILURE);
        failed.and_then(|step| step.response.get("bk_error_msg")?.as_str()).unwrap_or_default()
    }
}

/// A text that nobody else has.
fn token(call: &Call<'_>) -> String {
    call.app.environment.random().iter().take(10).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Records tasks; returns the ids that callers know them by.
pub(crate) async fn record(call: &mut Call<'_>, ok: Granted, tasks: Vec<Task>) -> Result<Vec<String>> {
    let tasks = repo::create_many(call, ok, tasks).await?;
    Ok(tasks.into_iter().map(|task| task.name).collect())
}

/// The tasks of a kind that have these ids.
pub(crate) async fn find(call: &mut Call<'_>, kind: &str, ids: &[String]) -> Result<Vec<Task>> {
    let asked = Filter::one_of("task_id", ids.iter().map(String::as_str)).and(Filter::equal("task_type", kind));
    Ok(repo::find(call, asked).await?.into_iter().map(|stored| stored.entity).collect())
}
