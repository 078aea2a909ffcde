//! Who may do what.
//!
//! Every call passes [`authorize`], which gives the [`Granted`] that functions which change data ask for. A caller may do
//! what the rules of their roles give, an administrator everything.
//!
//! What a call touches is said by its input. Two things can be left open there, and a handler then has to settle them, or
//! the call is refused when it ends: which model it is about, where only the store knows ([`Resource::Unknown`]); and which
//! instances, where a role gives only those that a filter matches. So an endpoint that does not think of restricted callers
//! keeps them out.

mod action;
mod refusal;
mod rights;

pub use action::{Permission, Reach};
pub use rights::{Rights, Rule};

use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::schema::{ModelSchema, Schema};
use relata_model::filter::Filter;
use relata_model::store::{Query, Row};
use relata_model::{Code, Error, Lang, Map, Result};
use rights::Extent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What credentials may be used for at the most, whoever shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Calls that change nothing.
    Read,
    /// Calls that do not administrate.
    Write,
    /// Everything.
    #[default]
    Admin,
}

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Principal {
    /// User name; empty for nobody.
    pub user: String,
    /// Application code; empty for none.
    pub app: String,
    /// May do everything.
    pub admin: bool,
    /// What the credentials are for.
    pub scope: Scope,
    /// Number of the token that was shown; 0 for none.
    pub token: i64,
    /// What the roles give.
    pub rights: Arc<Rights>,
}

impl Principal {
    /// How far a permission goes on a model.
    fn on(&self, permission: Permission, model: &str) -> Extent {
        if self.admin { Extent::Whole } else { self.rights.on(permission, model) }
    }

    fn everywhere(&self, permission: Permission) -> bool {
        self.admin || self.rights.everywhere(permission)
    }

    fn anywhere(&self, permission: Permission) -> bool {
        self.admin || self.rights.anywhere(permission)
    }
}

/// What an endpoint asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A signed-in caller, for what concerns nobody else.
    SignedIn,
    /// A signed-in caller who may do this.
    Needs(Permission),
}

/// What a call touches, so that it can be checked before the handler runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The whole system.
    System,
    /// What only the store can tell, such as the model of an attribute that is named by a number: the handler asks for
    /// the permission once it knows ([`Call::need`], [`Call::limit`], [`Call::check_instances`]).
    Unknown,
    /// A model and its instances.
    Model(String),
    /// Instances of a model.
    Instances(String, Vec<i64>),
}

/// Proof that the permission check ran, and for what. Only [`crate::endpoint::run`] can get one for a caller.
#[derive(Clone, Copy, Debug)]
pub struct Granted(
    /// None for the system itself, and where nothing but a caller is asked for.
    Option<Permission>,
);

impl Granted {
    /// Another permission, for a call that needs several. It is a question only: [`Call::visible`] and [`Call::limit`] say
    /// what the caller may do under it.
    pub(crate) const fn under(permission: Permission) -> Self {
        Self(Some(permission))
    }
}

/// Something that the handler has to settle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Open {
    /// Which model the call is about.
    Model,
    /// Which instances of this model, since a filter limits the right.
    Instances(String),
}

/// What [`authorize`] finds out about a caller who is not turned away.
pub(crate) struct Verdict {
    pub(crate) granted: Granted,
    pub(crate) open: BTreeSet<Open>,
}

/// Why a caller is turned away.
#[derive(Debug)]
pub(crate) enum Denial {
    /// Nobody is signed in, or the credentials are not for this.
    Plain(Error),
    /// They lack a permission.
    Lacks(Permission, Vec<Resource>),
}

/// Whether a caller who is signed in has a permission on something, on all of it.
pub(crate) fn may(principal: &Principal, permission: Permission, on: &Resource) -> bool {
    match on {
        Resource::System | Resource::Unknown => principal.everywhere(permission),
        Resource::Model(model) | Resource::Instances(model, _) => {
            matches!(principal.on(permission, model), Extent::Whole)
        }
    }
}

