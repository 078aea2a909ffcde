//! The tables of documents, each declared once, and the names that the store knows them by.

/// A table of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// [`crate::classification::Classification`].
    Classifications,
    /// [`crate::model::Model`].
    Models,
    /// [`crate::attribute::Attribute`].
    Attributes,
    /// [`crate::attribute::AttributeGroup`].
    AttributeGroups,
    /// [`crate::unique::UniqueRule`].
    UniqueRules,
    /// [`crate::association::AssociationKind`].
    AssociationKinds,
    /// [`crate::association::ModelAssociation`].
    ModelAssociations,
    /// Instances of all models, partitioned by the numeric model id.
    Instances,
    /// People and programs that may call.
    Users,
    /// Access tokens of users.
    Tokens,
    /// Registered applications.
    Applications,
    /// Webhooks.
    Webhooks,
    /// How far webhooks were told, with their secrets. No data: changes of it are not logged.
    WebhookProgress,
    /// Who does what only one process does at a time. No data either.
    Leases,
}

impl Table {
    /// Every table.
    pub const ALL: &'static [Self] = &[
        Self::Classifications,
        Self::Models,
        Self::Attributes,
        Self::AttributeGroups,
        Self::UniqueRules,
        Self::AssociationKinds,
        Self::ModelAssociations,
        Self::Instances,
        Self::Users,
        Self::Tokens,
        Self::Applications,
        Self::Webhooks,
        Self::WebhookProgress,
        Self::Leases,
    ];

    /// The name in the store.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Classifications => "classifications",
            Self::Models => "models",
            Self::Attributes => "attributes",
            Self::AttributeGroups => "attribute_groups",
            Self::UniqueRules => "unique_rules",
            Self::AssociationKinds => "association_kinds",
            Self::ModelAssociations => "model_associations",
            Self::Instances => "instances",
            Self::Users => "users",
            Self::Tokens => "tokens",
            Self::Applications => "applications",
            Self::Webhooks => "webhooks",
            Self::WebhookProgress => "webhook_progress",
            Self::Leases => "leases",
        }
    }

    /// The field that repeats the id of a row in its document, so that engines can find and order by it through the id.
    /// Instances of some models have another one: either all documents of a space have this field, or none.
    pub const fn id_field(self) -> &'static str {
        match self {
            Self::Instances => "bk_inst_id",
            Self::Classifications
            | Self::Models
            | Self::Attributes
            | Self::AttributeGroups
            | Self::UniqueRules
            | Self::AssociationKinds
            | Self::ModelAssociations
            | Self::Users
            | Self::Tokens
            | Self::Applications
            | Self::Webhooks
            | Self::WebhookProgress
            | Self::Leases => "id",
        }
    }

    /// True for what the cached schema is made of: a change moves [`super::Tx::meta_revision`].
    pub const fn is_meta(self) -> bool {
        match self {
            Self::Classifications
            | Self::Models
            | Self::Attributes
            | Self::AttributeGroups
            | Self::UniqueRules
            | Self::AssociationKinds
            | Self::ModelAssociations => true,
            Self::Instances
            | Self::Users
            | Self::Tokens
            | Self::Applications
            | Self::Webhooks
            | Self::WebhookProgress
            | Self::Leases => false,
        }
    }
}

/// Rules of the built-in tables: the `rule` of a [`crate::unique::UniqueKey`]. Those of models are positive.
pub mod rule {
    /// Id text of a classification.
    pub const CLASSIFICATION_ID: i64 = -1;
    /// Name of a classification.
    pub const CLASSIFICATION_NAME: i64 = -2;
    /// Id text of a model.
    pub const MODEL_ID: i64 = -3;
    /// Name of a model.
    pub const MODEL_NAME: i64 = -4;
    /// Model, business and id text of an attribute.
    pub const ATTRIBUTE_ID: i64 = -5;
    /// Model, business and name of an attribute.
    pub const ATTRIBUTE_NAME: i64 = -6;
    /// Model, business and id text of a group.
    pub const GROUP_ID: i64 = -7;
    /// Model, business and name of a group.
    pub const GROUP_NAME: i64 = -8;
    /// Id text of an association kind.
    pub const KIND_ID: i64 = -9;
    /// Id text of a model association.
    pub const ASSOCIATION_ID: i64 = -10;
    /// Source, target and kind of a model association.
    pub const ASSOCIATION_ENDS: i64 = -11;
    /// Name of a user.
    pub const USER_NAME: i64 = -12;
    /// Hash of a token.
    pub const TOKEN_HASH: i64 = -13;
    /// Code of an application.
    pub const APPLICATION_CODE: i64 = -14;
    /// Name of a webhook.
    pub const WEBHOOK_NAME: i64 = -41;
    /// Task of a lease.
    pub const LEASE_TASK: i64 = -42;

    use super::Table;

    /// The table of each of them.
    pub const TABLES: &[(i64, Table)] = &[
        (CLASSIFICATION_ID, Table::Classifications),
        (CLASSIFICATION_NAME, Table::Classifications),
        (MODEL_ID, Table::Models),
        (MODEL_NAME, Table::Models),
        (ATTRIBUTE_ID, Table::Attributes),
        (ATTRIBUTE_NAME, Table::Attributes),
        (GROUP_ID, Table::AttributeGroups),
        (GROUP_NAME, Table::AttributeGroups),
        (KIND_ID, Table::AssociationKinds),
        (ASSOCIATION_ID, Table::ModelAssociations),
        (ASSOCIATION_ENDS, Table::ModelAssociations),
        (USER_NAME, Table::Users),
        (TOKEN_HASH, Table::Tokens),
        (APPLICATION_CODE, Table::Applications),
        (WEBHOOK_NAME, Table::Webhooks),
        (LEASE_TASK, Table::Leases),
    ];
}

/// The sequence that instance ids of a model come from.
pub fn instance_sequence(model: i64) -> String {
    format!("instances/{model}")
}

/// The sequence that link ids come from.
pub const LINK_SEQUENCE: &str = "links";
