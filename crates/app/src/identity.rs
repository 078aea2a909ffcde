//! Who may call: users, their access tokens, and applications that act for users (Relata's own API); and by which roles.
//!
//! A secret is random, at least 190 bits of it, is shown once when it is made, and is kept as a SHA-256 hash only: what is
//! stored lets nobody in. Users, tokens and applications are not deleted; what is revoked stays as a record of what it was.
//! Passwords are chosen by people, so they are kept by a slow hash ([`password`]); one gives a session, which is a token
//! that ends by itself ([`session`]).

mod admin;
pub mod attempt;
pub mod external;
mod login;
pub mod password;
pub mod roles;
mod secret;
pub mod session;

pub use admin::ensure_admin;
pub(crate) use login::Logins;
pub use login::{AppSecret, Credentials, authenticate, note_uses};
pub(crate) use roles::{Group, Role};

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Document, Number};
use crate::models::{self, Found};
use crate::permission::{Granted, Resource, Scope};
use crate::repo::{self, Entity, Key, Stored};
use external::Place;
use ipnet::IpNet;
use jiff::SignedDuration;
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

crate::endpoints! { Relata;
    /// Create a user, or bring back a revoked one (whose tokens stay revoked).
    relata_create_user = POST "/users/create", Administrate, Write => create_user;
    /// Search users.
    relata_search_user = POST "/users/search", Administrate, Read => search_users;
    /// Revoke a user with all tokens; the last administrator stays.
    relata_revoke_user = POST "/users/revoke", Administrate, Write => revoke_user;
    /// Set the password of a user and end their sessions. `hash` is the password's slow hash, as the command line makes it.
    relata_set_password = POST "/users/set_password", Administrate, Write => set_password;
    /// Create a token of a user; the answer shows it, this once.
    ///
    /// `scope` is `read`, `write` or `admin` (the default: all that the user may do); `expires` is a time, or `days` from
    /// now; `networks` are the networks (CIDR) that it may be shown from.
    relata_create_token = POST "/tokens/create", Administrate, Write => create_token;
    /// Search tokens, of one user or of all.
    relata_search_token = POST "/tokens/search", Administrate, Read => search_tokens;
    /// Revoke a token.
    relata_revoke_token = POST "/tokens/revoke", Administrate, Write => revoke_token;
    /// Register an application, or a revoked one again; the answer shows its secret, this once.
    relata_create_app = POST "/apps/create", Administrate, Write => create_app;
    /// Search applications.
    relata_search_app = POST "/apps/search", Administrate, Read => search_apps;
    /// Revoke an application.
    relata_revoke_app = POST "/apps/revoke", Administrate, Write => revoke_app;
}

/// Stands for every user in [`Application::may_act_for`].
const ANYBODY: &str = "*";

/// A person or program that may call.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct User {
    /// Numeric id.
    id: i64,
    /// Unique.
    #[serde(rename = "user")]
    login: String,
    /// Display name.
    name: String,
    /// May do everything, administration included.
    admin: bool,
    /// Names of roles.
    roles: Vec<String>,
    /// What [`password::derive`] made of the password; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schemars(skip)]
    password: String,
    /// Where the user signs in.
    place: Place,
    /// What that place knows the user by for ever; empty until the first sign-in, and where there is no such thing.
    #[serde(skip_serializing_if = "String::is_empty")]
    subject: String,
    /// May not call any more.
    revoked: bool,
    /// Who created it.
    creator: String,
    /// When it was created.
    create_time: String,
}

/// An access token.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Token {
    /// Numeric id.
    id: i64,
    /// Whose it is.
    user: String,
    /// What it is for.
    name: String,
    /// Of the token's text, as hexadecimal digits.
    #[schemars(skip)]
    hash: String,
    /// What it may be used for.
    scope: Scope,
    /// When it ends (RFC 3339); empty for never.
    expires: String,
    /// Networks that it may be shown from; empty for all.
    networks: Vec<String>,
    /// It is a session, which a password has opened.
    session: bool,
    /// When it was used last, an hour more or less; empty for never.
    last_used: String,
    /// Is not taken any more.
    revoked: bool,
    /// Who created it.
    creator: String,
    /// When it was created.
    create_time: String,
}

/// An application that acts for users.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Application {
    /// Numeric id.
    id: i64,
    /// Unique.
    #[serde(rename = "bk_app_code")]
    code: String,
    /// Display name.
    name: String,
    /// User names, or [`ANYBODY`].
    may_act_for: Vec<String>,
    /// Of the secret's text, as hexadecimal digits.
    #[schemars(skip)]
    hash: String,
    /// May not call any more.
    revoked: bool,
    /// Who created it.
    creator: String,
    /// When it was created.
    create_time: String,
}

