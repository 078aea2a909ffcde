//! What `relata user`, `group`, `role`, `token` and `app` share: calls of Relata's own API, and lists as tables or JSON.

use serde_json::{Value, json};

use super::client::{Client, records};
use super::{Outcome, output};
use crate::config::{Connection, ConnectionFlags};

/// Arguments of every action.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    #[command(flatten)]
    connection: ConnectionFlags,
    /// Print the answer as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl Common {
    /// A client of the server that the arguments name.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::new(&Connection::load(&self.connection)?))
    }

    /// Calls `/api/relata/v1/WHAT` and gives the answer's data.
    pub(crate) fn call(&self, what: &str, body: &Value) -> anyhow::Result<Value> {
        Ok(self.client()?.post(&format!("/api/relata/v1/{what}"), body)?)
    }

    /// Calls an endpoint that changes something, and says `done` (or prints the answer as JSON).
    pub(crate) fn change(&self, what: &str, body: &Value, done: &str) -> anyhow::Result<Outcome> {
        let data = self.call(what, body)?;
        if self.json { output::say_json(&data) } else { output::say(done) }?;
        Ok(Outcome::Done)
    }

    /// Calls an endpoint whose answer holds a secret, shown this once: alone on stdout, so that a script can keep it.
    pub(crate) fn create_secret(&self, what: &str, body: &Value, field: &str) -> anyhow::Result<Outcome> {
        let data = self.call(what, body)?;
        if self.json {
            output::say_json(&data)?;
        } else {
            let secret = data.get(field).and_then(Value::as_str);
            let secret = secret.ok_or_else(|| anyhow::anyhow!("the answer holds no {field}"))?;
            output::complain("Shown once; keep it in a safe place:");
            output::say(secret)?;
        }
        Ok(Outcome::Done)
    }

    /// Calls a search and prints its records: one line each, with these columns as (title, field).
    pub(crate) fn list(&self, what: &str, columns: &[(&str, &str)]) -> anyhow::Result<Outcome> {
        let records = records(self.call(what, &json!({}))?);
        if self.json { output::say_json(&Value::Array(records)) } else { output::say(&table(&records, columns)) }?;
        Ok(Outcome::Done)
    }
}

fn table(records: &[Value], columns: &[(&str, &str)]) -> String {
    let titles: Vec<&str> = columns.iter().map(|&(title, _)| title).collect();
    let row = |record: &Value| columns.iter().map(|&(_, field)| cell(record.get(field))).collect();
    output::table(&titles, &records.iter().map(row).collect::<Vec<_>>(), &[])
}

/// A value as people write it.
fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        Some(Value::Array(values)) => values.iter().map(|value| cell(Some(value))).collect::<Vec<_>>().join(", "),
        Some(other @ (Value::Number(_) | Value::Object(_))) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_a_table_whichever_way_the_records_come() {
        let one = json!({"bk_app_code": "job", "may_act_for": ["ann", "bob"], "revoked": false, "name": ""});
        let columns =
            [("APP", "bk_app_code"), ("NAME", "name"), ("MAY ACT FOR", "may_act_for"), ("REVOKED", "revoked")];
        let expected = "APP  NAME  MAY ACT FOR  REVOKED\njob  -     ann, bob     no";
        assert_eq!(table(&records(json!([one])), &columns), expected);
        assert_eq!(table(&records(json!({"count": 1, "info": [one]})), &columns), expected);
        assert_eq!(table(&records(json!({"info": null})), &columns[..1]), "APP");
    }
}
