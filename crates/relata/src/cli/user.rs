//! `relata user`: the people and programs that may call. Relata's own API, over HTTP.

use std::io::BufRead as _;

use anyhow::Context as _;
use relata_app::Environment as _;
use relata_app::identity::password;
use relata_model::Lang;
use serde_json::{Value, json};

use super::accounts::Common;
use super::client::Client;
use super::serve::Machine;
use super::{Outcome, output};
use crate::config::Invalid;

const EXAMPLES: &str = "\
Examples:
  relata user create ann --name \"Ann Example\"
  relata user create bob --place ldap
  relata user password ann
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
        /// Where the user signs in: local, ldap or oidc (docs/SIGN-IN.md)
        #[arg(long, value_name = "PLACE")]
        place: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// List the users
    #[command(after_help = "Example:\n  relata user list")]
    List {
        #[command(flatten)]
        common: Common,
    },
    /// Give a user a password to sign in with; ends their sessions
    #[command(
        after_help = "Examples:\n  relata user password ann                    makes one and prints it, this once\n  \
                            relata user password ann --stdin < file     takes the first line"
    )]
    Password {
        /// Name of the user
        user: String,
        /// Take the password from the first line of stdin
        #[arg(long)]
        stdin: bool,
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
        Action::Create { user, name, place, common } => {
            let given = [("user", Some(user)), ("name", name.as_ref()), ("place", place.as_ref())];
            let given = given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value?))));
            let body = given.collect::<serde_json::Map<_, _>>().into();
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
                ("PLACE", "place"),
                ("ROLES", "roles"),
                ("CREATED", "create_time"),
                ("REVOKED", "revoked"),
            ],
        ),
        Action::Password { user, stdin, common } => set_password(user, *stdin, common),
        Action::Revoke { user, common } => {
            common.change("users/revoke", &json!({"user": user}), &format!("User {user} revoked."))
        }
    }
}

fn set_password(user: &str, stdin: bool, common: &Common) -> anyhow::Result<Outcome> {
    let password = if stdin {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).context("stdin cannot be read")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        made()
    };
    password::check(&password).map_err(|error| Invalid(error.message(Lang::En)))?;
    common.call("users/set_password", &change(user, &password)?)?;
    if !stdin {
        output::complain("Shown once; keep it in a safe place:");
        output::say(&password)?;
    }
    Ok(Outcome::Done)
}

/// What sets a password. It leaves this machine as a slow hash only.
fn change(user: &str, password: &str) -> anyhow::Result<Value> {
    Ok(json!({"user": user, "hash": password::derive(password, Machine.random())?}))
}

/// Gives a user a password.
pub(super) fn set(client: &Client, user: &str, password: &str) -> anyhow::Result<()> {
    client.post("/api/relata/v1/users/set_password", &change(user, password)?)?;
    Ok(())
}

/// A password that nobody guesses.
pub(super) fn made() -> String {
    let letter = |byte: &u8| char::from(b'a' + byte % 26);
    Machine.random().iter().take(20).map(letter).collect()
}
