//! `relata bench`: measures a server on this machine.

use super::Outcome;

const EXAMPLES: &str = "\
Examples:
  relata bench links
  relata bench links --links 1000000 --callers 8 --batch 200 --json";

/// Measure this build on this machine
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Links(LinksArgs),
}

/// Batch create of links over HTTP, beside the floor: the same rows by plain statements
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct LinksArgs {
    /// Links that the store holds before the measurement
    #[arg(long, value_name = "N", default_value_t = 0)]
    links: u64,
    /// Callers at the same time
    #[arg(long, value_name = "C", default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..))]
    callers: u32,
    /// Links in one request
    #[arg(long, value_name = "B", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let What::Links(LinksArgs { links, callers, batch, json: _ }) = &args.what;
    anyhow::bail!("this build cannot measure {callers} callers with batches of {batch} at {links} links yet")
}
