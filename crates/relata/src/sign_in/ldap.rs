//! An LDAP directory: a search for the name, then a bind with the password, on one connection for each sign-in.
//!
//! Referrals are not followed: they would hand passwords to whomever they name.

use std::sync::Arc;

use ldap3::{LdapConnAsync, LdapConnSettings, LdapError, ResultEntry, Scope, SearchEntry, SearchOptions, ldap_escape};
use relata_app::identity::external::{Directory, Person, Place, unreachable};
use relata_model::Result;
use relata_model::store::BoxFut;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_rustls::rustls::ClientConfig;

use super::decided;
use crate::config::{Invalid, LdapSettings};
use crate::tls;

/// Stands in filters for the name that somebody gave, and for the entry that was found.
const USER: &str = "{user}";
const ENTRY: &str = "{dn}";

/// Result codes of LDAP.
const SUCCESS: u32 = 0;
const SIZE_LIMIT_EXCEEDED: u32 = 4;
/// Those that say of a bind that the password is wrong, or may not be used: not this kind of it, wrong, not allowed.
const NOT_LET_IN: [u32; 5] = [19, 48, 49, 50, 53];

/// A directory. Nothing is kept between sign-ins.
pub(crate) struct Ldap {
    settings: LdapSettings,
    tls: Arc<ClientConfig>,
    places: Semaphore,
}

impl Ldap {
    pub(crate) fn new(settings: &LdapSettings) -> std::result::Result<Self, Invalid> {
        let tls =
            tls::with_file(settings.ca_file.as_deref()).map_err(|what| Invalid(format!("ldap.ca_file: {what}")))?;
        Ok(Self { settings: settings.clone(), tls, places: Semaphore::new(settings.connections) })
    }
}

impl Directory for Ldap {
    fn check(&self, user: String, password: Option<String>) -> BoxFut<'_, Result<Option<Person>>> {
        Box::pin(async move {
            let time = self.settings.time;
            match tokio::time::timeout(time, self.ask(&user, password)).await {
                Ok(answer) => answer.map_err(|failure| unreachable(Place::Ldap, failure)),
                Err(_) => Err(unreachable(Place::Ldap, format!("no answer within {} seconds", time.as_secs()))),
            }
        })
    }
}

/// A failure, as a sentence for the log.
type Failure = String;

