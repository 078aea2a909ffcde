//! The types of audit records, and the categories that stand for several of them.

use relata_model::change::Resource;

/// The type that the API gives a changed thing.
pub(super) fn audit_type(resource: Resource) -> &'static str {
    match resource {
        Resource::Instance | Resource::Link => "model_instance",
        Resource::AssociationKind => "association_kind",
        Resource::Classification
        | Resource::Model
        | Resource::Attribute
        | Resource::AttributeGroup
        | Resource::UniqueRule
        | Resource::ModelAssociation => "model",
        Resource::TableRow => "quoted_inst",
        Resource::FieldTemplate
        | Resource::TemplateAttribute
        | Resource::TemplateUnique
        | Resource::TemplateBinding => "field_template",
        Resource::User
        | Resource::Token
        | Resource::Application
        | Resource::Role
        | Resource::Group
        | Resource::Task
        | Resource::IdCounter
        | Resource::CanvasNode
        | Resource::UserCustom
        | Resource::SavedView
        | Resource::Webhook
        | Resource::Revert => "platform_setting",
    }
}

/// The audit types that a category stands for.
pub(super) fn category(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "business" => Some(&["business_resource", "dynamic_grouping"]),
        "resource" => Some(&["business", "biz_set", "project", "model_instance", "cloud_resource", "kube"]),
        "host" => Some(&["host"]),
        "other" => {
            Some(&["model", "association_kind", "event", "dynamic_grouping", "platform_setting", "field_template"])
        }
        _ => None,
    }
}
