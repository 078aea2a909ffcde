//! Saved views (Relata's own API): how somebody looks at the instances of a model, under a name. What is kept is the query of
//! an address, which this module does not read.

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key, Stored};
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::endpoints! { Relata;
    /// The saved views of a model that the caller may see: their own, and those that are shared.
    list_views = GET "/views", InstanceView, Read => list;
    /// Save a view of a model.
    ///
    /// Of one model, the slugs of a user's own views are unique, and so are those of all shared views.
    create_view = POST "/views", InstanceView, Write => create;
    /// Change a saved view; its owner and administrators may.
    update_view = PUT "/views/{id}", InstanceView, Write => update;
    /// Delete a saved view; its owner and administrators may.
    delete_view = DELETE "/views/{id}", InstanceView, Write => delete;
}

/// Most views of one user for one model.
const MOST: usize = 200;
/// Longest query, in bytes, and longest slug, in characters.
const LONGEST_QUERY: usize = 4096;
const LONGEST_SLUG: usize = 64;

/// A saved view.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct SavedView {
    /// Numeric id.
    id: i64,
    /// Textual id of the model.
    model: String,
    /// What people call it.
    name: String,
    /// What addresses call it.
    slug: String,
    /// Filter, order and columns as the query of an address, such as `f.bk_vendor.in=Huawei&sort=-bk_inst_id`.
    query: String,
    /// Everybody who may see instances of the model sees it.
    shared: bool,
    /// Who has created it.
    owner: String,
    /// When it was created.
    create_time: String,
    /// When it was changed last.
    last_time: String,
}

repo::entity! { SavedView: SavedViews, SavedView,
    name |it| it.name.as_str(),
    scope |it| it.model.as_str(),
    keys |it| vec![Key::new(rule::VIEW_SLUG, "slug", [it.model.as_str(), if it.shared { "" } else { &it.owner }, &it.slug])]
}

/// Letters and digits of a name, in small letters, with hyphens between them.
fn slug_of(name: &str) -> String {
    let small = name.to_lowercase();
    let words = small.split(|it: char| !it.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").chars().take(LONGEST_SLUG).collect()
}

impl SavedView {
    fn check(&self) -> Result<()> {
        models::check_name("name", &self.name)?;
        for (parameter, text) in [("name", &self.name), ("query", &self.query)] {
            if text.chars().any(char::is_control) {
                return Err(Error::invalid(parameter).hint("it holds no control characters"));
            }
        }
        let fits = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
        if self.slug.is_empty() || self.slug.chars().count() > LONGEST_SLUG || !self.slug.chars().all(fits) {
            return Err(Error::invalid("slug")
                .hint(format!("it is 1 to {LONGEST_SLUG} letters, digits, hyphens and underscores")));
        }
        if self.query.len() > LONGEST_QUERY {
            return Err(Error::new(Code::TooLong).arg("query").arg(LONGEST_QUERY));
        }
        Ok(())
    }

    fn is_seen_by(&self, call: &Call<'_>) -> bool {
        self.shared || self.owner == call.user()
    }
}

/// Whose views are asked for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ViewsAsked")]
struct Asked {
    /// Textual id of the model.
    model: String,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.model.clone())]
    }
}

/// The views that were found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SavedViews")]
struct Listed {
    /// The views, by ascending id.
    items: Vec<SavedView>,
}

/// The views of a model, of everybody. Checks that there is the model and that the caller may see instances of it; not which,
/// since a view shows none.
async fn of_model(call: &mut Call<'_>, ok: Granted, model: &str) -> Result<Vec<SavedView>> {
    call.limit(ok, model).await?;
    if call.schema().await?.model(model).is_none() {
        return Err(Error::refers_to_nothing("model").hint(format!("there is no model {model:?}")));
    }
    let found = repo::find::<SavedView>(call, Filter::equal("model", model)).await?;
    Ok(found.into_iter().map(|it| it.entity).collect())
}

