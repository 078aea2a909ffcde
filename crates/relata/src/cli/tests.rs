use clap::CommandFactory as _;

use super::*;

#[test]
fn help_names_every_command_and_the_exit_codes() {
    insta::assert_snapshot!(Cli::command().render_help().to_string(), @r"
    Relata: a configuration management database in one binary

    Usage: relata <COMMAND>

    Commands:
      serve    Start the server
      demo     Show it at work, on a new store in a temporary folder
      import   Load a data set into a server, through its HTTP API
      export   Write the instances of a model to a file
      job      Look at uploads that are carried out as jobs, and end them
      link     Link pairs of instances out of a file
      user     Create, list and revoke users
      group    Create groups of users, and change who is in them
      role     Create, change, give and withdraw roles
      token    Create, list and revoke tokens of users
      app      Create, list and revoke applications that act for users
      verify   Check every invariant of a store that no server uses, and say what is wrong
      migrate  Bring a store to the format of this version
      copy     Copy a whole store to an empty one, of the same engine or another
      bench    Measure this build on this machine
      search   Make the index of the search anew
      webhook  Try webhooks out
      help     Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

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

    `relata COMMAND --help` has examples of every command.
    ");
}

#[test]
fn help_of_every_command_has_examples() {
    fn check(command: &mut clap::Command, path: &str) {
        let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
        if names.is_empty() {
            let help = command.render_help().to_string();
            assert!(help.contains("Example"), "relata {path} --help has no example:\n{help}");
        }
        for name in names {
            check(command.find_subcommand_mut(&name).unwrap(), &format!("{path} {name}"));
        }
    }
    let mut command = Cli::command();
    command.clone().debug_assert();
    check(&mut command, "");
}

#[test]
fn exit_codes_are_those_that_the_help_names() {
    let call = |error: CallError| exit_code(&anyhow::Error::from(error).context("POST /x"));
    assert_eq!(call(CallError::Unreachable { url: String::new(), reason: String::new() }), 3);
    assert_eq!(call(CallError::Login { message: String::new() }), 3);
    assert_eq!(call(CallError::Refused { code: 1, message: String::new() }), 1);
    assert_eq!(exit_code(&Invalid(String::new()).into()), 2);
    assert_eq!(exit_code(&anyhow::anyhow!("other")), 1);
}
