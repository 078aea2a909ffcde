//! Who may call: users, their access tokens, and applications that act for users (Relata's own API); and by which roles.
//!
//! A secret is 256 random bits, is shown once when it is made, and is kept as a SHA-256 hash only: what is stored lets
//! nobody in. Nothing is deleted; what is revoked stays as a record of what it was. Passwords do not exist here.

mod admin;
mod login;
pub mod roles;

pub use admin::ensure_admin;
pub(crate) use login::Logins;
pub use login::{AppSecret, Credentials, authenticate};
pub(crate) use roles::{Group, Role};

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models::{self, Found};
use crate::permission::{Granted, Resource};
use crate::repo::{self, Entity, Key, Stored};
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Map, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

crate::endpoints! { Relata;
    /// Create a user, or bring back a revoked one (whose tokens stay revoked).
    relata_create_user = POST "/users/create", Administrate, Write => create_user;
    /// Search users.
    relata_search_user = POST "/users/search", Administrate, Read => search_users;
    /// Revoke a user with all tokens; the last administrator stays.
    relata_revoke_user = POST "/users/revoke", Administrate, Write => revoke_user;
    /// Create a token of a user; the answer shows it, this once.
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
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct User {
    id: i64,
    /// Unique.
    #[serde(rename = "user")]
    login: String,
    name: String,
    admin: bool,
    /// Names of roles.
    roles: Vec<String>,
    revoked: bool,
    creator: String,
    create_time: String,
}

/// An access token.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Token {
    id: i64,
    user: String,
    /// What it is for.
    name: String,
    /// Of the token's text, as hexadecimal digits.
    hash: String,
    revoked: bool,
    creator: String,
    create_time: String,
}

/// An application that acts for users.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Application {
    id: i64,
    /// Unique.
    #[serde(rename = "bk_app_code")]
    code: String,
    name: String,
    /// User names, or [`ANYBODY`].
    may_act_for: Vec<String>,
    /// Of the secret's text, as hexadecimal digits.
    hash: String,
    revoked: bool,
    creator: String,
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
            async fn by_key(call: &mut Call<'_>, value: &str) -> Result<Option<Stored<Self>>> {
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

system_inputs!(Everything, CreateUser, NamedUser, CreateToken, TokensOf, TokenId, CreateApp, AppCode);

/// No condition.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Everything {}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CreateUser {
    user: String,
    name: String,
    admin: bool,
}

async fn create_user(call: &mut Call<'_>, ok: Granted, input: &CreateUser) -> Result<Value> {
    check_word("user", &input.user)?;
    let user = User {
        login: input.user.clone(),
        name: input.name.clone(),
        admin: input.admin,
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..User::default()
    };
    put(call, ok, user, |user| user.revoked).await?;
    Ok(json!({"user": input.user}))
}

async fn search_users(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<Map>> {
    search::<User>(call, Filter::everything()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct NamedUser {
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
    for old in repo::find::<Token>(call, Filter::equal("user", input.user.as_str())).await? {
        if !old.entity.revoked {
            let new = Token { revoked: true, ..old.entity.clone() };
            update(call, ok, &old, &new).await?;
        }
    }
    Ok(())
}

async fn other_administrator(call: &mut Call<'_>, user: &str) -> Result<bool> {
    let users = repo::find::<User>(call, Filter::everything()).await?;
    Ok(users.iter().any(|it| it.entity.admin && !it.entity.revoked && it.entity.login != user))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CreateToken {
    user: String,
    name: String,
}

async fn create_token(call: &mut Call<'_>, ok: Granted, input: &CreateToken) -> Result<Value> {
    existing_user(call, &input.user).await?;
    let text = new_secret(call);
    let token = add_token(call, ok, &input.user, &input.name, &text).await?;
    Ok(json!({"id": token.id, "user": token.user, "token": text}))
}

/// Stores a token of a user by its hash.
async fn add_token(call: &mut Call<'_>, ok: Granted, user: &str, name: &str, text: &str) -> Result<Token> {
    let token = Token {
        user: user.to_owned(),
        name: name.to_owned(),
        hash: login::hash(text),
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..Token::default()
    };
    repo::create(call, ok, token).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TokensOf {
    user: String,
}

async fn search_tokens(call: &mut Call<'_>, _ok: Granted, input: &TokensOf) -> Result<Found<Map>> {
    let all = input.user.is_empty();
    let filter = if all { Filter::everything() } else { Filter::equal("user", input.user.as_str()) };
    search::<Token>(call, filter).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct TokenId {
    id: Number,
}

async fn revoke_token(call: &mut Call<'_>, ok: Granted, input: &TokenId) -> Result<()> {
    let id = input.id.required(Code::ParamNotInteger, "id")?;
    let old = repo::get::<Token>(call, id).await?.ok_or_else(|| Error::refers_to_nothing("id"))?;
    let new = Token { revoked: true, ..old.entity.clone() };
    update(call, ok, &old, &new).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CreateApp {
    #[serde(rename = "bk_app_code")]
    code: String,
    name: String,
    may_act_for: Vec<String>,
}

async fn create_app(call: &mut Call<'_>, ok: Granted, input: &CreateApp) -> Result<Value> {
    check_word("bk_app_code", &input.code)?;
    if input.may_act_for.is_empty() {
        return Err(Error::required("may_act_for").hint("list the user names, or \"*\" for everybody"));
    }
    let secret = new_secret(call);
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
    Ok(json!({"bk_app_code": input.code, "bk_app_secret": secret}))
}

async fn search_apps(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<Map>> {
    search::<Application>(call, Filter::everything()).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AppCode {
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

/// The records that a filter matches, without their hashes.
async fn search<E: Entity>(call: &mut Call<'_>, filter: Filter) -> Result<Found<Map>> {
    let mut info = Vec::new();
    for record in repo::find::<E>(call, filter).await? {
        let mut doc = repo::document(&record.entity)?;
        doc.remove("hash");
        info.push(doc);
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

/// A new secret with a prefix that tools which search for leaked secrets can know.
fn new_secret(call: &Call<'_>) -> String {
    format!("rel_{}", login::hex(&call.app.environment.random()))
}
