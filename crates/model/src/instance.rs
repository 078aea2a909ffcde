//! Instances: the rows of models. A document whose fields are the model's attributes plus the stamps below.

/// Fields that the system sets and a caller cannot (instances.md §2).
pub mod field {
    /// Model of the instance.
    pub const MODEL: &str = "bk_obj_id";
    /// Tenant.
    pub const ACCOUNT: &str = "bk_supplier_account";
    /// Moment of creation.
    pub const CREATE_TIME: &str = "create_time";
    /// Moment of the last change.
    pub const LAST_TIME: &str = "last_time";
    /// Moment of creation, as an attribute.
    pub const CREATED_AT: &str = "bk_created_at";
    /// User who created it.
    pub const CREATED_BY: &str = "bk_created_by";
    /// Moment of the last change, as an attribute.
    pub const UPDATED_AT: &str = "bk_updated_at";
    /// User who changed it last.
    pub const UPDATED_BY: &str = "bk_updated_by";
    /// Business.
    pub const BUSINESS: &str = "bk_biz_id";
    /// Parent in the business topology.
    pub const PARENT: &str = "bk_parent_id";
}
