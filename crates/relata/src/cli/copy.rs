//! `relata copy`: copies a whole store to an empty one, to change the engine or the machine.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use relata_app::copy::{self, Step};
use tokio::runtime::Runtime;

use super::verify::{ensure_there, problems};
use super::{Outcome, output, serve};
use crate::config::{Config, Invalid, Secret, Store, StoreFlags};

const DETAILS: &str = "\
Examples:
  relata copy --from sqlite:./relata-data/relata.db --to postgres://relata@db.example/relata
  RELATA_COPY_TO=postgres://relata:PASSWORD@db.example/relata relata copy
  relata copy --from postgres://relata@db.example/relata --to sqlite:./copy.db

Copies models, instances, links, users, tokens, applications and the whole change log; ids and numbers of changes stay
what they are. Only the internal revisions of rows begin anew. Then it checks every invariant of both stores.

Stop all servers of both stores first. The store to copy to is made when it is missing; one that holds anything else than
a beginning of this copy is refused, and nothing is changed. A copy that was interrupted goes on when it is run again.

Arguments can be seen by every user of the machine: an address with a password belongs into RELATA_STORE and
RELATA_COPY_TO, or into the configuration file.

Exit codes: 0 all is copied and holds, 1 failed or something is wrong, 2 wrong arguments.";

/// Copy a whole store to an empty one, of the same engine or another
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
pub(crate) struct Args {
    /// The store to copy from [default: the store of the settings, as RELATA_STORE]
    #[arg(long, value_name = "STORE")]
    from: Option<Secret>,
    /// The store to copy to [env: RELATA_COPY_TO]
    #[arg(long, value_name = "STORE")]
    to: Option<Secret>,
    /// Configuration file [env: RELATA_CONFIG] [default: ./relata.toml if it exists]
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let flags = StoreFlags { store: args.from.clone(), config: args.config.clone() };
    let source = Config::load(&flags.all())?;
    let target = Config { store: Store::to_copy_to(args.to.as_ref())?, ..source.clone() };
    if source.store == target.store {
        return Err(Invalid("--to: it is the store to copy from".to_owned()).into());
    }
    ensure_there(&source.store)?;
    Runtime::new()?.block_on(copy_and_check(&source, &target))?;
    Ok(Outcome::Done)
}

async fn copy_and_check(source: &Config, target: &Config) -> anyhow::Result<()> {
    let from = serve::open(source, true).await.context("the store to copy from")?;
    let to = serve::open(target, true).await.context("the store to copy to")?;
    // All is written once, and compared once at the end.
    let bar = bar(2 * copy::size(&from).await?);
    let progress = bar.clone();
    let copied = copy::copy(&from, &to, &move |step, count| {
        progress.set_message(match step {
            Step::Compare => "comparing",
            Step::Copy => "copying",
        });
        progress.inc(count);
    })
    .await;
    bar.finish_and_clear();
    let (copied, time) = (copied?, bar.elapsed().as_secs_f64());
    let count = output::grouped(usize::try_from(copied).unwrap_or(usize::MAX));
    output::say(&format!(
        "Copied {count} rows, links and records of changes from {} to {} in {time:.1} s.",
        source.store, target.store
    ))?;
    let mut wrong = 0;
    for (config, app) in [(source, &from), (target, &to)] {
        let found = problems(&Arc::clone(app)).await?;
        for problem in &found {
            output::say(&format!("{}: {problem}", config.store))?;
        }
        if found.is_empty() {
            output::say(&format!("All holds in {}.", config.store))?;
        }
        wrong += found.len();
    }
    ensure!(wrong == 0, "{wrong} things are wrong");
    Ok(())
}

/// A bar on stderr; it shows nothing when stderr is no terminal.
fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<10} {bar:30} {human_pos} of {human_len}, {per_sec}, {eta} left");
    let bar = ProgressBar::new(total);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
