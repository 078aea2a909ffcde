//! People whom somebody else vouches for: a directory that keeps their passwords, or a provider where they have signed in.
//!
//! Who that is and how it is asked is the binary's business; here is whom they are to Relata. A user belongs to one place:
//! nobody becomes a local user, or one of another place, by having the same name there.

use super::attempt::Marks;
use super::{User, check_word, roles, secret, session, update};
use crate::app::App;
use crate::call::Call;
use crate::endpoint;
use crate::permission::Granted;
use crate::repo::{self, Stored};
use jiff::SignedDuration;
use relata_model::store::BoxFut;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a user signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Here, with a password or tokens that Relata keeps hashes of.
    #[default]
    Local,
    /// With the password that an LDAP directory keeps.
    Ldap,
    /// At a provider of single sign-on.
    Oidc,
}

impl Place {
    pub(super) fn is_local(self) -> bool {
        self == Self::Local
    }
}

/// Somebody who has proved at another place who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Where.
    pub place: Place,
    /// Name to sign in with.
    pub user: String,
    /// What the place knows them by for ever, when names may pass on to others; else empty.
    pub subject: String,
    /// Name to show.
    pub name: String,
    /// Whether they are in these groups. Groups that are not named stay as they are.
    pub groups: BTreeMap<String, bool>,
    /// Who is not known here yet becomes a user.
    pub create: bool,
}

/// A directory that checks passwords.
pub trait Directory: Send + Sync {
    /// Who has this name and this password; nobody when one of them is wrong. Without a password it only does the work that
    /// it takes to find the name. An error when the directory cannot be asked.
    fn check(&self, user: String, password: Option<String>) -> BoxFut<'_, Result<Option<Person>>>;
}

/// A provider where people sign in on a page of its own.
pub trait Provider: Send + Sync {
    /// What attempts are signed with; all servers that browsers may come back to have the same.
    fn key(&self) -> &[u8];
    /// What people call it.
    fn title(&self) -> &str;
    /// Where a browser has to go to.
    fn address(&self, marks: Marks) -> BoxFut<'_, Result<String>>;
    /// Who has come back with this code, from an issuer that may name itself.
    fn person(&self, code: String, issuer: Option<String>, marks: Marks) -> BoxFut<'_, Result<Person>>;
}

/// An error that says that the place cannot be asked; `detail` is for the log.
pub fn unreachable(place: Place, detail: impl Into<String>) -> Error {
    let hint = match place {
        Place::Local => "the store does not answer",
        Place::Ldap => "the directory that keeps passwords cannot be asked now; local users and tokens are let in",
        Place::Oidc => "the sign-in provider cannot be asked now; local users and tokens are let in",
    };
    Error::new(Code::AuthCheckFailed).hint(hint).detail(detail)
}

/// What a sign-in with this name has to ask.
#[derive(Debug, Default)]
pub struct Known {
    /// What is kept of a local password; empty for none.
    pub password: String,
    /// Whether the directory may let this name in: a user of it, or nobody yet.
    pub ask_directory: bool,
}

/// Looks up what to ask for a name. A name that none may have has nothing.
pub async fn known(app: &Arc<App>, user: &str) -> Result<Known> {
    if check_word("user", user).is_err() {
        return Ok(Known::default());
    }
    let user = user.to_owned();
    endpoint::system_read(app, move |call| {
        let user = user.clone();
        Box::pin(async move {
            // A directory takes many texts for the same name; attempts are counted for each text.
            let plain = user.is_ascii();
            let Some(user) = User::by_key(call, &user).await?.map(|it| it.entity) else {
                return Ok(Known { ask_directory: plain, ..Known::default() });
            };
            let ask_directory = plain && user.place == Place::Ldap && !user.revoked;
            let password = if user.revoked || !user.place.is_local() { String::new() } else { user.password };
            Ok(Known { password, ask_directory })
        })
    })
    .await
}

/// Opens a session of somebody who was found right just now, as a new user where that is allowed; returns its secret text.
/// Whoever may not come in gets 1199048; its detail says why.
pub async fn open(app: &Arc<App>, person: Person, life: SignedDuration) -> Result<String> {
    check_word("user", &person.user)
        .map_err(|_| refused(&format!("{:?} cannot be the name of a user", person.user)))?;
    let text = secret::new(&app.environment);
    let made = text.clone();
    let actor = person.user.clone();
    let outcome = endpoint::system_as(app, &actor, move |call, ok| {
        let (person, text) = (person.clone(), text.clone());
        Box::pin(async move {
            let user = admit(call, ok, &person).await?;
            for (group, member) in &person.groups {
                roles::join_or_leave(call, ok, group, &person.user, *member).await?;
            }
            session::begin(call, ok, &user, &text, life).await
        })
    })
    .await;
    // Groups, and so rights, may have changed.
    app.logins.forget();
    outcome.map(|()| made)
}

fn refused(why: &str) -> Error {
    Error::new(Code::Unauthenticated).detail(why)
}

/// The user who this person is.
async fn admit(call: &mut Call<'_>, ok: Granted, person: &Person) -> Result<User> {
    let Some(old) = User::by_key(call, &person.user).await? else {
        if !person.create {
            return Err(refused("there is no such user, and new ones are not made"));
        }
        return create(call, ok, person).await;
    };
    let user = &old.entity;
    if user.revoked {
        return Err(refused("the user is revoked"));
    }
    if user.place != person.place {
        return Err(refused("the user signs in at another place"));
    }
    if !user.subject.is_empty() && user.subject != person.subject {
        return Err(refused("the name belongs to somebody else at the provider"));
    }
    let name = if person.name.is_empty() { user.name.clone() } else { person.name.clone() };
    let new = User { name, subject: person.subject.clone(), ..user.clone() };
    if new.name != user.name || new.subject != user.subject {
        update(call, ok, &old, &new).await?;
    }
    Ok(new)
}

async fn create(call: &mut Call<'_>, ok: Granted, person: &Person) -> Result<User> {
    let user = User {
        login: person.user.clone(),
        name: person.name.clone(),
        place: person.place,
        subject: person.subject.clone(),
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..User::default()
    };
    match repo::create(call, ok, user).await {
        Ok(user) => Ok(user),
        // Another process may have made the same user since the look above; then this one begins anew.
        Err(error) => {
            let made: Option<Stored<User>> = User::by_key(call, &person.user).await?;
            Err(if made.is_some() { Error::new(Code::Conflict) } else { error })
        }
    }
}

/// 1199006 unless a group may be named so and its members may be decided elsewhere.
pub fn check_group(name: &str) -> Result<()> {
    check_word("name", name)?;
    if name == roles::EVERYBODY { roles::changeable(true) } else { Ok(()) }
}