/// A connection. Dropping it closes it.
struct Connection {
    ldap: ldap3::Ldap,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Ldap {
    async fn ask(&self, user: &str, password: Option<String>) -> std::result::Result<Option<Person>, Failure> {
        let _place = self.places.acquire().await.map_err(|error| error.to_string())?;
        let mut connection = self.connect().await?;
        let Some(entry) = self.find(&mut connection, user).await? else { return Ok(None) };
        let groups = self.groups(&mut connection, &entry).await?;
        // A bind without a password succeeds without a check of anything.
        let Some(password) = password.filter(|it| !it.is_empty()) else { return Ok(None) };
        let answer = connection.ldap.simple_bind(&entry.dn, &password).await.map_err(failed)?;
        match answer.rc {
            SUCCESS => Ok(self.person(&entry, &groups)),
            code if NOT_LET_IN.contains(&code) => Ok(None),
            code => Err(format!("the bind of {:?} is answered with {code} {}", entry.dn, answer.text)),
        }
    }

    /// Connects, and binds as the one who may search.
    async fn connect(&self) -> std::result::Result<Connection, Failure> {
        let settings = LdapConnSettings::new().set_config(Arc::clone(&self.tls)).set_starttls(!self.settings.plain);
        let (wire, ldap) = LdapConnAsync::with_settings(settings, &self.settings.url).await.map_err(failed)?;
        let driver = tokio::spawn(async move {
            if let Err(error) = wire.drive().await {
                tracing::debug!(%error, "the connection to the directory has ended");
            }
        });
        let mut connection = Connection { ldap, driver };
        if let Some((dn, password)) = &self.settings.bind {
            let answer = connection.ldap.simple_bind(dn, password.reveal()).await.map_err(failed)?;
            if answer.rc != SUCCESS {
                return Err(format!("ldap.bind_dn is not let in: {} {}", answer.rc, answer.text));
            }
        }
        Ok(connection)
    }

    /// The only entry with a name.
    async fn find(&self, connection: &mut Connection, user: &str) -> std::result::Result<Option<SearchEntry>, Failure> {
        let settings = &self.settings;
        let filter = settings.user_filter.replace(USER, &ldap_escape(user));
        let attributes = [&settings.user_attribute, &settings.name_attribute, &settings.group_attribute];
        let attributes: Vec<&str> = attributes.into_iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
        // Two are as bad as many.
        let (entries, more) = search(connection, &settings.base, &filter, attributes, 2).await?;
        let mut entries = entries.into_iter();
        match (entries.next(), entries.next(), more) {
            (Some(entry), None, false) => Ok(Some(entry)),
            (None, None, false) => Ok(None),
            _ => {
                tracing::warn!(user, "more than one entry of the directory has this name; nobody is let in");
                Ok(None)
            }
        }
    }

    /// The names of the groups that an entry is in, as the directory writes them.
    async fn groups(
        &self,
        connection: &mut Connection,
        entry: &SearchEntry,
    ) -> std::result::Result<Vec<String>, Failure> {
        let mut groups: Vec<String> = values(entry, &self.settings.group_attribute).to_vec();
        if let Some((base, filter)) = &self.settings.group_search {
            let filter = filter.replace(ENTRY, &ldap_escape(entry.dn.as_str()));
            let (found, more) = search(connection, base, &filter, vec!["1.1"], 0).await?;
            if more {
                return Err("the directory does not show all groups of a user".to_owned());
            }
            groups.extend(found.into_iter().map(|group| group.dn));
        }
        Ok(groups)
    }

    fn person(&self, entry: &SearchEntry, groups: &[String]) -> Option<Person> {
        let settings = &self.settings;
        let Some(user) = values(entry, &settings.user_attribute).first() else {
            tracing::warn!(
                dn = entry.dn,
                attribute = settings.user_attribute,
                "the entry lacks the name to sign in with"
            );
            return None;
        };
        let groups: Vec<String> = groups.iter().map(|it| distinguished(it)).collect();
        Some(Person {
            place: Place::Ldap,
            user: user.clone(),
            subject: String::new(),
            name: values(entry, &settings.name_attribute).first().cloned().unwrap_or_default(),
            groups: decided(&settings.groups, |group| groups.contains(&distinguished(group))),
            create: settings.create_users,
        })
    }
}

/// What a search finds, and whether there is more. References to other directories are left out.
async fn search(
    connection: &mut Connection,
    base: &str,
    filter: &str,
    attributes: Vec<&str>,
    most: i32,
) -> std::result::Result<(Vec<SearchEntry>, bool), Failure> {
    connection.ldap.with_search_options(SearchOptions::new().sizelimit(most));
    let answer = connection.ldap.search(base, Scope::Subtree, filter, attributes).await.map_err(failed)?;
    let ldap3::SearchResult(entries, result) = answer;
    let more = match result.rc {
        SUCCESS => false,
        SIZE_LIMIT_EXCEEDED => true,
        code => return Err(format!("the search below {base:?} is answered with {code} {}", result.text)),
    };
    let is_entry = |entry: &ResultEntry| !entry.is_ref() && !entry.is_intermediate();
    Ok((entries.into_iter().filter(is_entry).map(SearchEntry::construct).collect(), more))
}

/// The values of an attribute, whose name has no case.
fn values<'e>(entry: &'e SearchEntry, attribute: &str) -> &'e [String] {
    let found = entry.attrs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute));
    found.map_or(&[], |(_, values)| values.as_slice())
}

/// A distinguished name in the form that is compared: neither case nor spaces around commas count.
fn distinguished(name: &str) -> String {
    name.split(',').map(str::trim).collect::<Vec<_>>().join(",").to_lowercase()
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn failed(error: LdapError) -> Failure {
    format!("the directory cannot be asked: {error}")
}

#[cfg(test)]
mod tests {
    use super::distinguished;

    #[test]
    fn names_of_groups_are_compared_without_case_and_spaces() {
        assert_eq!(distinguished("CN=Admins, OU=Groups ,dc=Example"), "cn=admins,ou=groups,dc=example");
    }
}
