//! What may be allowed: one table of actions, named as the API names them (conventions.md §3.4), with what each is about.
//!
//! An action on instances is one action a model on the wire, `edit_comobj_7` for the model with the number 7. Rules of roles
//! name it without the number and say the model beside it.

/// What an action is about, and so what a rule may bind it to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The system as a whole.
    System,
    /// The definition of a model with its parts.
    Model,
    /// Instances of a model.
    Instances,
}

macro_rules! actions {
    ($( $(#[doc = $doc:literal])* $name:ident = $id:literal, $reach:ident, $en:literal, $zh:literal; )*) => {
        /// What may be allowed. A row of endpoints names one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Permission { $( $(#[doc = $doc])* $name, )* }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The name of the action; on the wire the model's number follows where it is about instances.
            pub const fn id(self) -> &'static str { match self { $( Self::$name => $id, )* } }

            /// What it is about.
            pub const fn reach(self) -> Reach { match self { $( Self::$name => Reach::$reach, )* } }

            /// For people, in English and Chinese.
            pub(super) const fn names(self) -> (&'static str, &'static str) {
                match self { $( Self::$name => ($en, $zh), )* }
            }
        }
    };
}

actions! {
    /// See models and their parts.
    ModelView = "view_sys_model", Model, "see models", "模型查看";
    /// Create models.
    ModelCreate = "create_sys_model", System, "create models", "模型新建";
    /// Change models and their parts.
    ModelEdit = "edit_sys_model", Model, "change models", "模型编辑";
    /// Delete models.
    ModelDelete = "delete_sys_model", Model, "delete models", "模型删除";
    /// Create classifications.
    ClassificationCreate = "create_model_group", System, "create classifications", "模型分组新建";
    /// Change classifications.
    ClassificationEdit = "edit_model_group", System, "change classifications", "模型分组编辑";
    /// Delete classifications.
    ClassificationDelete = "delete_model_group", System, "delete classifications", "模型分组删除";
    /// Create association kinds.
    KindCreate = "create_association_type", System, "create association kinds", "关联类型新建";
    /// Change association kinds.
    KindEdit = "edit_association_type", System, "change association kinds", "关联类型编辑";
    /// Delete association kinds.
    KindDelete = "delete_association_type", System, "delete association kinds", "关联类型删除";
    /// Change the levels of the business topology.
    LayerEdit = "edit_business_layer", System, "change the levels of the business topology", "业务层级编辑";
    /// Change the picture of the models.
    CanvasEdit = "edit_model_topology_view", System, "change the picture of the models", "模型拓扑视图编辑";
    /// See instances and links.
    InstanceView = "view_comobj", Instances, "see instances", "实例查看";
    /// Create instances.
    InstanceCreate = "create_comobj", Instances, "create instances", "实例新建";
    /// Change instances; links need it for both ends.
    InstanceUpdate = "edit_comobj", Instances, "change instances", "实例编辑";
    /// Delete instances.
    InstanceDelete = "delete_comobj", Instances, "delete instances", "实例删除";
    /// Follow changes of instances.
    InstanceWatch = "watch_comm_model_inst_event", Instances, "follow changes of instances", "模型实例事件监听";
    /// Follow changes of links.
    LinkWatch = "watch_inst_asst_event", Instances, "follow changes of links", "实例关联事件监听";
    /// See field templates.
    TemplateView = "view_field_grouping_template", System, "see field templates", "字段组合模板查看";
    /// Create field templates.
    TemplateCreate = "create_field_grouping_template", System, "create field templates", "字段组合模板新建";
    /// Change field templates.
    TemplateEdit = "edit_field_grouping_template", System, "change field templates", "字段组合模板编辑";
    /// Delete field templates.
    TemplateDelete = "delete_field_grouping_template", System, "delete field templates", "字段组合模板删除";
    /// Move the counters of id rules on.
    IdRuleEdit = "edit_id_rule_incr_id", System, "change the counters of id rules", "ID规则自增ID编辑";
    /// Search the text of everything.
    FulltextSearch = "use_fulltext_search", System, "search all texts", "全文检索";
    /// Read the audit log.
    AuditView = "find_audit_log", System, "read the audit log", "操作审计查询";
    /// Manage users, groups, roles, tokens and applications. No role can give it: it is what an administrator is.
    Administrate = "administrate", System, "administrate", "系统管理";
}

#[cfg(test)]
mod tests {
    use super::Permission;
    use std::collections::HashSet;

    #[test]
    fn names_of_actions_are_unique() {
        let names: HashSet<&str> = Permission::ALL.iter().map(|it| it.id()).collect();
        assert_eq!(names.len(), Permission::ALL.len());
    }
}
