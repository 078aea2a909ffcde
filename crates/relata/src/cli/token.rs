//! `relata token`: what users show to be let in. Relata's own API, over HTTP.

use serde_json::json;

use super::Outcome;
use super::accounts::Common;

const EXAMPLES: &str = "\
Examples:
  relata token create --user ann --name laptop > token.txt
  relata token list
  relata token revoke 7

The token of an administrator comes from RELATA_TOKEN or --token-file.";

/// Create, list and revoke tokens of users
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Create a token and print it, this once
    #[command(after_help = "Example:\n  relata token create --user ann --name laptop > token.txt")]
    Create {
        /// User that the token stands for
        #[arg(long)]
        user: String,
        /// Where the token will be used
        #[arg(long, value_name = "TEXT")]
        name: String,
        #[command(flatten)]
        common: Common,
    },
    /// List the tokens, without their text
    #[command(after_help = "Example:\n  relata token list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke a token
    #[command(after_help = "Example:\n  relata token revoke 7")]
    Revoke {
        /// Id of the token, from `relata token list`
        id: i64,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.action {
        Action::Create { user, name, common } => {
            common.create_secret("tokens/create", &json!({"user": user, "name": name}), "token")
        }
        Action::List { common } => common.list(
            "tokens/search",
            &[("ID", "id"), ("USER", "user"), ("NAME", "name"), ("CREATED", "create_time"), ("REVOKED", "revoked")],
        ),
        Action::Revoke { id, common } => {
            common.change("tokens/revoke", &json!({"id": id}), &format!("Token {id} revoked."))
        }
    }
}
