//! The tables of documents, each declared once, and the names that the store knows them by.

macro_rules! tables {
    ($( $(#[doc = $doc:literal])* $variant:ident = $name:literal, $meta:literal; )*) => {
        /// A table of documents.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Table { $( $(#[doc = $doc])* $variant, )* }

        impl Table {
            /// Every table.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The name in the store.
            pub const fn name(self) -> &'static str { match self { $( Self::$variant => $name, )* } }

            /// True for what the cached schema is made of, and for what changes together with it: a change moves [`super::Tx::meta_revision`].
            pub const fn is_meta(self) -> bool { match self { $( Self::$variant => $meta, )* } }
        }
    };
}

// Each with its name and whether the cached schema is made of it, or changes together with it.
tables! {
    /// [`crate::classification::Classification`].
    Classifications = "classifications", true;
    /// [`crate::model::Model`].
    Models = "models", true;
    /// [`crate::attribute::Attribute`].
    Attributes = "attributes", true;
    /// [`crate::attribute::AttributeGroup`].
    AttributeGroups = "attribute_groups", true;
    /// [`crate::unique::UniqueRule`].
    UniqueRules = "unique_rules", true;
    /// [`crate::association::AssociationKind`].
    AssociationKinds = "association_kinds", true;
    /// [`crate::association::ModelAssociation`].
    ModelAssociations = "model_associations", true;
    /// Instances of all models, partitioned by the numeric model id.
    Instances = "instances", false;
    /// Rows of inner tables, which belong to instances.
    TableRows = "table_rows", false;
    /// Field templates.
    FieldTemplates = "field_templates", true;
    /// Attributes of field templates.
    TemplateAttributes = "template_attributes", true;
    /// Unique rules of field templates.
    TemplateUniques = "template_uniques", true;
    /// Which models field templates are bound to.
    TemplateBindings = "template_bindings", true;
    /// People and programs that may call.
    Users = "users", false;
    /// Access tokens of users.
    Tokens = "tokens", false;
    /// Registered applications.
    Applications = "applications", false;
    /// Roles of users and groups.
    Roles = "roles", false;
    /// Groups of users.
    Groups = "groups", false;
    /// Tasks that were asked for, and how they ended.
    Tasks = "tasks", false;
    /// Numbers that attributes of the kind `id_rule` take.
    IdCounters = "id_counters", false;
    /// Places of models on the canvas.
    CanvasNodes = "canvas_nodes", false;
    /// What users have set for themselves.
    UserCustoms = "user_customs", false;
    /// Views of lists that users have saved.
    SavedViews = "saved_views", false;
    /// Webhooks.
    Webhooks = "webhooks", false;
    /// How far webhooks were told, with their secrets. No data: changes of it are not logged.
    WebhookProgress = "webhook_progress", false;
    /// Who does what only one process does at a time. No data either.
    Leases = "leases", false;
    /// Verdicts on bulk operations that may be asked for again. No data either.
    BulkVerdicts = "bulk_verdicts", false;
    /// Jobs: bulk operations that are carried out without their caller. No data either.
    Jobs = "jobs", false;
    /// What was uploaded for them.
    JobPieces = "job_pieces", false;
    /// What became of that.
    JobOutcomes = "job_outcomes", false;
}

impl Table {
    /// True for the table that is partitioned: by the numeric id of the model.
    pub const fn is_partitioned(self) -> bool {
        matches!(self, Self::Instances)
    }

    /// The field that repeats the id of a row in its document, so that engines can find and order by it through the id.
    /// Instances of some models have another one: either all documents of a space have this field, or none.
    pub const fn id_field(self) -> &'static str {
        if self.is_partitioned() { "bk_inst_id" } else { "id" }
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
    /// Name of a role.
    pub const ROLE_NAME: i64 = -15;
    /// Name of a group.
    pub const USER_GROUP_NAME: i64 = -16;
    /// Name of a field template.
    pub const TEMPLATE_NAME: i64 = -40;
    /// Template and id text of a template's attribute.
    pub const TEMPLATE_ATTRIBUTE_ID: i64 = -41;
    /// Template and name of a template's attribute.
    pub const TEMPLATE_ATTRIBUTE_NAME: i64 = -42;
    /// Template and model of a binding.
    pub const TEMPLATE_BINDING: i64 = -43;
    /// Id text of a task.
    pub const TASK_ID: i64 = -44;
    /// Model of a counter of ids.
    pub const ID_COUNTER: i64 = -60;
    /// Scope and subject of a node of the canvas.
    pub const CANVAS_NODE: i64 = -61;
    /// Name of the user who has set something.
    pub const USER_CUSTOM: i64 = -62;
    /// Model, owner unless it is shared, and slug of a saved view.
    pub const VIEW_SLUG: i64 = -63;
    /// Name of a webhook.
    pub const WEBHOOK_NAME: i64 = -80;
    /// Task of a lease.
    pub const LEASE_TASK: i64 = -81;
    /// User, key and number of kept verdicts.
    pub const BULK_VERDICTS: i64 = -82;
    /// User and key of a job.
    pub const JOB_KEY: i64 = -83;
    /// Job and number of a piece that was uploaded.
    pub const JOB_PIECE: i64 = -84;
    /// Job and number of what became of a piece.
    pub const JOB_OUTCOME: i64 = -85;

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
        (ROLE_NAME, Table::Roles),
        (USER_GROUP_NAME, Table::Groups),
        (TEMPLATE_NAME, Table::FieldTemplates),
        (TEMPLATE_ATTRIBUTE_ID, Table::TemplateAttributes),
        (TEMPLATE_ATTRIBUTE_NAME, Table::TemplateAttributes),
        (TEMPLATE_BINDING, Table::TemplateBindings),
        (TASK_ID, Table::Tasks),
        (ID_COUNTER, Table::IdCounters),
        (CANVAS_NODE, Table::CanvasNodes),
        (USER_CUSTOM, Table::UserCustoms),
        (VIEW_SLUG, Table::SavedViews),
        (WEBHOOK_NAME, Table::Webhooks),
        (LEASE_TASK, Table::Leases),
        (BULK_VERDICTS, Table::BulkVerdicts),
        (JOB_KEY, Table::Jobs),
        (JOB_PIECE, Table::JobPieces),
        (JOB_OUTCOME, Table::JobOutcomes),
    ];
}

/// The sequence that instance ids of a model come from.
pub fn instance_sequence(model: i64) -> String {
    format!("instances/{model}")
}

/// The sequence that link ids come from.
pub const LINK_SEQUENCE: &str = "links";
