//! `relata search rebuild`: has the index of the search made anew, by the server or, where none runs, by this process.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use relata_app::search::keeper::Keeper;
use serde_json::json;
use tokio::runtime::Runtime;

use super::client::Client;
use super::verify::ensure_there;
use super::{Outcome, output, serve};
use crate::config::{Config, Connection, ConnectionFlags, StoreFlags};

const EXAMPLES: &str = "\
Examples:
  relata search rebuild
  relata search rebuild --stopped --store sqlite:/var/lib/relata/relata.db

The server makes the new index beside its work and goes on searching by the present one until it is done; writes never wait.
Without a server, with --stopped, this process makes it. Where the index is damaged or missing, the server does so by itself.";

/// Make the index of the search anew
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Rebuild(Rebuild),
}

/// Make the index of the search anew
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct Rebuild {
    #[command(flatten)]
    connection: ConnectionFlags,
    /// No server runs: make it in this process
    #[arg(long)]
    stopped: bool,
    #[command(flatten)]
    store: StoreFlags,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let Action::Rebuild(args) = &args.action;
    if args.stopped {
        return Runtime::new()?.block_on(rebuild(&Config::load(&args.store.all())?));
    }
    let client = Client::new(&Connection::load(&args.connection)?);
    client.post("/api/relata/v1/search/rebuild", &json!({}))?;
    output::say("The server makes the index anew, and searches by the present one meanwhile.")?;
    Ok(Outcome::Done)
}

async fn rebuild(config: &Config) -> anyhow::Result<Outcome> {
    ensure_there(&config.store)?;
    let (app, place) = serve::open_searching(config, true).await?;
    ensure!(
        !place.is_temporary(),
        "without search_dir the index goes with each server, which makes it anew when it starts"
    );
    let mut keeper = Keeper::new(&app).await?.context("the index cannot be opened")?;
    let begin = Instant::now();
    app.search.rebuild();
    keeper.step().await?;
    output::say(&format!("Made the index of {} anew in {:.1} s.", config.store, begin.elapsed().as_secs_f64()))?;
    Ok(Outcome::Done)
}
