//! Settings, and where they come from: a flag, else an environment variable, else the configuration file, else a default.
//!
//! The only place that reads the environment. It decides nothing but what the settings are: it opens no store, binds no
//! port and prints nothing. Every error names the flag, the variable or the file and key that is wrong.

mod connection;
mod ldap;
mod limits;
mod oidc;
mod sign_in;
mod store;
mod webhooks;

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub(crate) use connection::{Connection, ConnectionFlags, DEFAULT_TOKEN_FILE};
use ipnet::IpNet;
pub(crate) use ldap::LdapSettings;
pub(crate) use limits::Limits;
pub(crate) use oidc::OidcSettings;
use serde::Deserialize;
pub(crate) use store::{Postgres, Store};
pub(crate) use webhooks::Webhooks;

/// Reads an environment variable; tests give their own.
pub(crate) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The environment of this process. An empty variable counts as not set.
pub(crate) fn process_env(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()).filter(|value| !value.is_empty())
}

/// A setting that cannot be used: the sentence names where it comes from.
#[derive(Debug)]
pub(crate) struct Invalid(pub(crate) String);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Invalid {}

/// A text that must not be shown: its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl Secret {
    /// Takes a text as a secret; white space at the ends is dropped, since files end in a newline.
    pub(crate) fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text, for the one place that needs it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

const DEFAULT_FILE: &str = "relata.toml";
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const DEFAULT_STORE: &str = "sqlite:./relata-data/relata.db";
const DEFAULT_LOG: &str = "info";

/// Settings of the server as flags. Each has an environment variable and a key in the file, too.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
pub(crate) struct Flags {
    /// Configuration file [env: RELATA_CONFIG] [default: ./relata.toml if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address and port to listen on; port 0 takes a free one [env: RELATA_LISTEN] [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: Option<String>,
    /// Where the records are kept: sqlite:PATH or postgres://USER@HOST/DATABASE [env: RELATA_STORE] [default:
    /// sqlite:./relata-data/relata.db]
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<Secret>,
    /// Networks whose identity headers count, separated by commas [env: RELATA_TRUST_HEADERS] [default: none]
    #[arg(long, value_name = "CIDR,...")]
    pub(crate) trust_headers: Option<String>,
    /// What browsers have before every path, such as /cmdb [env: RELATA_BASE_PATH] [default: none]
    #[arg(long, value_name = "PATH")]
    pub(crate) base_path: Option<String>,
    /// What is logged: a level, or targets with levels [env: RELATA_LOG] [default: info]
    #[arg(long, value_name = "FILTER")]
    pub(crate) log: Option<String>,
}

/// Which store, as flags of the commands that need nothing else of the settings.
#[derive(Clone, Debug, Default, clap::Args)]
#[expect(clippy::doc_markdown, reason = "the comments of arguments are the help text, which has no markup")]
pub(crate) struct StoreFlags {
    /// Where the records are kept: sqlite:PATH or postgres://USER@HOST/DATABASE [env: RELATA_STORE] [default:
    /// sqlite:./relata-data/relata.db]
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<Secret>,
    /// Configuration file [env: RELATA_CONFIG] [default: ./relata.toml if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl StoreFlags {
    /// As flags of a server.
    pub(crate) fn all(&self) -> Flags {
        Flags { store: self.store.clone(), config: self.config.clone(), ..Flags::default() }
    }
}

/// Settings of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// Address and port to listen on; port 0 takes a free one.
    pub(crate) listen: SocketAddr,
    /// Where the records are kept.
    pub(crate) store: Store,
    /// Folder of the index of the search; none when nothing is said.
    pub(crate) search_dir: Option<PathBuf>,
    /// What only the PostgreSQL engine wants to know.
    pub(crate) postgres: Postgres,
    /// Networks whose identity headers are believed. None by default.
    pub(crate) trust_headers: Vec<IpNet>,
    /// What browsers have before every path; empty for nothing.
    pub(crate) base_path: String,
    /// How large things may be.
    pub(crate) limits: Limits,
    /// Requests a second that each token may send, by endpoint; `*` for all together. None by default.
    pub(crate) rates: Vec<(String, u32)>,
    /// Where webhooks may be sent to, and how often.
    pub(crate) webhooks: Webhooks,
    /// The directory that users may sign in with.
    pub(crate) ldap: Option<LdapSettings>,
    /// The provider that users may sign in at.
    pub(crate) oidc: Option<OidcSettings>,
    /// Filter of the log.
    pub(crate) log: String,
    /// Token of the administrator on the first start; from the environment only (`RELATA_ADMIN_TOKEN`).
    pub(crate) admin_token: Option<Secret>,
    /// Socket of the service manager that wants to know when the server is ready; from the environment only
    /// (`NOTIFY_SOCKET`).
    pub(crate) notify_socket: Option<PathBuf>,
}

/// The configuration file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Option<String>,
    store: Option<String>,
    search_dir: Option<String>,
    trust_headers: Option<Vec<String>>,
    base_path: Option<String>,
    log: Option<String>,
    limits: limits::FileLimits,
    rates: BTreeMap<String, u32>,
    postgres: store::FilePostgres,
    webhooks: webhooks::FileWebhooks,
    ldap: ldap::FileLdap,
    oidc: oidc::FileOidc,
}

/// A value together with the place it comes from, for the error that names it.
struct Setting {
    origin: String,
    value: String,
}

impl Setting {
    /// Reads the value; `parse` gives the rest of the sentence that begins with the origin.
    fn read<T>(&self, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, Invalid> {
        parse(&self.value).map_err(|what| Invalid(format!("{}: {what}", self.origin)))
    }
}

/// The three places that a setting can come from.
struct Sources<'a> {
    env: Env<'a>,
    /// Name of the file, for errors.
    file: String,
}

