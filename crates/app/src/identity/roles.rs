//! Roles, and the groups of users that may have them (Relata's own API).
//!
//! A role is a list of rules ([`Rule`]); a user has the rules of all roles that were given to them or to one of their
//! groups. Two roles and one group are built in: `editor`, who may do everything but administrate; `viewer`, who may see
//! models, instances and links; and `everybody`, the group of all who sign in.

use super::{Everything, User, check_word, entity, existing_user, search, system_inputs, update};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Document;
use crate::models::Found;
use crate::permission::{Granted, Permission, Resource, Rights, Rule};
use crate::repo::{self, Key, Stored};
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::endpoints! { Relata;
    /// Create a role.
    ///
    /// `rules` is a list of `{actions, bk_obj_id?, filter?}`: names of actions (or `*`), the model that they are for (else
    /// the whole system), and a filter expression on its instances.
    relata_create_role = POST "/roles/create", Administrate, Write => create_role;
    /// Search roles.
    relata_search_role = POST "/roles/search", Administrate, Read => search_roles;
    /// Change the description or the rules of a role; takes effect at once.
    relata_update_role = POST "/roles/update", Administrate, Write => update_role;
    /// Delete a role that nobody has.
    relata_delete_role = POST "/roles/delete", Administrate, Write => delete_role;
    /// Give a role to a user or to a group.
    relata_give_role = POST "/roles/give", Administrate, Write => give_role;
    /// Withdraw a role from a user or from a group.
    relata_withdraw_role = POST "/roles/withdraw", Administrate, Write => withdraw_role;
    /// Create a group of users.
    relata_create_group = POST "/groups/create", Administrate, Write => create_group;
    /// Search groups of users.
    relata_search_group = POST "/groups/search", Administrate, Read => search_groups;
    /// Change the description or the members of a group.
    relata_update_group = POST "/groups/update", Administrate, Write => update_group;
    /// Delete a group.
    relata_delete_group = POST "/groups/delete", Administrate, Write => delete_group;
}

/// The group of all who sign in, also those whom a gateway or an application vouches for.
pub(super) const EVERYBODY: &str = "everybody";
/// The role that may do everything but administrate.
const EDITOR: &str = "editor";
/// The role that sees.
const VIEWER: &str = "viewer";

/// What may be given to users and groups.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Role {
    /// Numeric id.
    id: i64,
    /// Unique.
    name: String,
    /// Description.
    description: String,
    /// What it allows.
    rules: Vec<Rule>,
    /// Cannot be changed or deleted.
    built_in: bool,
    /// Who created it.
    creator: String,
    /// When it was created.
    create_time: String,
}

/// Users who have roles in common.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "UserGroup")]
pub(crate) struct Group {
    /// Numeric id.
    id: i64,
    /// Unique.
    name: String,
    /// Description.
    description: String,
    /// User names, also of users whom only a gateway knows. Not looked at for [`EVERYBODY`].
    members: Vec<String>,
    /// Names of roles.
    roles: Vec<String>,
    /// Has all as members and cannot be deleted.
    built_in: bool,
    /// Who created it.
    creator: String,
    /// When it was created.
    create_time: String,
}

entity!(Role, Roles, Role, ROLE_NAME, "name", name, name);
entity!(Group, Groups, Group, USER_GROUP_NAME, "name", name, name);

system_inputs!(CreateRole, UpdateRole, CreateGroup, UpdateGroup, Named, Gift);

/// What a user may do by their roles and those of their groups. `user` is their record, if there is one.
pub(super) async fn rights_of(call: &mut Call<'_>, login: &str, user: Option<&User>) -> Result<Rights> {
    let mut names: Vec<String> = user.map(|it| it.roles.clone()).unwrap_or_default();
    let groups = Filter::Any(vec![Filter::equal("members", login), Filter::equal("name", EVERYBODY)]);
    for group in repo::find::<Group>(call, groups).await? {
        names.extend(group.entity.roles);
    }
    let mut rights = Rights::default();
    if names.is_empty() {
        return Ok(rights);
    }
    for role in repo::find::<Role>(call, Filter::one_of("name", names)).await? {
        for rule in &role.entity.rules {
            // One that this version cannot read gives nothing.
            let _ = rights.add(rule, &call.app.settings.zone);
        }
    }
    Ok(rights)
}