/// Makes a record of this domain an [`Entity`] with one unique key.
macro_rules! entity {
    ($type:ident, $table:ident, $resource:ident, $rule:ident, $label:literal, $key:ident, $name:ident) => {
        repo::entity! { $type: $table, $resource,
            name |it| it.$name.as_str(),
            scope |_| "",
            keys |it| vec![<$type>::key(&it.$key)]
        }

        impl $type {
            /// The unique key with this value.
            fn key(value: &str) -> Key {
                Key::new(rule::$rule, $label, [value])
            }

            /// The record with this unique value.
            pub(in crate::identity) async fn by_key(call: &mut Call<'_>, value: &str) -> Result<Option<Stored<Self>>> {
                match repo::holder(call, &Self::key(value)).await? {
                    Some(id) => repo::get(call, id).await,
                    None => Ok(None),
                }
            }
        }
    };
}

use entity;

entity!(User, Users, User, USER_NAME, "user", login, login);
entity!(Token, Tokens, Token, TOKEN_HASH, "token", hash, name);
entity!(Application, Applications, Application, APPLICATION_CODE, "bk_app_code", code, code);

/// All inputs here touch the system as a whole.
macro_rules! system_inputs {
    ($($type:ident),*) => { $(
        impl Input for $type {
            fn resources(&self) -> Vec<Resource> {
                vec![Resource::System]
            }
        }
    )* };
}

use system_inputs;

system_inputs!(Everything, CreateUser, NamedUser, SetPassword, CreateToken, TokensOf, TokenId, CreateApp, AppCode);

/// No condition.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Everything {}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CreateUser {
    /// Name to sign in with: one word.
    user: String,
    /// Display name.
    name: String,
    /// May do everything, administration included.
    admin: bool,
    /// Where the user signs in: `local` (the default), `ldap` or `oidc`.
    place: Place,
}

/// Who was created.
#[derive(Debug, Serialize, JsonSchema)]
struct CreatedUser {
    /// Name to sign in with.
    user: String,
}

async fn create_user(call: &mut Call<'_>, ok: Granted, input: &CreateUser) -> Result<CreatedUser> {
    check_word("user", &input.user)?;
    let user = User {
        login: input.user.clone(),
        name: input.name.clone(),
        admin: input.admin,
        place: input.place,
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..User::default()
    };
    put(call, ok, user, |user| user.revoked).await?;
    Ok(CreatedUser { user: input.user.clone() })
}

async fn search_users(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<Document<User>>> {
    search(call, Filter::everything()).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct NamedUser {
    /// Name of the user.
    user: String,
}

async fn revoke_user(call: &mut Call<'_>, ok: Granted, input: &NamedUser) -> Result<()> {
    let old = existing_user(call, &input.user).await?;
    if old.entity.admin && !other_administrator(call, &input.user).await? {
        return Err(Error::refers_to_nothing("user").hint("the last administrator cannot be revoked"));
    }
    let new = User { revoked: true, ..old.entity.clone() };
    update(call, ok, &old, &new).await?;
    roles::leave_groups(call, ok, &input.user).await?;
    revoke_tokens(call, ok, &input.user, |_| true).await
}

/// Revokes those tokens of a user.
async fn revoke_tokens(call: &mut Call<'_>, ok: Granted, user: &str, which: fn(&Token) -> bool) -> Result<()> {
    for old in repo::find::<Token>(call, Filter::equal("user", user)).await? {
        if !old.entity.revoked && which(&old.entity) {
            let new = Token { revoked: true, ..old.entity.clone() };
            update(call, ok, &old, &new).await?;
        }
    }
    Ok(())
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct SetPassword {
    /// Name of the user.
    user: String,
    /// Slow hash of the password.
    hash: String,
}

async fn set_password(call: &mut Call<'_>, ok: Granted, input: &SetPassword) -> Result<()> {
    if !password::is_derived(&input.hash) {
        return Err(Error::invalid("hash").hint("it is not what `relata user password` sends"));
    }
    change_password(call, ok, &input.user, &input.hash).await
}

/// Gives a user another password, and ends the sessions that the one before has opened.
async fn change_password(call: &mut Call<'_>, ok: Granted, user: &str, hash: &str) -> Result<()> {
    let old = existing_user(call, user).await?;
    if !old.entity.place.is_local() {
        return Err(Error::invalid("user").hint("the password of this user is not kept here"));
    }
    let new = User { password: hash.to_owned(), ..old.entity.clone() };
    update(call, ok, &old, &new).await?;
    revoke_tokens(call, ok, user, |token| token.session).await
}

async fn other_administrator(call: &mut Call<'_>, user: &str) -> Result<bool> {
    let users = repo::find::<User>(call, Filter::everything()).await?;
    Ok(users.iter().any(|it| it.entity.admin && !it.entity.revoked && it.entity.login != user))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"user": "ann", "name": "backup script", "scope": "read", "days": 90, "networks": ["10.0.0.0/8"]}]))]
