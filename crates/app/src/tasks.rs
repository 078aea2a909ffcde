//! Tasks: work that a caller asks for and looks at later by an id (other.md §8). Relata does it before it answers, so a task
//! that can be found has ended.

use crate::call::Call;
use crate::permission::Granted;
use crate::repo::{self, Key};
use relata_model::Result;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// A task.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// Numeric id.
    pub id: i64,
    /// What the caller asks by; nobody can guess it.
    pub task_id: String,
    /// What kind of task.
    pub task_type: String,
    /// Numeric id of what it was about.
    #[serde(rename = "bk_inst_id")]
    pub subject: i64,
    /// Who asked for it.
    pub user: String,
    /// `finished` or `failure`.
    pub status: String,
    /// Local time text.
    pub create_time: Option<String>,
    /// Local time text.
    pub last_time: Option<String>,
}

repo::entity! { Task: Tasks, Task,
    name |it| &it.task_type,
    scope |_| "",
    keys |it| vec![Key::new(rule::TASK_ID, "task_id", [it.task_id.as_str()])]
}

/// Keeps a task that is done.
pub(crate) async fn finished(call: &mut Call<'_>, ok: Granted, task_type: &str, subject: i64) -> Result<Task> {
    let now = Some(call.now_local());
    let mut task_id = String::with_capacity(32);
    for byte in call.app.environment.random().iter().take(16) {
        // Writing to a text never fails.
        let _ = write!(task_id, "{byte:02x}");
    }
    let task = Task {
        task_id,
        task_type: task_type.to_owned(),
        subject,
        user: call.user().to_owned(),
        status: "finished".to_owned(),
        create_time: now.clone(),
        last_time: now,
        ..Task::default()
    };
    repo::create(call, ok, task).await
}

/// The task with this id.
pub(crate) async fn find(call: &mut Call<'_>, task_id: &str) -> Result<Option<Task>> {
    let found = repo::find::<Task>(call, Filter::equal("task_id", task_id)).await?;
    Ok(found.into_iter().next().map(|stored| stored.entity))
}
