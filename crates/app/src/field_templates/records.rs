//! The records of field templates (other.md §1.1), and what their attributes are in a model.

use crate::repo::{self, Key};
use relata_model::attribute::Attribute;
use relata_model::store::tables::rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct FieldTemplate {
    /// Numeric id.
    pub(crate) id: i64,
    /// Name.
    pub(crate) name: String,
    /// Description.
    pub(crate) description: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    pub(crate) account: String,
    /// Who created it.
    pub(crate) creator: String,
    /// Who changed it last.
    pub(crate) modifier: String,
    /// When it was created.
    pub(crate) create_time: String,
    /// When it was changed last.
    pub(crate) last_time: String,
}

repo::entity! { FieldTemplate: FieldTemplates, FieldTemplate,
    name |it| &it.name,
    scope |_| "",
    keys |it| vec![Key::new(rule::TEMPLATE_NAME, "name", [it.name.as_str()])]
}

/// A value, and whether models have to keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Locked<T: Default> {
    /// Models have to keep the value.
    pub(crate) lock: bool,
    /// The value.
    pub(crate) value: T,
}

impl<T: Default + Clone> Locked<T> {
    /// The value where it is locked, else that of the model.
    fn over(&self, own: &T) -> T {
        if self.lock { self.value.clone() } else { own.clone() }
    }
}

/// An attribute of a template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TemplateAttribute {
    /// Numeric id; 0 for a new one.
    pub(crate) id: i64,
    /// Numeric id of the field template.
    #[serde(rename = "bk_template_id")]
    pub(crate) template: i64,
    /// Textual id of the attribute.
    #[serde(rename = "bk_property_id")]
    pub(crate) property_id: String,
    /// Kind of the attribute, such as `singlechar`.
    #[serde(rename = "bk_property_type")]
    pub(crate) kind: String,
    /// Display name.
    #[serde(rename = "bk_property_name")]
    pub(crate) name: String,
    /// Position in the template, from 0.
    #[serde(rename = "bk_property_index")]
    pub(crate) index: i64,
    /// Unit of its values.
    pub(crate) unit: String,
    /// Hint for those who fill it in.
    pub(crate) placeholder: Locked<String>,
    /// Users may change values.
    pub(crate) editable: Locked<bool>,
    /// Instances have to have a value.
    #[serde(rename = "isrequired")]
    pub(crate) required: Locked<bool>,
    /// Parameters of the kind.
    pub(crate) option: Value,
    /// Value of new instances that give none.
    pub(crate) default: Option<Value>,
    /// Several values.
    #[serde(rename = "ismultiple")]
    pub(crate) multiple: Option<bool>,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    pub(crate) account: String,
    /// Who created it.
    pub(crate) creator: String,
    /// Who changed it last.
    pub(crate) modifier: String,
    /// When it was created.
    pub(crate) create_time: String,
    /// When it was changed last.
    pub(crate) last_time: String,
}

repo::entity! { TemplateAttribute: TemplateAttributes, TemplateAttribute,
    name |it| &it.name,
    scope |_| "",
    keys |it| {
        let key = |rule, label, text: &String| Key::new(rule, label, [Value::from(it.template), text.as_str().into()]);
        vec![
            key(rule::TEMPLATE_ATTRIBUTE_ID, "bk_property_id", &it.property_id),
            key(rule::TEMPLATE_ATTRIBUTE_NAME, "bk_property_name", &it.name),
        ]
    }
}

impl TemplateAttribute {
    /// What it is in a model that has no such attribute yet.
    pub(crate) fn attribute(&self, obj_id: &str) -> Attribute {
        Attribute {
            obj_id: obj_id.to_owned(),
            property_id: self.property_id.clone(),
            name: self.name.clone(),
            unit: self.unit.clone(),
            placeholder: self.placeholder.value.clone(),
            editable: self.editable.value,
            required: self.required.value,
            kind: self.kind.clone(),
            option: self.option.clone(),
            default: self.default.clone(),
            multiple: self.multiple,
            template: self.id,
            ..Attribute::default()
        }
    }

    /// What an attribute of a model becomes that this one is applied to.
    pub(crate) fn applied(&self, to: &Attribute) -> Attribute {
        Attribute {
            name: self.name.clone(),
            unit: self.unit.clone(),
            placeholder: self.placeholder.over(&to.placeholder),
            editable: self.editable.over(&to.editable),
            required: self.required.over(&to.required),
            option: self.option.clone(),
            default: self.default.clone(),
            multiple: self.multiple,
            template: self.id,
            ..to.clone()
        }
    }
}

/// A unique rule of a template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TemplateUnique {
    /// Numeric id.
    pub(crate) id: i64,
    /// Numeric id of the field template.
    #[serde(rename = "bk_template_id")]
    pub(crate) template: i64,
    /// Ids of attributes of the template.
    pub(crate) keys: Vec<i64>,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    pub(crate) account: String,
    /// Who created it.
    pub(crate) creator: String,
    /// Who changed it last.
    pub(crate) modifier: String,
    /// When it was created.
    pub(crate) create_time: String,
    /// When it was changed last.
    pub(crate) last_time: String,
}

repo::entity! { TemplateUnique: TemplateUniques, TemplateUnique,
    name |_| "",
    scope |_| "",
    keys |_| Vec::new()
}

/// That a template is bound to a model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct TemplateBinding {
    /// Numeric id.
    pub(crate) id: i64,
    /// Numeric id of the model.
    #[serde(rename = "object_id")]
    pub(crate) model: i64,
    #[serde(rename = "bk_template_id")]
    pub(crate) template: i64,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    pub(crate) account: String,
}

repo::entity! { TemplateBinding: TemplateBindings, TemplateBinding,
    name |_| "",
    scope |_| "",
    keys |it| vec![Key::new(rule::TEMPLATE_BINDING, "object_id", [it.template, it.model])]
}
