//! `relata verify`: checks every invariant of a store at rest.

use anyhow::ensure;

use super::{Outcome, output, serve};
use crate::config::{Config, Flags, Store};

const EXAMPLES: &str = "\
Examples:
  relata verify
  relata verify --store sqlite:/var/lib/relata/relata.db

Stop the server first: the store must be at rest. Exit codes: 0 all holds, 1 something is wrong, 2 wrong arguments.";

/// Check every invariant of a store that no server uses, and say what is wrong
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
pub(crate) struct Args {
    /// Where the records are kept [env: RELATA_STORE] [default: sqlite:./relata-data/relata.db]
    #[arg(long, value_name = "sqlite:PATH")]
    store: Option<String>,
    /// Configuration file [env: RELATA_CONFIG] [default: ./relata.toml if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let flags = Flags { store: args.store.clone(), config: args.config.clone(), ..Flags::default() };
    let config = Config::load(&flags)?;
    let Store::Sqlite(path) = &config.store;
    // Opening would make a new store, in which nothing is wrong.
    ensure!(path.exists(), "there is no store at {}", path.display());
    let app = serve::open(&config, std::time::Duration::MAX)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let problems = runtime.block_on(async {
        let mut problems = app.store.check().await?;
        match relata_app::verify::verify(&app).await {
            Ok(more) => problems.extend(more),
            // What the engine found may be why; so that is shown, too.
            Err(error) => problems.push(format!("the rules cannot be checked: {error}")),
        }
        anyhow::Ok(problems)
    })?;
    for problem in &problems {
        output::say(problem)?;
    }
    ensure!(problems.is_empty(), "{} things are wrong in {}", problems.len(), config.store);
    output::say(&format!("All holds in {}.", config.store))?;
    Ok(Outcome::Done)
}