/// Checks a caller. No resources stand for the whole system, unless the input could not be read (`None`): then it is enough
/// to have the permission for anything, so that only those who may use an endpoint hear what it wants.
pub(crate) fn authorize(
    endpoint: &Endpoint,
    principal: &Principal,
    resources: Option<&[Resource]>,
) -> Result<Verdict, Denial> {
    if principal.user.is_empty() {
        return Err(Denial::Plain(Error::new(Code::Unauthenticated)));
    }
    let asked = match endpoint.access {
        Access::Needs(Permission::Administrate) => Scope::Admin,
        Access::Needs(_) | Access::SignedIn if endpoint.effect.writes() => Scope::Write,
        Access::Needs(_) | Access::SignedIn => Scope::Read,
    };
    if principal.scope < asked {
        let hint = format!("the token is for {:?} only", principal.scope).to_lowercase();
        return Err(Denial::Plain(Error::new(Code::NoPermission).hint(hint)));
    }
    let Access::Needs(permission) = endpoint.access else {
        return Ok(Verdict { granted: Granted(None), open: BTreeSet::new() });
    };
    let lacks = |on: &[Resource]| Denial::Lacks(permission, on.to_vec());
    let on = match resources {
        None => &[Resource::Unknown],
        Some([]) => &[Resource::System],
        Some(resources) => resources,
    };
    let mut open = BTreeSet::new();
    let mut lacking = Vec::new();
    for resource in on {
        match resource {
            Resource::System | Resource::Unknown if principal.everywhere(permission) => {}
            Resource::Unknown if principal.anywhere(permission) => drop(open.insert(Open::Model)),
            Resource::System | Resource::Unknown => lacking.push(resource.clone()),
            Resource::Model(model) | Resource::Instances(model, _) => match principal.on(permission, model) {
                Extent::Whole => {}
                Extent::Nothing => lacking.push(resource.clone()),
                Extent::Matching(_) => drop(open.insert(Open::Instances(model.clone()))),
            },
        }
    }
    if lacking.is_empty() { Ok(Verdict { granted: Granted(Some(permission)), open }) } else { Err(lacks(&lacking)) }
}

impl Denial {
    /// The error for the caller; the permission to ask for names things as the schema does.
    pub(crate) fn error(self, lang: Lang, schema: &Schema) -> Error {
        match self {
            Self::Plain(error) => error,
            Self::Lacks(permission, resources) => {
                let error = refusal::refusal(lang, schema, permission, &resources);
                if permission == Permission::Administrate { error.hint("this needs an administrator") } else { error }
            }
        }
    }
}

/// The right of the system itself, at the first start.
pub(crate) const fn system() -> Granted {
    Granted(None)
}

/// Which instances of a model a right is for.
#[derive(Clone, Debug, Default)]
pub struct Limit(Option<Arc<Filter>>);

impl Limit {
    /// True for all instances.
    pub fn is_whole(&self) -> bool {
        self.0.is_none()
    }

    /// What of a filter's matches the right is for.
    #[must_use]
    pub fn and(&self, filter: Filter) -> Filter {
        match &self.0 {
            None => filter,
            Some(limit) => filter.and(Filter::clone(limit)),
        }
    }

    /// Whether an instance is among them.
    pub fn admits(&self, doc: &Map) -> bool {
        self.0.as_ref().is_none_or(|limit| limit.matches(doc))
    }

    /// The rows of a model with these ids that are among them, by ascending id, each once.
    pub async fn rows(&self, call: &mut Call<'_>, model: &ModelSchema, ids: &[i64]) -> Result<Vec<Row>> {
        if self.is_whole() {
            return call.tx.get_many(model.space(), ids).await;
        }
        let filter = self.and(Filter::one_of(model.id_field(), ids.iter().copied()));
        call.tx.find(&Query::new(model.space(), filter)).await
    }
}

