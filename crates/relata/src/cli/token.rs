//! `relata token`: what users show to be let in. Relata's own API, over HTTP.

use serde_json::json;

use super::Outcome;
use super::accounts::Common;

const EXAMPLES: &str = "\
Examples:
  relata token create --user ann --name laptop > token.txt
  relata token create --user ann --name report --scope read --days 90 --network 10.0.0.0/8
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
        /// What it may be used for at the most: read, write or admin
        #[arg(long, default_value = "admin", value_parser = ["read", "write", "admin"])]
        scope: String,
        /// Days until it ends [default: never]
        #[arg(long, conflicts_with = "expires")]
        days: Option<u32>,
        /// Time at which it ends, such as 2030-01-31T12:00:00Z
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// Network that it may be shown from; can be given several times [default: everywhere]
        #[arg(long, value_name = "CIDR")]
        network: Vec<String>,
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
        Action::Create { user, name, scope, days, expires, network, common } => {
            let body = json!({
                "user": user, "name": name, "scope": scope, "days": days, "expires": expires, "networks": network,
            });
            common.create_secret("tokens/create", &body, "token")
        }
        Action::List { common } => common.list(
            "tokens/search",
            &[
                ("ID", "id"),
                ("USER", "user"),
                ("NAME", "name"),
                ("SCOPE", "scope"),
                ("CREATED", "create_time"),
                ("EXPIRES", "expires"),
                ("LAST USED", "last_used"),
                ("REVOKED", "revoked"),
            ],
        ),
        Action::Revoke { id, common } => {
            common.change("tokens/revoke", &json!({"id": id}), &format!("Token {id} revoked."))
        }
    }
}
