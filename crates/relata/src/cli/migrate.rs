//! `relata migrate`: brings a store to the format of this version.

use super::verify::ensure_there;
use super::{Outcome, output};
use crate::config::{Config, Store, StoreFlags};

const EXAMPLES: &str = "\
Examples:
  relata migrate
  relata migrate --store sqlite:/var/lib/relata/relata.db
  RELATA_STORE=postgres://relata:PASSWORD@db.example/relata relata migrate

Says from which format to which. A store of a newer format than this version knows is refused; nothing is changed then.
What `relata serve` opens for the first time is made by it; there is no need to migrate that.

Exit codes: 0 done, 1 failed, 2 wrong arguments.";

/// Bring a store to the format of this version
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
    let (from, to) = match &config.store {
        Store::Sqlite(path) => {
            let migrated = relata_store_embedded::migrate(path)?;
            (migrated.from, migrated.to)
        }
        Store::Postgres(url) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let settings = config.postgres.settings(url, true);
            let migrated = runtime.block_on(relata_store_postgres::migrate(&settings))?;
            (migrated.from, migrated.to)
        }
    };
    output::say(&if from == to {
        format!("{} has format {to} already.", config.store)
    } else {
        format!("{} was brought from format {from} to {to}.", config.store)
    })?;
    Ok(Outcome::Done)
}
