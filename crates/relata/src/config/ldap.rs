//! The LDAP directory that users may sign in with. Environment and file only; they are no flags.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::sign_in::Section;
use super::{Invalid, Secret, Sources};

/// A directory and what to look for in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LdapSettings {
    /// `ldap://HOST[:PORT]` or `ldaps://HOST[:PORT]`.
    pub(crate) url: String,
    /// Without TLS.
    pub(crate) plain: bool,
    /// Certificates that are trusted in place of those that the machine trusts.
    pub(crate) ca_file: Option<PathBuf>,
    /// Who searches; nobody in particular when there is none.
    pub(crate) bind: Option<(String, Secret)>,
    /// Where users are searched.
    pub(crate) base: String,
    /// Which entry a user is; `{user}` stands for the name.
    pub(crate) user_filter: String,
    /// The attribute with the name to sign in with.
    pub(crate) user_attribute: String,
    /// The attribute with the name to show.
    pub(crate) name_attribute: String,
    /// The attribute of a user with the groups.
    pub(crate) group_attribute: String,
    /// Where groups are searched, and which; `{dn}` stands for the user's entry.
    pub(crate) group_search: Option<(String, String)>,
    /// Groups of the directory with the groups here that their members are in.
    pub(crate) groups: BTreeMap<String, String>,
    /// Who is let in for the first time becomes a user.
    pub(crate) create_users: bool,
    /// How long a sign-in may take.
    pub(crate) time: Duration,
    /// Connections at the most.
    pub(crate) connections: usize,
}

/// The section `[ldap]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FileLdap {
    url: Option<String>,
    plain: Option<bool>,
    ca_file: Option<String>,
    bind_dn: Option<String>,
    bind_password_file: Option<String>,
    base: Option<String>,
    user_filter: Option<String>,
    user_attribute: Option<String>,
    name_attribute: Option<String>,
    group_attribute: Option<String>,
    group_base: Option<String>,
    group_filter: Option<String>,
    groups: BTreeMap<String, String>,
    create_users: Option<bool>,
    timeout_seconds: Option<u64>,
    connections: Option<u64>,
}

impl LdapSettings {
    /// Reads the section; the variable of `url` is `RELATA_LDAP_URL`, and so on. The password of `bind_dn` is in
    /// `RELATA_LDAP_BIND_PASSWORD` or in a file. Groups are in the file only.
    pub(super) fn read(sources: &Sources<'_>, file: FileLdap) -> Result<Option<Self>, Invalid> {
        let section = Section { sources, name: "ldap" };
        let url = section.pick("url", file.url, "").read(address)?;
        if url.is_empty() {
            return Ok(None);
        }
        let bind_dn = section.text("bind_dn", file.bind_dn, "");
        let password = sources.secret("ldap.bind_password", file.bind_password_file)?;
        let bind = match (bind_dn.is_empty(), password) {
            (true, None) => None,
            (false, Some(password)) => Some((bind_dn, password)),
            // A bind without a password would be one as nobody in particular.
            (_, _) => return Err(Invalid("ldap.bind_dn and its password: give both or none".to_owned())),
        };
        let base = section.text("base", file.base, "");
        let group_base = section.text("group_base", file.group_base, &base);
        let group_filter = section.pick("group_filter", file.group_filter, "");
        let group_filter =
            group_filter.read(|it| if it.is_empty() { Ok(String::new()) } else { filter(it, "{dn}") })?;
        let user_filter = section.pick("user_filter", file.user_filter, "(&(objectClass=person)(uid={user}))");
        Ok(Some(Self {
            plain: section.yes("plain", file.plain)?,
            ca_file: section.path("ca_file", file.ca_file),
            bind,
            user_filter: user_filter.read(|it| filter(it, "{user}"))?,
            user_attribute: section.text("user_attribute", file.user_attribute, "uid"),
            name_attribute: section.text("name_attribute", file.name_attribute, "cn"),
            group_attribute: section.text("group_attribute", file.group_attribute, "memberOf"),
            group_search: (!group_filter.is_empty()).then_some((group_base, group_filter)),
            groups: section.groups(file.groups)?,
            create_users: section.yes("create_users", file.create_users)?,
            time: section.seconds("timeout_seconds", file.timeout_seconds, "5")?,
            connections: section.number("connections", file.connections, "8")?,
            url,
            base,
        }))
    }
}

/// An address with a host, or nothing.
fn address(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("ldap://").or_else(|| text.strip_prefix("ldaps://"));
    let good = |host: &str| !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(c));
    if text.is_empty() || host.is_some_and(good) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not the address of a directory, such as ldaps://ldap.example.org"))
}

/// A filter that holds a place for what is looked for, and can be read.
fn filter(text: &str, place: &str) -> Result<String, String> {
    if !text.contains(place) {
        return Err(format!("{text:?} lacks {place}"));
    }
    if ldap3::parse_filter(text.replace(place, "x")).is_err() {
        return Err(format!("{text:?} is not a filter, such as (&(objectClass=person)(uid={{user}}))"));
    }
    Ok(text.to_owned())
}
