//! Where users sign in that are not local: the connections to a directory and to a provider. Whom they let in is decided in
//! `relata-app`.

mod fetch;
mod ldap;
mod oidc;

use std::collections::BTreeMap;
use std::sync::Arc;

use relata_http::SignIn;

use crate::config::{Config, Invalid};
pub(crate) use fetch::is_this_machine;
use ldap::Ldap;
use oidc::Oidc;

/// What the settings name. Nothing is connected to before somebody signs in.
/// `random` is for what cannot be guessed.
pub(crate) fn of(config: &Config, random: [u8; 32]) -> Result<SignIn, Invalid> {
    let directory = config.ldap.as_ref().map(Ldap::new).transpose()?;
    let provider = config.oidc.as_ref().map(|it| Oidc::new(it, random)).transpose()?;
    Ok(SignIn { directory: directory.map(|it| Arc::new(it) as _), provider: provider.map(|it| Arc::new(it) as _) })
}

/// Whether somebody is in each of our groups, by groups of the place where they signed in.
fn decided(groups: &BTreeMap<String, String>, is_in: impl Fn(&str) -> bool) -> BTreeMap<String, bool> {
    let mut decided = BTreeMap::new();
    for (theirs, ours) in groups {
        *decided.entry(ours.clone()).or_insert(false) |= is_in(theirs);
    }
    decided
}