/// Makes what is built in, where it is not there yet. On a store that was in use before there were roles, everybody stays
/// an editor, as they were, until an administrator withdraws that; on a new one nobody is anything.
pub(super) async fn ensure(call: &mut Call<'_>, ok: Granted, in_use: bool) -> Result<()> {
    if Group::by_key(call, EVERYBODY).await?.is_some() {
        return Ok(());
    }
    let doing =
        |actions: &[&str]| Rule { actions: actions.iter().map(|it| (*it).to_owned()).collect(), ..Rule::default() };
    let seeing = [Permission::ModelView, Permission::InstanceView, Permission::TemplateView].map(Permission::id);
    for (name, description, rules) in [
        (EDITOR, "Everything but administration", doing(&["*"])),
        (VIEWER, "Sees models, instances and links", doing(&seeing)),
    ] {
        let role = Role {
            name: name.to_owned(),
            description: description.to_owned(),
            rules: vec![rules],
            built_in: true,
            creator: call.user().to_owned(),
            create_time: call.now_local(),
            ..Role::default()
        };
        repo::create(call, ok, role).await?;
    }
    let everybody = Group {
        name: EVERYBODY.to_owned(),
        description: "All who sign in".to_owned(),
        roles: in_use.then(|| EDITOR.to_owned()).into_iter().collect(),
        built_in: true,
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..Group::default()
    };
    repo::create(call, ok, everybody).await.map(drop)
}

/// Takes a user out of all groups.
pub(super) async fn leave_groups(call: &mut Call<'_>, ok: Granted, user: &str) -> Result<()> {
    for old in repo::find::<Group>(call, Filter::equal("members", user)).await? {
        let mut new = old.entity.clone();
        new.members.retain(|member| member != user);
        update(call, ok, &old, &new).await?;
    }
    Ok(())
}

/// Sees to it that a user is in a group, or is not. A group that does not exist is made, without roles, so that the operator finds it.
pub(super) async fn join_or_leave(
    call: &mut Call<'_>,
    ok: Granted,
    group: &str,
    user: &str,
    member: bool,
) -> Result<()> {
    let Some(old) = Group::by_key(call, group).await? else {
        if member {
            let input =
                CreateGroup { name: group.to_owned(), members: vec![user.to_owned()], ..CreateGroup::default() };
            create_group(call, ok, &input).await?;
        }
        return Ok(());
    };
    let is_member = old.entity.members.iter().any(|it| it == user);
    if is_member == member || old.entity.built_in {
        return Ok(());
    }
    let mut new = old.entity.clone();
    if member {
        new.members.push(user.to_owned());
    } else {
        new.members.retain(|it| it != user);
    }
    update(call, ok, &old, &new).await
}

/// 1199006 for what is built in.
pub(super) fn changeable(built_in: bool) -> Result<()> {
    if built_in { Err(Error::invalid("name").hint("it is built in and stays as it is")) } else { Ok(()) }
}

async fn existing_role(call: &mut Call<'_>, parameter: &str, name: &str) -> Result<Stored<Role>> {
    Role::by_key(call, name).await?.ok_or_else(|| Error::refers_to_nothing(parameter))
}

async fn existing_group(call: &mut Call<'_>, parameter: &str, name: &str) -> Result<Stored<Group>> {
    Group::by_key(call, name).await?.ok_or_else(|| Error::refers_to_nothing(parameter))
}

/// 1199006 unless every rule makes sense.
fn check_rules(call: &Call<'_>, rules: &[Rule]) -> Result<()> {
    let mut rights = Rights::default();
    rules.iter().try_for_each(|rule| rights.add(rule, &call.app.settings.zone))
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "name": "network",
    "description": "Looks after the switches",
    "rules": [{"actions": ["view_comobj", "edit_comobj"], "bk_obj_id": "switch"}],
}]))]
struct CreateRole {
    /// Name.
    name: String,
    /// Description.
    description: String,
    /// What it allows.
    rules: Vec<Rule>,
}

async fn create_role(call: &mut Call<'_>, ok: Granted, input: &CreateRole) -> Result<Role> {
    check_word("name", &input.name)?;
    check_rules(call, &input.rules)?;
    let role = Role {
        name: input.name.clone(),
        description: input.description.clone(),
        rules: input.rules.clone(),
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..Role::default()
    };
    repo::create(call, ok, role).await
}

async fn search_roles(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<Document<Role>>> {
    search(call, Filter::everything()).await
}

/// What to change; what is absent stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "name": "network",
    "rules": [{"actions": ["view_comobj"], "bk_obj_id": "switch"}],
}]))]
struct UpdateRole {
    /// Name of the role; it stays.
    name: String,
    /// Description.
    description: Option<String>,
    /// What it allows, in place of all rules before.
    rules: Option<Vec<Rule>>,
}