impl Sources<'_> {
    /// The first of flag, environment, file and default that has the setting `key`.
    fn pick(&self, key: &str, flag: Option<&str>, file: Option<String>, default: &str) -> Setting {
        let variable = variable(key);
        let from_flag = || flag.map(|value| (format!("--{}", key.replace('_', "-")), value.to_owned()));
        let from_env = || (self.env)(&variable).map(|value| (variable.clone(), value));
        let from_file = || file.map(|value| (format!("{}: {key}", self.file), value));
        let (origin, value) = from_flag()
            .or_else(from_env)
            .or_else(from_file)
            .unwrap_or_else(|| ("default".to_owned(), default.to_owned()));
        Setting { origin, value }
    }

    /// A secret: the environment variable of `key`, else what is in the file that `KEY_file` names.
    fn secret(&self, key: &str, file: Option<String>) -> Result<Option<Secret>, Invalid> {
        if let Some(secret) = (self.env)(&variable(key)) {
            return Ok(Some(Secret::new(&secret)));
        }
        let named = self.pick(&format!("{key}_file"), None, file, "");
        if named.value.is_empty() {
            return Ok(None);
        }
        let secret = named.read(|path| {
            let text = std::fs::read_to_string(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
            Some(Secret::new(&text)).filter(|it| !it.reveal().is_empty()).ok_or_else(|| format!("{path} is empty"))
        })?;
        Ok(Some(secret))
    }
}

/// The environment variable of a key: `limits.link_batch` is `RELATA_LIMITS_LINK_BATCH`.
fn variable(key: &str) -> String {
    format!("RELATA_{}", key.replace('.', "_").to_uppercase())
}

impl Config {
    /// Reads the settings of this process.
    pub(crate) fn load(flags: &Flags) -> Result<Self, Invalid> {
        Self::read(flags, &process_env, Path::new(DEFAULT_FILE))
    }

    /// Reads the settings from the given environment; `default_file` is used when it exists and none is named.
    fn read(flags: &Flags, env: Env<'_>, default_file: &Path) -> Result<Self, Invalid> {
        let named = flags.config.clone().or_else(|| env("RELATA_CONFIG").map(PathBuf::from));
        let (path, file) = match named {
            Some(path) => (path.clone(), read_file(&path)?),
            None if default_file.exists() => (default_file.to_owned(), read_file(default_file)?),
            None => (default_file.to_owned(), File::default()),
        };
        let sources = Sources { env, file: path.display().to_string() };
        let networks = file.trust_headers.map(|networks| networks.join(","));
        let rates: Vec<String> = file.rates.iter().map(|(name, rate)| format!("{name}={rate}")).collect();
        let rates = rates.join(",");
        Ok(Self {
            listen: sources.pick("listen", flags.listen.as_deref(), file.listen, DEFAULT_LISTEN).read(address)?,
            store: sources
                .pick("store", flags.store.as_ref().map(Secret::reveal), file.store, DEFAULT_STORE)
                .read(Store::parse)?,
            search_dir: Some(sources.pick("search_dir", None, file.search_dir, "").value)
                .filter(|folder| !folder.is_empty())
                .map(PathBuf::from),
            postgres: Postgres::read(&sources, &file.postgres)?,
            trust_headers: sources.pick("trust_headers", flags.trust_headers.as_deref(), networks, "").read(cidrs)?,
            base_path: sources.pick("base_path", flags.base_path.as_deref(), file.base_path, "").read(base_path)?,
            limits: Limits::read(&sources, &file.limits)?,
            rates: sources.pick("rates", None, Some(rates), "").read(limits::rates)?,
            webhooks: Webhooks::read(&sources, file.webhooks)?,
            ldap: LdapSettings::read(&sources, file.ldap)?,
            oidc: OidcSettings::read(&sources, file.oidc)?,
            log: sources.pick("log", flags.log.as_deref(), file.log, DEFAULT_LOG).value,
            admin_token: env("RELATA_ADMIN_TOKEN").map(|token| Secret::new(&token)),
            notify_socket: env("NOTIFY_SOCKET").map(PathBuf::from),
        })
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{text:?} is not an address with a port, such as {DEFAULT_LISTEN}"))
}

/// The beginning of a path, without the slash at its end.
fn base_path(text: &str) -> Result<String, String> {
    let path = text.trim_end_matches('/');
    let is_plain =
        |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    let is_path = path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_plain));
    let refused = || format!("{text:?} is not a path of letters, digits, - and _, such as /cmdb");
    if path.is_empty() || is_path { Ok(path.to_owned()) } else { Err(refused()) }
}

/// A number of at least 1.
fn from_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number >= 1).ok_or_else(|| format!("{text:?} is not a whole number from 1"))
}

/// Networks separated by commas; a bare address is a network of one.
fn cidrs(text: &str) -> Result<Vec<IpNet>, String> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let one = || part.parse::<std::net::IpAddr>().map(IpNet::from);
            part.parse().or_else(|_| one()).map_err(|_| format!("{part:?} is not a network, such as 10.0.0.0/8"))
        })
        .collect()
}

/// Reads a configuration file. A key that no setting has is an error: it is a misspelt one.
fn read_file(path: &Path) -> Result<File, Invalid> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| Invalid(format!("{shown} cannot be read: {error}")))?;
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        Invalid(format!("{shown}, line {}: {}", before.matches('\n').count() + 1, error.message().replace('\n', " ")))
    })
}

#[cfg(test)]
mod tests;
