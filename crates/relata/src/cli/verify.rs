//! `relata verify`: checks every invariant of a store at rest.

use std::sync::Arc;

use anyhow::ensure;
use relata_app::App;

use super::{Outcome, output, serve};
use crate::config::{Config, Store, StoreFlags};

const EXAMPLES: &str = "\
Examples:
  relata verify
  relata verify --store sqlite:/var/lib/relata/relata.db
  RELATA_STORE=postgres://relata:PASSWORD@db.example/relata relata verify

Stop the server first: the store must be at rest. Exit codes: 0 all holds, 1 something is wrong, 2 wrong arguments.";

/// Check every invariant of a store that no server uses, and say what is wrong
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: StoreFlags,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = Config::load(&args.flags.all())?;
    ensure_there(&config.store)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let problems = runtime.block_on(async {
        let app = serve::open(&config, true).await?;
        problems(&app).await
    })?;
    for problem in &problems {
        output::say(problem)?;
    }
    ensure!(problems.is_empty(), "{} things are wrong in {}", problems.len(), config.store);
    output::say(&format!("All holds in {}.", config.store))?;
    Ok(Outcome::Done)
}

/// Refuses a path without a file: opening would make a new store, in which nothing is wrong.
pub(super) fn ensure_there(store: &Store) -> anyhow::Result<()> {
    match store {
        Store::Sqlite(path) => ensure!(path.exists(), "there is no store at {}", path.display()),
        // A database is made by its administrator.
        Store::Postgres(_) => {}
    }
    Ok(())
}

/// Checks every invariant of the engine and of the rules; what is wrong, one sentence each.
pub(super) async fn problems(app: &Arc<App>) -> anyhow::Result<Vec<String>> {
    let mut problems = app.store.check().await?;
    match relata_app::verify::verify(app).await {
        Ok(more) => problems.extend(more),
        // What the engine found may be why; so that is shown, too.
        Err(error) => problems.push(format!("the rules cannot be checked: {error}")),
    }
    Ok(problems)
}
