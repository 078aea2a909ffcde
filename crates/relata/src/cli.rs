//! The command line: which commands there are, and how each one ends.
//!
//! Commands parse their arguments, call the server or the wiring, and print. They hold no rules of the CMDB.

mod accounts;
mod app;
mod attributes;
mod bench;
mod bulk;
mod client;
mod copy;
mod demo;
mod export;
mod group;
mod import;
mod job;
mod link;
mod migrate;
mod notify;
mod output;
mod role;
mod search;
mod serve;
mod stream;
mod tabular;
mod token;
mod user;
mod verify;
mod webhook;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use client::CallError;

use crate::config::Invalid;

const EXAMPLES: &str = "\
Examples:
  relata demo                                   see it work, on a store of its own
  relata serve                                  start the server on 127.0.0.1:8080
  relata import examples/netbox-demo            load a data set into it
  relata import a.csv --model bk_switch         load the rows of a file
  relata user create ann && relata role give editor --user ann
  relata token create --user ann --name laptop

Exit codes:
  0  done
  1  failed
  2  wrong arguments or settings
  3  the server cannot be reached, or refuses the login
  6  some rows were refused

`relata COMMAND --help` has examples of every command.";

/// Relata: a configuration management database in one binary.
#[derive(Debug, Parser)]
#[command(name = "relata", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Demo(demo::Args),
    Import(import::Args),
    Export(export::Args),
    Job(job::Args),
    Link(link::Args),
    User(user::Args),
    Group(group::Args),
    Role(role::Args),
    Token(token::Args),
    App(app::Args),
    Verify(verify::Args),
    Migrate(migrate::Args),
    Copy(copy::Args),
    Bench(bench::Args),
    Search(search::Args),
    Webhook(webhook::Args),
}

/// How a command ends when it does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All done.
    Done,
    /// Done, but some rows were refused.
    SomeRefused,
}

/// Runs the command of this process's arguments.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Job(args) => job::run(&args),
        Command::Link(args) => link::run(&args),
        Command::User(args) => user::run(&args),
        Command::Group(args) => group::run(&args),
        Command::Role(args) => role::run(&args),
        Command::Token(args) => token::run(&args),
        Command::App(args) => app::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Copy(args) => copy::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Webhook(args) => webhook::run(&args),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeRefused) => ExitCode::from(6),
        // Whoever reads our output has heard enough (`relata user list | head -1`).
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("relata: {error:#}"));
            ExitCode::from(exit_code(&error))
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The exit code of a failure.
fn exit_code(error: &anyhow::Error) -> u8 {
    if error.is::<Invalid>() {
        return 2;
    }
    match error.downcast_ref::<CallError>() {
        Some(CallError::Unreachable { .. } | CallError::Login { .. }) => 3,
        Some(CallError::Refused { .. } | CallError::Strange { .. }) | None => 1,
    }
}

#[cfg(test)]
mod tests;
