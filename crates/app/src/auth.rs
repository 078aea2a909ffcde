//! Questions about rights that the console asks (other.md §7). Not here: how rights are decided.

use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{self, Granted, Permission, Resource};
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::endpoints! { V3;
    /// Whether the caller may do each of several things.
    post_auth_verify = POST "/auth/verify", SignedIn, Read => verify;
    /// Where to ask for permissions. There is no such page.
    post_auth_skip_url = POST "/auth/skip_url", SignedIn, Read => page;
}

/// Most things in one call.
const MAX_ASKED: usize = 500;

/// Things that somebody might do.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "resources": [{"resource_type": "model", "resource_id": 1, "action": "update"}],
}]))]
struct Verify {
    /// The things, each with an action.
    resources: Vec<Asked>,
}

/// One thing: the names of resource types and actions are those that the API uses inside.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// Id of the business.
    bk_biz_id: i64,
    /// Kind of thing, such as `model`, `modelAttribute` or `modelInstance`.
    resource_type: String,
    /// Its numeric id; 0 for all.
    resource_id: i64,
    /// Its textual id; not looked at.
    resource_id_ex: String,
    /// What is to be done with it: `find`, `create`, `update`, `delete`, or one of them for many, such as `findMany`.
    action: String,
    /// What it is part of: for an instance its model.
    parent_layers: Vec<Layer>,
}

/// What the thing is part of.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "as on the wire")]
struct Layer {
    /// Kind of thing, such as `model`, `modelAttribute` or `modelInstance`.
    resource_type: String,
    /// Its numeric id; 0 for all.
    resource_id: i64,
    /// Its textual id; not looked at.
    resource_id_ex: String,
}

impl Input for Verify {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// The question with its answer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "VerifiedAction")]
struct Answered {
    #[serde(flatten)]
    asked: Asked,
    /// The caller may do it.
    is_pass: bool,
}

async fn verify(call: &mut Call<'_>, _ok: Granted, input: &Verify) -> Result<Vec<Answered>> {
    if input.resources.len() > MAX_ASKED {
        return Err(Error::new(Code::TooManyItems).arg("resources").arg(MAX_ASKED));
    }
    let schema = call.schema().await?;
    let numbered = |id: i64| schema.models.values().find(|it| it.model.id == id).map(|it| it.model.obj_id.clone());
    let answer = |asked: &Asked| {
        // The model is the resource itself, or what the resource is part of.
        let layer = asked.parent_layers.iter().find(|layer| layer.resource_type == "model");
        let model =
            if asked.resource_type == "model" { asked.resource_id } else { layer.map_or(0, |it| it.resource_id) };
        let on = match (numbered(model), asked.resource_id) {
            (None, _) => Resource::System,
            (Some(model), id) if asked.resource_type == INSTANCE && id != 0 => Resource::Instances(model, vec![id]),
            (Some(model), _) => Resource::Model(model),
        };
        let needed = permission_for(&asked.resource_type, &asked.action);
        let is_pass = needed.is_some_and(|needed| permission::may(&call.request.principal, needed, &on));
        Answered { asked: asked.clone(), is_pass }
    };
    Ok(input.resources.iter().map(answer).collect())
}

/// The resource type of instances.
const INSTANCE: &str = "modelInstance";

/// What it takes to do something; nothing gives what Relata does not know.
fn permission_for(resource_type: &str, action: &str) -> Option<Permission> {
    let reads = ["find", "findMany"].contains(&action);
    Some(match resource_type {
        "model"
        | "modelAttribute"
        | "modelAttributeGroup"
        | "modelUnique"
        | "modelClassification"
        | "modelAssociation"
        | "modelTopology"
        | "mainlineModel"
        | "associationType" => {
            if reads {
                Permission::ModelView
            } else {
                Permission::ModelEdit
            }
        }
        INSTANCE | "mainlineInstance" | "modelInstanceAssociation" => match action {
            _ if reads => Permission::InstanceView,
            "create" | "createMany" => Permission::InstanceCreate,
            "update" | "updateMany" => Permission::InstanceUpdate,
            "delete" | "deleteMany" => Permission::InstanceDelete,
            _ => return None,
        },
        "auditlog" if reads => Permission::AuditView,
        "systemConfig" | "configAdmin" => Permission::Administrate,
        _ => return None,
    })
}

/// A permission to ask for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Wanted(#[expect(dead_code, reason = "there is nobody to hand it to")] Map);

impl Input for Wanted {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn page(_call: &mut Call<'_>, _ok: Granted, _input: &Wanted) -> Result<String> {
    Err(Error::new(Code::NoPermissionPage).hint("administrators give rights in Relata itself"))
}
