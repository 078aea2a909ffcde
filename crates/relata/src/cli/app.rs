//! `relata app`: programs that act for users (`bk_app_code`, `bk_app_secret`). Relata's own API, over HTTP.

use serde_json::json;

use super::Outcome;
use super::accounts::Common;

const EXAMPLES: &str = "\
Examples:
  relata app create job --name \"Job runner\" --may-act-for ann,bob > secret.txt
  relata app list
  relata app revoke job

The token of an administrator comes from RELATA_TOKEN or --token-file.";

/// Create, list and revoke applications that act for users
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
enum Action {
    /// Create an application and print its secret, this once
    #[command(
        after_help = "Example:\n  relata app create job --name \"Job runner\" --may-act-for ann,bob > secret.txt"
    )]
    Create {
        /// Id of the application, as in bk_app_code
        bk_app_code: String,
        /// Name to show [default: the id]
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Users that it may act for, separated by commas; '*' for all
        #[arg(long, value_name = "USER,...", value_delimiter = ',', required = true)]
        may_act_for: Vec<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List the applications, without their secrets
    #[command(after_help = "Example:\n  relata app list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Revoke an application
    #[command(after_help = "Example:\n  relata app revoke job")]
    Revoke {
        /// Id of the application
        bk_app_code: String,
        #[command(flatten)]
        common: Common,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.action {
        Action::Create { bk_app_code, name, may_act_for, common } => {
            let name = name.as_ref().unwrap_or(bk_app_code);
            let body = json!({"bk_app_code": bk_app_code, "name": name, "may_act_for": may_act_for});
            common.create_secret("apps/create", &body, "bk_app_secret")
        }
        Action::List { common } => common.list(
            "apps/search",
            &[("APP", "bk_app_code"), ("NAME", "name"), ("MAY ACT FOR", "may_act_for"), ("REVOKED", "revoked")],
        ),
        Action::Revoke { bk_app_code, common } => common.change(
            "apps/revoke",
            &json!({"bk_app_code": bk_app_code}),
            &format!("Application {bk_app_code} revoked."),
        ),
    }
}