struct CreateToken {
    /// Name of the user.
    user: String,
    /// What the token is for.
    name: String,
    /// What it may be used for; `admin` is all that the user may do.
    scope: Scope,
    /// When it ends (RFC 3339); empty for never.
    expires: String,
    /// In how many days it ends, in place of `expires`; 0 for never.
    days: i64,
    /// Networks that it may be shown from, such as `10.0.0.0/8`; empty for all.
    networks: Vec<String>,
}

/// A new token.
#[derive(Debug, Serialize, JsonSchema)]
struct CreatedToken {
    /// Numeric id.
    id: i64,
    /// Whose it is.
    user: String,
    /// Its text, which is shown this once.
    token: String,
    /// What it may be used for.
    scope: Scope,
    /// When it ends (RFC 3339); empty for never.
    expires: String,
}

async fn create_token(call: &mut Call<'_>, ok: Granted, input: &CreateToken) -> Result<CreatedToken> {
    existing_user(call, &input.user).await?;
    let text = secret::new(&call.app.environment);
    let new = Token {
        name: input.name.clone(),
        scope: input.scope,
        expires: end_of(call, input)?,
        networks: input.networks.clone(),
        ..Token::default()
    };
    check_networks(&new.networks)?;
    let token = add_token(call, ok, &input.user, &text, new).await?;
    Ok(CreatedToken { id: token.id, user: token.user, token: text, scope: token.scope, expires: token.expires })
}

/// Longest life that `days` may give.
const MOST_DAYS: i64 = 36_500;

/// When a new token ends: empty for never. 1199006 for what is no time, or lies in the past.
fn end_of(call: &Call<'_>, input: &CreateToken) -> Result<String> {
    let end = match (input.expires.as_str(), input.days) {
        ("", 0) => return Ok(String::new()),
        ("", days) if (1..=MOST_DAYS).contains(&days) => call.now + SignedDuration::from_hours(24 * days),
        ("", _) => return Err(Error::invalid("days").hint(format!("it is a number from 1 to {MOST_DAYS}"))),
        (text, 0) => text
            .parse::<jiff::Timestamp>()
            .map_err(|_| Error::invalid("expires").hint("such as 2030-01-31T12:00:00Z"))?,
        (_, _) => return Err(Error::invalid("days").hint("give either expires or days")),
    };
    if end <= call.now { Err(Error::invalid("expires").hint("it is over already")) } else { Ok(end.to_string()) }
}

/// 1199006 unless all are networks, such as 10.0.0.0/8.
fn check_networks(networks: &[String]) -> Result<()> {
    let wrong = networks.iter().find(|it| it.parse::<IpNet>().is_err());
    wrong.map_or(Ok(()), |it| Err(Error::invalid("networks").hint(format!("{it:?} is no network such as 10.0.0.0/8"))))
}

/// Stores a token of a user by its hash.
async fn add_token(call: &mut Call<'_>, ok: Granted, user: &str, text: &str, new: Token) -> Result<Token> {
    let token = Token {
        user: user.to_owned(),
        hash: login::hash(text),
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..new
    };
    repo::create(call, ok, token).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct TokensOf {
    /// Name of the user; empty for all.
    user: String,
}

async fn search_tokens(call: &mut Call<'_>, _ok: Granted, input: &TokensOf) -> Result<Found<Document<Token>>> {
    let all = input.user.is_empty();
    let filter = if all { Filter::everything() } else { Filter::equal("user", input.user.as_str()) };
    search(call, filter).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct TokenId {
    /// Numeric id of the token.
    id: Number,
}

async fn revoke_token(call: &mut Call<'_>, ok: Granted, input: &TokenId) -> Result<()> {
    let id = input.id.required(Code::ParamNotInteger, "id")?;
    let old = repo::get::<Token>(call, id).await?.ok_or_else(|| Error::refers_to_nothing("id"))?;
    let new = Token { revoked: true, ..old.entity.clone() };
    update(call, ok, &old, &new).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"bk_app_code": "jobs", "name": "Jobs", "may_act_for": ["ann"]}]))]
