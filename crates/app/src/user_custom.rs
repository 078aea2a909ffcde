//! What users of the console have set for themselves, and what is set for all of them (hosts.md §11): free maps, whose
//! members mean nothing here.

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Free;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key, Stored};
use relata_model::attribute::kind::has_nul;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

crate::endpoints! { V3;
    /// Set members of what the caller has set.
    post_usercustom = POST "/usercustom", SignedIn, Write => set_own;
    /// What the caller has set; null for nothing.
    post_usercustom_user_search = POST "/usercustom/user/search", SignedIn, Read => own;
    /// What is set for all users.
    post_usercustom_default_search = POST "/usercustom/default/search", SignedIn, Read => shared;
    /// What is set for all users.
    post_usercustom_default_model = POST "/usercustom/default/model", SignedIn, Read => shared;
    /// Set members for all users, about a model.
    post_usercustom_default_model_sub = POST "/usercustom/default/model/{bk_obj_id}", ModelEdit, Write => set_shared;
}

/// Most members that one call sets.
const MAX_MEMBERS: usize = 200;
/// Most bytes that are kept of a user, as JSON.
const MAX_BYTES: usize = 1 << 18;

/// What somebody has set.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UserCustom {
    /// Numeric id.
    pub id: i64,
    /// Name of the user; empty for what is set for all.
    pub user: String,
    /// What is set.
    pub values: Map,
}

repo::entity! { UserCustom: UserCustoms, UserCustom,
    name |it| &it.user,
    scope |_| "",
    keys |it| vec![Key::new(rule::USER_CUSTOM, "user", [it.user.as_str()])]
}

/// Members to set, and in the path the model that they are about.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("properties" = {
    "bk_obj_id": {"type": "string", "description": "Textual id of the model.", "x-in-path": true},
}))]
struct Members(Free);

impl Input for Members {
    const NULL_IS_ABSENT: bool = false;
    fn resources(&self) -> Vec<Resource> {
        match self.0.text("bk_obj_id") {
            "" => vec![Resource::System],
            model => vec![Resource::Model(model.to_owned())],
        }
    }
}

async fn of(call: &mut Call<'_>, user: &str) -> Result<Option<Stored<UserCustom>>> {
    Ok(repo::find::<UserCustom>(call, Filter::equal("user", user)).await?.into_iter().next())
}

async fn merge(call: &mut Call<'_>, ok: Granted, user: &str, members: Map) -> Result<()> {
    if members.len() > MAX_MEMBERS {
        return Err(Error::new(Code::TooManyItems).arg("body").arg(MAX_MEMBERS));
    }
    if has_nul(&Value::Object(members.clone())) {
        return Err(Error::invalid("body").hint("the character NUL (U+0000) cannot be stored"));
    }
    if members.is_empty() {
        return Ok(());
    }
    let old = of(call, user).await?;
    let mut new = old.as_ref().map(|it| it.entity.clone()).unwrap_or_default();
    user.clone_into(&mut new.user);
    new.values.extend(members);
    let size = serde_json::to_string(&new.values).map_or(usize::MAX, |text| text.len());
    if size > MAX_BYTES {
        return Err(Error::new(Code::TooLong).arg("body").arg(MAX_BYTES));
    }
    repo::save_many(call, ok, vec![(old, new)]).await
}

async fn set_own(call: &mut Call<'_>, ok: Granted, input: &Members) -> Result<()> {
    let user = call.user().to_owned();
    merge(call, ok, &user, input.0.0.clone()).await
}

async fn set_shared(call: &mut Call<'_>, ok: Granted, input: &Members) -> Result<()> {
    let obj_id = input.0.text("bk_obj_id");
    if call.schema().await?.model(obj_id).is_none() {
        return Err(Error::refers_to_nothing("bk_obj_id"));
    }
    let mut members = input.0.0.clone();
    members.remove("bk_obj_id");
    if members.is_empty() {
        return Err(Error::new(Code::BodyEmpty));
    }
    let members = members.into_iter().map(|(name, value)| (format!("{obj_id}_{name}"), value)).collect();
    merge(call, ok, "", members).await
}

async fn own(call: &mut Call<'_>, _ok: Granted, _input: &Members) -> Result<Option<Map>> {
    let user = call.user().to_owned();
    Ok(of(call, &user).await?.map(|stored| {
        let UserCustom { id, user, mut values } = stored.entity;
        values.insert("id".to_owned(), id.into());
        values.insert("bk_user".to_owned(), user.into());
        values
    }))
}

async fn shared(call: &mut Call<'_>, _ok: Granted, _input: &Members) -> Result<Map> {
    Ok(of(call, "").await?.map(|stored| stored.entity.values).unwrap_or_default())
}
