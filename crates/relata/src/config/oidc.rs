//! The provider of single sign-on that users may sign in at. Environment and file only; they are no flags.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use hyper::Uri;
use serde::Deserialize;

use super::sign_in::Section;
use super::{Invalid, Secret, Sources};
use crate::sign_in::is_this_machine;

/// A provider and whom of it to let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OidcSettings {
    /// Its address.
    pub(crate) issuer: String,
    /// What the provider knows Relata by.
    pub(crate) client_id: String,
    /// None for a client that the provider wants no secret of.
    pub(crate) client_secret: Option<Secret>,
    /// Where browsers come back to, as they see it.
    pub(crate) redirect_url: String,
    /// Certificates that are trusted in place of those that the machine trusts.
    pub(crate) ca_file: Option<PathBuf>,
    /// What people call it.
    pub(crate) title: String,
    /// What is asked for besides `openid`.
    pub(crate) scopes: Vec<String>,
    /// The claim with the name to sign in with.
    pub(crate) user_claim: String,
    /// The claim with the name to show.
    pub(crate) name_claim: String,
    /// The claim with the groups.
    pub(crate) groups_claim: String,
    /// Groups of the provider with the groups here that their members are in.
    pub(crate) groups: BTreeMap<String, String>,
    /// Only addresses of these are let in; all when there are none.
    pub(crate) allowed_domains: Vec<String>,
    /// Only members of these are let in; all when there are none.
    pub(crate) allowed_groups: Vec<String>,
    /// Who is let in for the first time becomes a user.
    pub(crate) create_users: bool,
    /// How long the provider may take.
    pub(crate) time: Duration,
}

/// The section `[oidc]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FileOidc {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret_file: Option<String>,
    redirect_url: Option<String>,
    ca_file: Option<String>,
    title: Option<String>,
    scopes: Option<Vec<String>>,
    user_claim: Option<String>,
    name_claim: Option<String>,
    groups_claim: Option<String>,
    groups: BTreeMap<String, String>,
    allowed_domains: Option<Vec<String>>,
    allowed_groups: Option<Vec<String>>,
    create_users: Option<bool>,
    timeout_seconds: Option<u64>,
}

impl OidcSettings {
    /// Reads the section; the variable of `issuer` is `RELATA_OIDC_ISSUER`, and so on; lists are separated by commas. The
    /// secret is in `RELATA_OIDC_CLIENT_SECRET` or in a file. Groups are in the file only.
    pub(super) fn read(sources: &Sources<'_>, file: FileOidc) -> Result<Option<Self>, Invalid> {
        let section = Section { sources, name: "oidc" };
        let issuer = section.pick("issuer", file.issuer, "").read(web)?;
        if issuer.is_empty() {
            return Ok(None);
        }
        let list = |key: &str, file: Option<Vec<String>>, default: &str| -> Vec<String> {
            let text = section.text(key, file.map(|it| it.join(",")), default);
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        };
        let client_id = section.pick("client_id", file.client_id, "");
        let redirect_url = section.pick("redirect_url", file.redirect_url, "");
        Ok(Some(Self {
            issuer,
            client_id: client_id.read(|it| {
                if it.is_empty() { Err("oidc.client_id is missing".to_owned()) } else { Ok(it.to_owned()) }
            })?,
            client_secret: sources.secret("oidc.client_secret", file.client_secret_file)?,
            redirect_url: redirect_url.read(callback)?,
            ca_file: section.path("ca_file", file.ca_file),
            title: section.text("title", file.title, "Single sign-on"),
            scopes: list("scopes", file.scopes, "profile,email"),
            user_claim: section.text("user_claim", file.user_claim, "preferred_username"),
            name_claim: section.text("name_claim", file.name_claim, "name"),
            groups_claim: section.text("groups_claim", file.groups_claim, "groups"),
            groups: section.groups(file.groups)?,
            allowed_domains: list("allowed_domains", file.allowed_domains, ""),
            allowed_groups: list("allowed_groups", file.allowed_groups, ""),
            create_users: section.yes("create_users", file.create_users)?,
            time: section.seconds("timeout_seconds", file.timeout_seconds, "10")?,
        }))
    }
}

/// An address that nobody in between can read along with: https, or this machine itself; or nothing.
fn web(text: &str) -> Result<String, String> {
    let good = |uri: Uri| match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => true,
        (Some("http"), Some(host)) => is_this_machine(host),
        (_, _) => false,
    };
    if text.is_empty() || text.parse().is_ok_and(good) {
        return Ok(text.to_owned());
    }
    Err(format!("{text:?} is not an address with https, such as https://login.example.org"))
}

/// The address that browsers come back to.
fn callback(text: &str) -> Result<String, String> {
    const PATH: &str = "/api/relata/v1/login/oidc/callback";
    if text.ends_with(PATH) {
        web(text)
    } else {
        Err(format!("oidc.redirect_url is {text:?} and has to end in {PATH}"))
    }
}
