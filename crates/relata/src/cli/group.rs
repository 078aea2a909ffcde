//! `relata group`: users who have roles in common. Relata's own API, over HTTP.

use serde_json::json;

use super::Outcome;
use super::accounts::Common;

const EXAMPLES: &str = "\
Examples:
  relata group create network --members ann,bob
  relata role give editor --group network
  relata group add network eve
  relata group list

The token of an administrator comes from RELATA_TOKEN or --token-file.";

/// Create groups of users, and change who is in them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create a group
    #[command(after_help = "Example:\n  relata group create network --members ann,bob")]
    Create {
        /// Name of the group
        group: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        /// Users in it, separated by commas
        #[arg(long, value_name = "USER,...", value_delimiter = ',')]
        members: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List the groups with their members and roles
    #[command(after_help = "Example:\n  relata group list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Put users into a group
    #[command(after_help = "Example:\n  relata group add network eve")]
    Add {
        /// Name of the group
        group: String,
        /// Users
        #[arg(required = true)]
        users: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Take users out of a group
    #[command(after_help = "Example:\n  relata group remove network bob")]
    Remove {
        /// Name of the group
        group: String,
        /// Users
        #[arg(required = true)]
        users: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Delete a group
    #[command(after_help = "Example:\n  relata group delete network")]
    Delete {
        /// Name of the group
        group: String,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.action {
        Action::Create { group, description, members, common } => {
            let body = json!({"name": group, "description": description, "members": members});
            let next = format!("Group {group} created. Next: relata role give ROLE --group {group}");
            common.change("groups/create", &body, &next)
        }
        Action::List { common } => common.list(
            "groups/search",
            &[("GROUP", "name"), ("DESCRIPTION", "description"), ("MEMBERS", "members"), ("ROLES", "roles")],
        ),
        Action::Add { group, users, common } => {
            common.change("groups/update", &json!({"name": group, "add": users}), &format!("Group {group} changed."))
        }
        Action::Remove { group, users, common } => {
            common.change("groups/update", &json!({"name": group, "remove": users}), &format!("Group {group} changed."))
        }
        Action::Delete { group, common } => {
            common.change("groups/delete", &json!({"name": group}), &format!("Group {group} deleted."))
        }
    }
}