async fn update_role(call: &mut Call<'_>, ok: Granted, input: &UpdateRole) -> Result<()> {
    let old = existing_role(call, "name", &input.name).await?;
    changeable(old.entity.built_in)?;
    check_rules(call, input.rules.as_deref().unwrap_or_default())?;
    let mut new = old.entity.clone();
    new.description = input.description.clone().unwrap_or(new.description);
    new.rules = input.rules.clone().unwrap_or(new.rules);
    update(call, ok, &old, &new).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Named {
    /// Name.
    name: String,
}

async fn delete_role(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<()> {
    let old = existing_role(call, "name", &input.name).await?;
    changeable(old.entity.built_in)?;
    let has = || Filter::equal("roles", input.name.as_str());
    let user = repo::find::<User>(call, has()).await?.into_iter().next().map(|it| format!("user {}", it.entity.login));
    let group =
        repo::find::<Group>(call, has()).await?.into_iter().next().map(|it| format!("group {}", it.entity.name));
    if let Some(holder) = user.or(group) {
        return Err(Error::invalid("name").hint(format!("{holder} has this role; withdraw it first")));
    }
    repo::delete(call, ok, &[old.entity]).await
}

/// A role, and the user or the group that it is about.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"role": "network", "group": "operators"}]))]
struct Gift {
    /// Name of the role.
    role: String,
    /// Name of the user, or empty.
    user: String,
    /// Name of the group, or empty.
    group: String,
}

async fn give_role(call: &mut Call<'_>, ok: Granted, input: &Gift) -> Result<()> {
    existing_role(call, "role", &input.role).await?;
    change_roles(call, ok, input, |roles| {
        if !roles.contains(&input.role) {
            roles.push(input.role.clone());
        }
    })
    .await
}

async fn withdraw_role(call: &mut Call<'_>, ok: Granted, input: &Gift) -> Result<()> {
    existing_role(call, "role", &input.role).await?;
    change_roles(call, ok, input, |roles| roles.retain(|role| *role != input.role)).await
}

/// Changes the roles of the user or the group that is named.
async fn change_roles(
    call: &mut Call<'_>,
    ok: Granted,
    input: &Gift,
    change: impl FnOnce(&mut Vec<String>) + Send,
) -> Result<()> {
    if input.user.is_empty() == input.group.is_empty() {
        return Err(Error::required("user").hint("name either a user or a group"));
    }
    if input.group.is_empty() {
        let old = existing_user(call, &input.user).await?;
        let mut new = old.entity.clone();
        change(&mut new.roles);
        return update(call, ok, &old, &new).await;
    }
    let old = existing_group(call, "group", &input.group).await?;
    let mut new = old.entity.clone();
    change(&mut new.roles);
    update(call, ok, &old, &new).await
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CreateGroup {
    /// Name.
    name: String,
    /// Description.
    description: String,
    /// Names of users.
    members: Vec<String>,
}

/// 1199011 unless all can be names of users. They need not be known here: a gateway may vouch for them.
fn check_members(members: &[String]) -> Result<()> {
    members.iter().try_for_each(|member| check_word("members", member))
}

async fn create_group(call: &mut Call<'_>, ok: Granted, input: &CreateGroup) -> Result<Group> {
    check_word("name", &input.name)?;
    check_members(&input.members)?;
    let group = Group {
        name: input.name.clone(),
        description: input.description.clone(),
        members: input.members.clone(),
        creator: call.user().to_owned(),
        create_time: call.now_local(),
        ..Group::default()
    };
    repo::create(call, ok, group).await
}

async fn search_groups(call: &mut Call<'_>, _ok: Granted, _input: &Everything) -> Result<Found<Document<Group>>> {
    search(call, Filter::everything()).await
}

/// What to change; what is absent stays. `members` replaces all, `add` and `remove` change some.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"name": "operators", "add": ["ann"], "remove": ["bob"]}]))]
struct UpdateGroup {
    /// Name of the group; it stays.
    name: String,
    /// Description.
    description: Option<String>,
    /// Names of users, in place of all before.
    members: Option<Vec<String>>,
    /// Names of users to add.
    add: Vec<String>,
    /// Names of users to take out.
    remove: Vec<String>,
}

async fn update_group(call: &mut Call<'_>, ok: Granted, input: &UpdateGroup) -> Result<()> {
    let old = existing_group(call, "name", &input.name).await?;
    changeable(old.entity.built_in)?;
    let mut new = old.entity.clone();
    new.description = input.description.clone().unwrap_or(new.description);
    new.members = input.members.clone().unwrap_or(new.members);
    new.members.retain(|member| !input.remove.contains(member));
    for member in &input.add {
        if !new.members.contains(member) {
            new.members.push(member.clone());
        }
    }
    check_members(&new.members)?;
    update(call, ok, &old, &new).await
}

async fn delete_group(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<()> {
    let old = existing_group(call, "name", &input.name).await?;
    changeable(old.entity.built_in)?;
    repo::delete(call, ok, &[old.entity]).await
}
