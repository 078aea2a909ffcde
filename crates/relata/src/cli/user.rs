//! `relata user`: the people and programs that may call. Relata's own API, over HTTP.

use serde_json::json;

use super::Outcome;
use super::accounts::Common;

const EXAMPLES: &str = "\
Examples:
  relata user create ann --name \"Ann Example\"
  relata user list --json
  relata user revoke ann

The token of an administrator comes from RELATA_TOKEN or --token-file.";

/// Create, list and revoke users
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
enum Action {
    /// Create a user
    #[command(after_help = "Example:\n  relata user create ann --name \"Ann Example\"")]
    Create {
        /// Name to sign in with, as in bk_username
        user: String,
        /// Name to show
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List the users
    #[command(after_help = "Example:\n  relata user list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a user and every token of it
    #[command(after_help = "Example:\n  relata user revoke ann")]
    Revoke {
        /// Name of the user
        user: String,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.action {
        Action::Create { user, name, common } => {
            let mut body = json!({"user": user});
            if let (Some(name), Some(members)) = (name, body.as_object_mut()) {
                members.insert("name".to_owned(), json!(name));
            }
            let next = format!(
                "User {user} created. Next: relata role give ROLE --user {user}, relata token create --user {user} --name NAME"
            );
            common.change("users/create", &body, &next)
        }
        Action::List { common } => common.list(
            "users/search",
            &[
                ("USER", "user"),
                ("NAME", "name"),
                ("ROLES", "roles"),
                ("CREATED", "create_time"),
                ("REVOKED", "revoked"),
            ],
        ),
        Action::Revoke { user, common } => {
            common.change("users/revoke", &json!({"user": user}), &format!("User {user} revoked."))
        }
    }
}
