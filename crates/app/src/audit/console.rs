//! The audit log as the console asks for it: the words for what it shows, and the records of the instances of one model
//! (conventions.md §10).

use super::{Audit, Condition, SHOWN, check_limit, find_page};
use crate::call::Call;
use crate::endpoint::Input;
use crate::models::Found;
use crate::permission::{Granted, Resource as Touched};
use relata_model::change::{Action, Resource};
use relata_model::page::Page;
use relata_model::{Error, Lang, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

crate::endpoints! { V3;
    /// What the audit log shows and what can be done with it, in the language of the caller.
    get_find_audit_dict = GET "/find/audit_dict", AuditView, Read => dictionary;
    /// Search the audit records of the instances of a model, or of their links, with their details where asked for.
    post_find_inst_audit = POST "/find/inst_audit", AuditView, Read => of_instances;
}

/// Nothing.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Nothing {}

impl Input for Nothing {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::System]
    }
}

/// A kind of thing, and what can be done with it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditedThing")]
struct Thing {
    /// Resource type, as records name it.
    id: &'static str,
    /// Name.
    name: &'static str,
    /// What can be done with it.
    operations: Vec<Operation>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditedOperation")]
struct Operation {
    /// Action, as records name it.
    id: &'static str,
    /// Name.
    name: &'static str,
}

/// Chinese and English.
const fn thing(resource: Resource) -> (&'static str, &'static str) {
    match resource {
        Resource::Classification => ("模型分组", "Model classification"),
        Resource::Model => ("模型", "Model"),
        Resource::Attribute => ("模型字段", "Model attribute"),
        Resource::AttributeGroup => ("模型字段分组", "Attribute group"),
        Resource::UniqueRule => ("模型唯一校验", "Unique rule"),
        Resource::AssociationKind => ("关联类型", "Association kind"),
        Resource::ModelAssociation => ("模型关联", "Model association"),
        Resource::Instance => ("模型实例", "Instance"),
        Resource::TableRow => ("表格数据", "Row of an inner table"),
        Resource::FieldTemplate => ("字段组合模板", "Field template"),
        Resource::TemplateAttribute => ("字段组合模板字段", "Attribute of a field template"),
        Resource::TemplateUnique => ("字段组合模板唯一校验", "Unique rule of a field template"),
        Resource::TemplateBinding => ("字段组合模板绑定", "Binding of a field template"),
        Resource::Link => ("实例关联", "Link between instances"),
        Resource::User => ("用户", "User"),
        Resource::Token => ("令牌", "Token"),
        Resource::Application => ("应用", "Application"),
        Resource::Webhook => ("网络钩子", "Webhook"),
        Resource::Revert => ("撤销", "Revert"),
        Resource::Role => ("角色", "Role"),
        Resource::Group => ("用户组", "Group of users"),
        Resource::Task => ("任务", "Task"),
        Resource::IdCounter => ("自增ID", "Counter of ids"),
        Resource::CanvasNode => ("模型拓扑", "Place on the canvas"),
        Resource::UserCustom => ("用户配置", "User setting"),
        Resource::SavedView => ("列表视图", "Saved view"),
    }
}

const fn operation(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Create => ("新增", "Create"),
        Action::Update => ("修改", "Update"),
        Action::Delete => ("删除", "Delete"),
        Action::Stop => ("停用", "Pause"),
        Action::Resume => ("启用", "Resume"),
    }
}

fn can_be_done(resource: Resource, action: Action) -> bool {
    match action {
        Action::Create | Action::Delete => true,
        Action::Update => resource != Resource::Link,
        Action::Stop | Action::Resume => resource == Resource::Model,
    }
}

async fn dictionary(call: &mut Call<'_>, _ok: Granted, _input: &Nothing) -> Result<Vec<Thing>> {
    let in_language = |(zh, en)| match call.lang() {
        Lang::En => en,
        Lang::Zh => zh,
    };
    let actions = |resource| Action::ALL.iter().copied().filter(move |action| can_be_done(resource, *action));
    let entry = |resource: &Resource| Thing {
        id: resource.name(),
        name: in_language(thing(*resource)),
        operations: actions(*resource)
            .map(|action| Operation { id: action.name(), name: in_language(operation(action)) })
            .collect(),
    };
    Ok(SHOWN.iter().map(entry).collect())
}

/// Which records, and whether with details.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "condition": {"resource_type": "model_instance", "bk_obj_id": "switch", "resource_id": 1},
    "with_detail": true,
    "page": {"start": 0, "limit": 10},
}]))]
struct OfInstances {
    /// Which of them.
    condition: Condition,
    /// Answer the details of the records, too.
    with_detail: bool,
    /// Which page of them.
    page: Page,
}

impl Input for OfInstances {
    fn resources(&self) -> Vec<Touched> {
        vec![Touched::Model(self.condition.bk_obj_id.clone())]
    }
}

async fn of_instances(call: &mut Call<'_>, _ok: Granted, input: &OfInstances) -> Result<Found<Audit>> {
    if input.condition.bk_obj_id.is_empty() {
        return Err(Error::required("bk_obj_id"));
    }
    check_limit(&input.page)?;
    let mut condition = input.condition.clone();
    if condition.resource_type.is_empty() {
        Resource::Instance.name().clone_into(&mut condition.resource_type);
    }
    find_page(call, &condition, &input.page, input.with_detail).await
}