struct CreateApp {
    /// The name that it shows, `bk_app_code`.
    #[serde(rename = "bk_app_code")]
    code: String,
    /// Display name.
    name: String,
    /// Names of the users for whom it may call; `*` for everybody.
    may_act_for: Vec<String>,
}

/// A new application.
#[derive(Debug, Serialize, JsonSchema)]
struct CreatedApp {
    /// The name that it shows.
    #[serde(rename = "bk_app_code")]
    code: String,
    /// Its secret, which is shown this once.
    #[serde(rename = "bk_app_secret")]
    secret: String,
}

async fn create_app(call: &mut Call<'_>, ok: Granted, input: &CreateApp) -> Result<CreatedApp> {
    check_word("bk_app_code", &input.code)?;
    if input.may_act_for.is_empty() {
        return Err(Error::required("may_act_for").hint("list the user names, or \"*\" for everybody"));
    }
    let secret = secret::new(&call.app.environment);
    let app = Application {
        code: input.code.clone(),
        name: input.name.clone(),
        may_act_for: input.may_act_for.clone(),
        hash: login::hash(&secret),
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..Application::default()
    };
    put(call, ok, app, |app| app.revoked).await?;
    Ok(CreatedApp { code: input.code.clone(), secret })
}

async fn search_apps(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<Document<Application>>> {
    search(call, Filter::everything()).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct AppCode {
    /// The name that it shows.
    #[serde(rename = "bk_app_code")]
    code: String,
}

async fn revoke_app(call: &mut Call<'_>, ok: Granted, input: &AppCode) -> Result<()> {
    let old = Application::by_key(call, &input.code).await?;
    let old = old.ok_or_else(|| Error::refers_to_nothing("bk_app_code"))?;
    let new = Application { revoked: true, ..old.entity.clone() };
    update(call, ok, &old, &new).await
}

/// A user who exists and is not revoked, else 1199011.
async fn existing_user(call: &mut Call<'_>, user: &str) -> Result<Stored<User>> {
    let found = User::by_key(call, user).await?.filter(|it| !it.entity.revoked);
    found.ok_or_else(|| Error::refers_to_nothing("user"))
}

/// Creates a record, or puts it in the place of a revoked one with the same key. One that is in use is a duplicate.
async fn put<E: Entity>(call: &mut Call<'_>, ok: Granted, mut new: E, revoked: fn(&E) -> bool) -> Result<()> {
    for key in new.keys() {
        let Some(id) = repo::holder(call, &key).await? else { continue };
        if let Some(old) = repo::get::<E>(call, id).await?.filter(|old| revoked(&old.entity)) {
            new.set_id(id);
            return update(call, ok, &old, &new).await;
        }
    }
    repo::create(call, ok, new).await.map(drop)
}

async fn update<E: Entity>(call: &mut Call<'_>, ok: Granted, old: &Stored<E>, new: &E) -> Result<()> {
    repo::update(call, ok, Action::Update, old, new, repo::document(new)?).await
}

/// Members that nobody needs to see.
const SECRETS: [&str; 2] = ["hash", "password"];

/// Takes the hashes out of a record of the change log about what is here.
pub(crate) fn hide_secrets(record: &mut Value) {
    for part in ["before", "after", "sent"] {
        if let Some(Value::Object(members)) = record.get_mut(part) {
            members.retain(|name, _| !SECRETS.contains(&name.as_str()));
        }
    }
}

/// The records that a filter matches, without their hashes.
async fn search<E: Entity>(call: &mut Call<'_>, filter: Filter) -> Result<Found<Document<E>>> {
    let mut info = Vec::new();
    for record in repo::find::<E>(call, filter).await? {
        let mut doc = repo::document(&record.entity)?;
        doc.retain(|name, _| !SECRETS.contains(&name.as_str()));
        info.push(doc.into());
    }
    Ok(Found { count: u64::try_from(info.len()).unwrap_or(u64::MAX), info })
}

/// Checks the name of a user or an application: one word, at most 128 characters, not [`ANYBODY`].
fn check_word(parameter: &str, word: &str) -> Result<()> {
    models::check_name(parameter, word)?;
    if word == ANYBODY || word.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let hint = format!("{parameter} is one word without spaces, and not \"*\"");
        return Err(Error::refers_to_nothing(parameter).hint(hint));
    }
    Ok(())
}
