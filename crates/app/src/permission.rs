//! Who may do what.
//!
//! Every call passes [`authorize`], which gives the [`Granted`] that functions which change data ask for. Until roles
//! exist a signed-in caller may do everything but administration, which needs an administrator.

use relata_model::{Code, Error, Result};

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principal {
    /// User name; empty for nobody.
    pub user: String,
    /// Application code; empty for none.
    pub app: String,
    /// May administrate.
    pub admin: bool,
}

/// What an endpoint asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A signed-in caller who may do this.
    Needs(Permission),
}

/// What may be allowed. Names follow the API's actions (conventions.md §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// See models and their parts.
    ModelView,
    /// Create, change and delete models and their parts.
    ModelEdit,
    /// See instances and links.
    InstanceView,
    /// Create instances.
    InstanceCreate,
    /// Change instances; links need it for both ends.
    InstanceUpdate,
    /// Delete instances.
    InstanceDelete,
    /// Read the audit log.
    AuditView,
    /// Manage users, tokens and applications.
    Administrate,
}

/// What a call touches, so that it can be checked before the handler runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// The whole system.
    System,
    /// A model and its instances.
    Model(String),
    /// Instances of a model.
    Instances(String, Vec<i64>),
}

/// Proof that the permission check ran. Only [`crate::endpoint::run`] can make one.
#[derive(Clone, Copy, Debug)]
pub struct Granted(());

/// Whether a caller who is signed in has a permission on something.
pub(crate) fn may(principal: &Principal, permission: Permission, _on: &Resource) -> bool {
    permission != Permission::Administrate || principal.admin
}

/// Checks a caller. Resources do not restrict anybody until roles exist.
pub(crate) fn authorize(access: Access, principal: &Principal, _resources: &[Resource]) -> Result<Granted> {
    let Access::Needs(permission) = access;
    if principal.user.is_empty() {
        return Err(Error::new(Code::Unauthenticated));
    }
    if !may(principal, permission, &Resource::System) {
        return Err(Error::new(Code::NoPermission).hint("this needs an administrator"));
    }
    Ok(Granted(()))
}

/// The right of the system itself, at the first start.
pub(crate) const fn system() -> Granted {
    Granted(())
}
