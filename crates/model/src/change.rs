//! The change log: every change is one record, in one order, written with the change itself.
//!
//! The records of one request that share resource, action and scope are packed into one [`ChangeSet`], which is one row of
//! the log. A set takes as many sequence numbers as it has records; record `n` of it has the number `seq + n`.

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($(#[$meta:meta])* $type:ident { $( $(#[$doc:meta])* $variant:ident = $name:literal, )* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type { $( $(#[$doc])* $variant, )* }
        impl $type {
            /// Every value.
            pub const ALL: &[Self] = &[ $( Self::$variant, )* ];
            /// The name on the wire and in the store.
            pub const fn name(self) -> &'static str { match self { $( Self::$variant => $name, )* } }
            /// The value with this name.
            pub fn from_name(name: &str) -> Option<Self> { Self::ALL.iter().copied().find(|it| it.name() == name) }
        }
    };
}

names! {
    /// What was changed. Names are the audit log's `resource_type` where it has one (conventions.md §10).
    Resource {
        /// A classification.
        Classification = "model_classification",
        /// A model.
        Model = "model",
        /// An attribute of a model.
        Attribute = "model_attribute",
        /// A group of attributes.
        AttributeGroup = "model_attribute_group",
        /// A unique rule.
        UniqueRule = "model_unique",
        /// An association kind. Not shown by the audit endpoints, like in the original.
        AssociationKind = "association_kind",
        /// An association between models. Not shown by the audit endpoints.
        ModelAssociation = "model_association",
        /// An instance.
        Instance = "model_instance",
        /// A row of an inner table.
        TableRow = "quoted_inst",
        /// A field template.
        FieldTemplate = "field_template",
        /// An attribute of a field template.
        TemplateAttribute = "field_template_attribute",
        /// A unique rule of a field template.
        TemplateUnique = "field_template_unique",
        /// That a field template is bound to a model. Not shown by the audit endpoints.
        TemplateBinding = "field_template_binding",
        /// A task. Not shown by the audit endpoints.
        Task = "task",
        /// A link between two instances.
        Link = "instance_association",
        /// A user. Not shown by the audit endpoints.
        User = "user",
        /// An access token. Not shown by the audit endpoints.
        Token = "token",
        /// A registered application. Not shown by the audit endpoints.
        Application = "application",
        /// A role. Not shown by the audit endpoints.
        Role = "role",
        /// A group of users. Not shown by the audit endpoints.
        Group = "group",
        /// A counter of ids. Not shown by the audit endpoints.
        IdCounter = "id_counter",
        /// The place of a model on the canvas. Not shown by the audit endpoints.
        CanvasNode = "canvas_node",
        /// What a user has set. Not shown by the audit endpoints.
        UserCustom = "user_custom",
        /// A saved view. Not shown by the audit endpoints.
        SavedView = "saved_view",
        /// A webhook. Not shown by the audit endpoints.
        Webhook = "webhook",
        /// A note that the request took other changes back, and which. Not shown by the audit endpoints.
        Revert = "revert",
    }
}

names! {
    /// What was done.
    Action {
        /// Created.
        Create = "create",
        /// Changed.
        Update = "update",
        /// Deleted.
        Delete = "delete",
        /// A model was paused.
        Stop = "stop",
        /// A model was resumed.
        Resume = "resume",
    }
}

/// Who made a change, with what, in which request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actor {
    /// User name.
    pub user: String,
    /// Application code, empty for none.
    pub app: String,
    /// Request id.
    pub request: String,
}

/// A row of the log: the records of one request with the same resource, action and scope.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeSet {
    /// Number of the first record, from 1, without gaps. 0 until the store has given one.
    pub seq: i64,
    /// How many records.
    pub count: i64,
    /// Milliseconds since 1970 (UTC). Never smaller than that of the row before.
    pub time: i64,
    /// Who.
    pub actor: Actor,
    /// What kind of thing.
    pub resource: Resource,
    /// What was done.
    pub action: Action,
    /// Model id for instances, attributes, groups, unique rules and rows of inner tables; association id for links; else
    /// empty.
    pub scope: String,
    /// Ids of the changed things that the store shall find again by id, in the order of the records. Empty for links.
    pub subjects: Vec<i64>,
    /// JSON array of the records: [`Record`]s, for links [`LinkRecord`]s.
    pub data: String,
}

impl ChangeSet {
    /// Number of the last record.
    pub const fn last(&self) -> i64 {
        self.seq.saturating_add(self.count).saturating_sub(1)
    }
}

/// The record of one changed document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Id of the thing.
    pub id: i64,
    /// Its name at that time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The whole document before; `None` at creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<crate::Map>,
    /// The whole document after; `None` at deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<crate::Map>,
    /// The fields as the caller sent them, for an update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<crate::Map>,
}

/// The record of one link: link id, source instance, target instance. Names are resolved by the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord(pub i64, pub i64, pub i64);
