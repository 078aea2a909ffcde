//! How the commands that talk to a server find it, and the token that they show it.
//!
//! A token is never an argument: arguments are visible to every user of the machine and stay in the shell's history.

use std::path::{Path, PathBuf};

use super::{Env, Invalid, Secret, process_env};

const DEFAULT_URL: &str = "http://127.0.0.1:8080";
/// Where the server keeps the token of the administrator unless its store has a place of its own.
pub(crate) const DEFAULT_TOKEN_FILE: &str = "relata-data/admin.token";

/// Where the server is, as flags.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
pub(crate) struct ConnectionFlags {
    /// Address of the server.
    #[arg(long, value_name = "URL", help = "Address of the server [env: RELATA_URL] [default: http://127.0.0.1:8080]")]
    pub(crate) url: Option<String>,
    /// File that holds the token; without it the token is RELATA_TOKEN [default: relata-data/admin.token if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

/// A server and the token for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Begins with `http://`, without a slash at the end.
    pub(crate) url: String,
    /// None when none was given; the server then says that it wants one.
    pub(crate) token: Option<Secret>,
}

impl Connection {
    /// Reads the settings of this process.
    pub(crate) fn load(flags: &ConnectionFlags) -> Result<Self, Invalid> {
        Self::read(flags, &process_env, Path::new(DEFAULT_TOKEN_FILE))
    }

    /// Token: the file of the flag, else `RELATA_TOKEN`, else `default_file` when it exists.
    pub(super) fn read(flags: &ConnectionFlags, env: Env<'_>, default_file: &Path) -> Result<Self, Invalid> {
        let url = flags.url.clone().or_else(|| env("RELATA_URL")).unwrap_or_else(|| DEFAULT_URL.to_owned());
        let token = match &flags.token_file {
            Some(path) => Some(read_token(path)?),
            None => match env("RELATA_TOKEN") {
                Some(token) => Some(checked(&token, "RELATA_TOKEN")?),
                None if default_file.exists() => Some(read_token(default_file)?),
                None => None,
            },
        };
        Ok(Self { url: checked_url(&url)?, token })
    }
}

/// Accepts `http://HOST[:PORT][/PATH]` and drops slashes at the end.
fn checked_url(url: &str) -> Result<String, Invalid> {
    let url = url.trim().trim_end_matches('/');
    match url.split_once("://") {
        Some(("http", rest)) if !rest.is_empty() && !rest.contains(char::is_whitespace) => Ok(url.to_owned()),
        Some(("https", _)) => Err(Invalid(format!(
            "{url}: this command speaks plain HTTP only; use it on the server's machine, or through a tunnel"
        ))),
        _ => Err(Invalid(format!("{url:?} is not the address of a server, such as {DEFAULT_URL}"))),
    }
}

fn read_token(path: &Path) -> Result<Secret, Invalid> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Invalid(format!("the token file {shown} cannot be read: {error}")))?;
    checked(&text, &format!("the token file {shown}"))
}

/// Refuses what cannot be sent in a header.
fn checked(text: &str, origin: &str) -> Result<Secret, Invalid> {
    let token = Secret::new(text);
    if token.reveal().is_empty() || !token.reveal().chars().all(|c| c.is_ascii_graphic()) {
        return Err(Invalid(format!("{origin} holds no token: it must be one word of visible ASCII characters")));
    }
    Ok(token)
}