async fn list(call: &mut Call<'_>, ok: Granted, input: &Asked) -> Result<Listed> {
    let mut items = of_model(call, ok, &input.model).await?;
    items.retain(|it| it.is_seen_by(call));
    Ok(Listed { items })
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ViewCreation", extend("examples" = [{
    "model": "switch", "name": "Huawei, newest first", "query": "f.bk_vendor.in=Huawei&sort=-bk_inst_id", "shared": true,
}]))]
struct Create {
    /// Textual id of the model.
    model: String,
    /// What people call it.
    name: String,
    /// What addresses call it; made of the name when it is left out.
    slug: String,
    /// Filter, order and columns as the query of an address.
    query: String,
    /// Everybody who may see instances of the model sees it.
    shared: bool,
}

impl Input for Create {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.model.clone())]
    }
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<SavedView> {
    let others = of_model(call, ok, &input.model).await?;
    let view = SavedView {
        model: input.model.clone(),
        name: input.name.clone(),
        slug: if input.slug.is_empty() { slug_of(&input.name) } else { input.slug.clone() },
        query: input.query.clone(),
        shared: input.shared,
        owner: call.user().to_owned(),
        create_time: call.now_local(),
        last_time: call.now_local(),
        ..SavedView::default()
    };
    view.check()?;
    if others.iter().filter(|it| it.owner == view.owner).count() >= MOST {
        return Err(Error::new(Code::TooManyItems).arg("views").arg(MOST));
    }
    repo::create(call, ok, view).await
}

/// What is to be another than before.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ViewChange")]
struct Update {
    /// Numeric id.
    id: Number,
    /// What people call it.
    name: Option<String>,
    /// What addresses call it.
    slug: Option<String>,
    /// Filter, order and columns as the query of an address.
    query: Option<String>,
    /// Everybody who may see instances of the model sees it.
    shared: Option<bool>,
}

/// A view by its id.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "ViewNamed")]
struct Named {
    /// Numeric id.
    id: Number,
}

/// Of which model it is only the store knows.
macro_rules! inputs_by_id {
    ($($type:ident),*) => { $(
        impl Input for $type {
            fn resources(&self) -> Vec<Resource> {
                vec![Resource::Unknown]
            }
        }
    )* };
}

inputs_by_id!(Update, Named);

/// A view that the caller may change. One that they do not see is to them one that does not exist.
async fn own(call: &mut Call<'_>, ok: Granted, id: &Number) -> Result<Stored<SavedView>> {
    let id = id.required(Code::ParamNotInteger, "id")?;
    let nothing = || Error::refers_to_nothing("id").hint(format!("there is no view {id}"));
    let found = repo::get::<SavedView>(call, id).await?.ok_or_else(nothing)?;
    call.limit(ok, &found.entity.model).await?;
    let admin = call.request.principal.admin;
    if !admin && !found.entity.is_seen_by(call) {
        return Err(nothing());
    }
    if !admin && found.entity.owner != call.user() {
        let hint = format!("it is a view of {}; its owner and administrators change it", found.entity.owner);
        return Err(Error::new(Code::NoPermission).hint(hint));
    }
    Ok(found)
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<SavedView> {
    let old = own(call, ok, &input.id).await?;
    let mut new = old.entity.clone();
    macro_rules! take {
        ($($field:ident),*) => { $( if let Some(value) = &input.$field { new.$field.clone_from(value); } )* };
    }
    take!(name, slug, query, shared);
    new.check()?;
    let sent = repo::members_changed(&old.entity, &new)?;
    if sent.is_empty() {
        return Ok(new);
    }
    new.last_time = call.now_local();
    repo::update(call, ok, Action::Update, &old, &new, sent).await?;
    Ok(new)
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Named) -> Result<()> {
    let old = own(call, ok, &input.id).await?;
    repo::delete(call, ok, &[old.entity]).await
}

/// Deletes the views of a model that is deleted.
pub(crate) async fn forget(call: &mut Call<'_>, ok: Granted, model: &str) -> Result<()> {
    let found = repo::find::<SavedView>(call, Filter::equal("model", model)).await?;
    repo::delete(call, ok, &found.into_iter().map(|it| it.entity).collect::<Vec<_>>()).await
}
