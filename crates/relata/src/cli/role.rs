//! `relata role`: what users may do. Relata's own API, over HTTP.

use serde_json::{Value, json};

use super::Outcome;
use super::accounts::Common;
use crate::config::Invalid;

const EXAMPLES: &str = "\
Examples:
  relata role give editor --user ann
  relata role give viewer --group everybody
  relata role create rack-owner --actions view_sys_model,view_comobj,edit_comobj --model rack
  relata role create team-a --actions view_comobj,edit_comobj --model server \\
    --filter '{\"field\":\"team\",\"operator\":\"equal\",\"value\":\"a\"}'
  relata role list

The token of an administrator comes from RELATA_TOKEN or --token-file. docs/RIGHTS.md lists the actions.";

/// Create, change, give and withdraw roles
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

/// What a role lets its holders do: one rule by its parts, or any number as JSON.
#[derive(Debug, clap::Args)]
struct Allowed {
    /// Actions, separated by commas; '*' for all but administration
    #[arg(long, value_name = "ACTION,...", value_delimiter = ',', required_unless_present = "rules")]
    actions: Vec<String>,
    /// Model that the actions are for [default: the whole system]
    #[arg(long, value_name = "MODEL", conflicts_with = "rules")]
    model: Option<String>,
    /// Filter expression: only instances of the model that match
    #[arg(long, value_name = "JSON", requires = "model", conflicts_with = "rules")]
    filter: Option<String>,
    /// Several rules, as a JSON list
    #[arg(long, value_name = "JSON", conflicts_with = "actions")]
    rules: Option<String>,
}

impl Allowed {
    fn json(&self) -> Result<Value, Invalid> {
        let read = |flag: &str, text: &str| {
            serde_json::from_str::<Value>(text).map_err(|error| Invalid(format!("--{flag}: this is no JSON: {error}")))
        };
        if let Some(rules) = &self.rules {
            return read("rules", rules);
        }
        let filter = self.filter.as_ref().map(|filter| read("filter", filter)).transpose()?;
        Ok(json!([{"actions": self.actions, "bk_obj_id": self.model, "filter": filter}]))
    }
}

/// Who is given a role.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Receiver {
    /// A user
    #[arg(long)]
    user: Option<String>,
    /// A group; `everybody` for all who sign in
    #[arg(long)]
    group: Option<String>,
}

impl Receiver {
    fn name(&self) -> String {
        match (&self.user, &self.group) {
            (Some(user), _) => format!("user {user}"),
            (None, group) => format!("group {}", group.as_deref().unwrap_or_default()),
        }
    }
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create a role
    #[command(after_help = "Example:\n  relata role create rack-owner --actions view_comobj,edit_comobj --model rack")]
    Create {
        /// Name of the role
        role: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        #[command(flatten)]
        rules: Allowed,
        #[command(flatten)]
        common: Common,
    },
    /// Replace the rules of a role
    #[command(after_help = "Example:\n  relata role update rack-owner --actions view_comobj --model rack")]
    Update {
        /// Name of the role
        role: String,
        #[command(flatten)]
        rules: Allowed,
        #[command(flatten)]
        common: Common,
    },
    /// List the roles with their rules
    #[command(after_help = "Example:\n  relata role list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Delete a role that nobody has
    #[command(after_help = "Example:\n  relata role delete rack-owner")]
    Delete {
        /// Name of the role
        role: String,
        #[command(flatten)]
        common: Common,
    },
    /// Give a role to a user or a group
    #[command(after_help = "Example:\n  relata role give editor --user ann")]
    Give {
        /// Name of the role
        role: String,
        #[command(flatten)]
        to: Receiver,
        #[command(flatten)]
        common: Common,
    },
    /// Withdraw a role from a user or a group
    #[command(after_help = "Example:\n  relata role withdraw editor --group everybody")]
    Withdraw {
        /// Name of the role
        role: String,
        #[command(flatten)]
        from: Receiver,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.action {
        Action::Create { role, description, rules, common } => {
            let body = json!({"name": role, "description": description, "rules": rules.json()?});
            let next = format!("Role {role} created. Next: relata role give {role} --user USER");
            common.change("roles/create", &body, &next)
        }
        Action::Update { role, rules, common } => {
            let body = json!({"name": role, "rules": rules.json()?});
            common.change("roles/update", &body, &format!("Role {role} changed."))
        }
        Action::List { common } => common.list(
            "roles/search",
            &[("ROLE", "name"), ("DESCRIPTION", "description"), ("RULES", "rules"), ("BUILT IN", "built_in")],
        ),
        Action::Delete { role, common } => {
            common.change("roles/delete", &json!({"name": role}), &format!("Role {role} deleted."))
        }
        Action::Give { role, to, common } => {
            let body = json!({"role": role, "user": to.user, "group": to.group});
            common.change("roles/give", &body, &format!("Role {role} given to {}.", to.name()))
        }
        Action::Withdraw { role, from, common } => {
            let body = json!({"role": role, "user": from.user, "group": from.group});
            common.change("roles/withdraw", &body, &format!("Role {role} withdrawn from {}.", from.name()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Args as _, FromArgMatches as _};

    fn rules(args: &[&str]) -> Result<Value, String> {
        let matches =
            Allowed::augment_args(clap::Command::new("test")).try_get_matches_from([&["test"], args].concat());
        let matches = matches.map_err(|error| error.kind().to_string())?;
        Allowed::from_arg_matches(&matches).unwrap().json().map_err(|error| error.to_string())
    }

    #[test]
    fn rules_come_by_their_parts_or_as_json() {
        let one = rules(&["--actions", "a,b", "--model", "rack", "--filter", "{\"x\":1}"]).unwrap();
        assert_eq!(one, json!([{"actions": ["a", "b"], "bk_obj_id": "rack", "filter": {"x": 1}}]));
        assert_eq!(rules(&["--actions", "*"]).unwrap(), json!([{"actions": ["*"], "bk_obj_id": null, "filter": null}]));
        assert_eq!(rules(&["--rules", "[]"]).unwrap(), json!([]));
        assert!(rules(&["--rules", "["]).unwrap_err().starts_with("--rules: this is no JSON"));
        for wrong in [&[][..], &["--actions", "a", "--rules", "[]"], &["--actions", "a", "--filter", "{}"]] {
            assert!(rules(wrong).is_err(), "{wrong:?}");
        }
    }
}