impl Call<'_> {
    /// Asks for the permission of the endpoint on a whole model.
    pub async fn need(&mut self, ok: Granted, model: &str) -> Result<()> {
        match self.visible(ok, model) {
            Some(limit) if limit.is_whole() => Ok(()),
            Some(_) | None => Err(self.refusal(ok, &[Resource::Model(model.to_owned())]).await),
        }
    }

    /// Asks for the permission of the endpoint on instances of a model. What it gives decides which of them.
    pub async fn limit(&mut self, ok: Granted, model: &str) -> Result<Limit> {
        match self.visible(ok, model) {
            Some(limit) => Ok(limit),
            None => Err(self.refusal(ok, &[Resource::Model(model.to_owned())]).await),
        }
    }

    /// The same for what may be left out: `None` where the permission is for no instance of the model.
    pub fn visible(&mut self, ok: Granted, model: &str) -> Option<Limit> {
        let Some(permission) = ok.0 else { return Some(Limit::default()) };
        let limit = match self.request.principal.on(permission, model) {
            Extent::Nothing => return None,
            Extent::Whole => Limit::default(),
            Extent::Matching(filter) => Limit(Some(filter)),
        };
        self.open.remove(&Open::Model);
        self.open.remove(&Open::Instances(model.to_owned()));
        Some(limit)
    }

    /// Asks for the permission of other endpoints on instances of a model: for a call that does what several do. What it
    /// gives says which of the instances, as that of the call's own endpoint does.
    pub(crate) async fn granted(&mut self, permission: Permission, model: &str) -> Result<Granted> {
        let ok = Granted(Some(permission));
        if !self.limit(ok, model).await?.is_whole() {
            self.open.insert(Open::Instances(model.to_owned()));
        }
        Ok(ok)
    }

    /// Asks for the permission of the endpoint on each of these instances. Those that do not exist count as refused where a
    /// filter limits the right, since nobody shall learn which of the others there are.
    pub async fn check_instances(&mut self, ok: Granted, model: &ModelSchema, ids: &[i64]) -> Result<()> {
        let limit = self.limit(ok, &model.model.obj_id).await?;
        if limit.is_whole() {
            return Ok(());
        }
        let rows = limit.rows(self, model, ids).await?;
        self.check_rows(ok, model, ids, &rows).await
    }

    /// The same where the rows of those that exist are at hand.
    pub async fn check_rows(
        &mut self,
        ok: Granted,
        model: &ModelSchema,
        ids: &[i64],
        rows: impl IntoIterator<Item = &Row> + Send,
    ) -> Result<()> {
        let obj_id = &model.model.obj_id;
        let limit = self.limit(ok, obj_id).await?;
        if limit.is_whole() {
            return Ok(());
        }
        let mut refused: BTreeSet<i64> = ids.iter().copied().collect();
        for row in rows.into_iter().filter(|row| limit.admits(&row.doc)) {
            refused.remove(&row.id);
        }
        if refused.is_empty() {
            return Ok(());
        }
        let refused = refused.into_iter().collect();
        Err(self.refusal(ok, &[Resource::Instances(obj_id.clone(), refused)]).await)
    }

    /// The refusal of a permission on these resources.
    pub(crate) fn lacks(&self, schema: &Schema, permission: Permission, resources: &[Resource]) -> Error {
        refusal::refusal(self.lang(), schema, permission, resources)
    }

    /// The refusal of the endpoint's permission on these resources; a failure of the store where that is the reason.
    pub(crate) async fn refusal(&mut self, ok: Granted, resources: &[Resource]) -> Error {
        let Some(permission) = ok.0 else { return Error::internal("the system was refused something") };
        match self.schema().await {
            Ok(schema) => refusal::refusal(self.lang(), &schema, permission, resources),
            Err(error) => error,
        }
    }

    /// Refuses a call whose handler has left something open. Its changes are undone.
    pub(crate) async fn check_settled(&mut self, ok: Granted) -> Result<()> {
        let resource = match self.open.first() {
            None => return Ok(()),
            Some(Open::Model) => Resource::Unknown,
            Some(Open::Instances(model)) => Resource::Model(model.clone()),
        };
        let hint = "your right is for a part only, and this call is not confined to it";
        Err(self.refusal(ok, &[resource]).await.hint(hint))
    }
}
