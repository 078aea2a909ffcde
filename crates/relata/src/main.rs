//! Relata: a configuration management database in one binary.
//!
//! This file only starts the command line; see [`cli`] for the commands and [`config`] for the settings.

mod cli;
mod config;
mod delivery;
mod duty;
mod indexing;
mod jobs;
mod sign_in;
mod tls;

fn main() -> std::process::ExitCode {
    cli::main()
}
