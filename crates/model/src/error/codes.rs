//! The table of error codes: number on the wire, kind, text in English and Chinese.
//!
//! Numbers are those of the API (errors.json of the specification); the texts are Relata's own.
#![expect(clippy::unreadable_literal, clippy::doc_markdown, reason = "numbers and texts are as on the wire")]

use super::{CodeRow, Kind};

macro_rules! codes {
    ($( $(#[doc = $doc:literal])* $name:ident = $number:literal, $kind:ident, $en:literal, $zh:literal; )*) => {
        /// A row of the table of codes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $( #[doc = $en] $name, )* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// The row of this code.
            pub const fn row(self) -> &'static CodeRow {
                match self { $( Self::$name => &CodeRow { number: $number, kind: Kind::$kind, en: $en, zh: $zh }, )* }
            }
        }
    };
}

impl Code {
    /// True where the first argument of the text is the name of a parameter.
    pub(super) const fn names_parameter(self) -> bool {
        matches!(
            self,
            Self::ParamInvalid
                | Self::ParamNotString
                | Self::ParamMissing
                | Self::ParamNotInteger
                | Self::ParamRequired
                | Self::ParamRefersToNothing
                | Self::Duplicate
                | Self::ValueTooLong
                | Self::RegexMismatch
                | Self::ParamNotTimezone
                | Self::ParamNotBool
                | Self::TooManyItems
                | Self::ListEmpty
                | Self::TooLong
                | Self::FieldFixed
                | Self::ArrayLengthInvalid
                | Self::SingleChoice
        )
    }
}

codes! {
    OutcomeUnknown = -2, Unsure, "the store failed while the request was carried out; look whether it was before you send it again", "处理过程中存储发生故障，请确认结果后再重试";
    TookTooLong = -1, Unsure, "the request took more than {0} seconds and may still be carried out; look before you send it again", "请求处理超过{0}秒，可能仍在执行，请确认结果后再重试";
    GatewayNotTrusted = 1100004, Unauthenticated, "the gateway's signature of this request is not accepted", "不接受该请求的网关签名";
    InstanceNotFound = 1101003, Missing, "the instance could not be found", "未找到该实例";
    InstanceModelNotFound = 1101007, Missing, "the model of the instance does not exist", "实例所属模型不存在";
    LevelDeleteFailed = 1101014, Input, "the topology level could not be deleted: {0}", "无法删除该拓扑层级: {0}";
    ModelNotFound = 1101016, Missing, "there is no such model, or more than one", "模型不存在或不唯一";
    ModelClassificationUnknown = 1101024, Input, "the classification named for the model does not exist", "为模型指定的分组不存在";
    GroupUpdateFailed = 1101027, Input, "the attribute groups could not be changed", "无法修改字段分组";
    ClassificationInUse = 1101029, Clash, "the classification still contains models; move or delete them first", "该分组下仍有模型，请先移走或删除这些模型";
    HasHosts = 1101030, Clash, "there are hosts below this node; move them away before you delete it", "该节点下仍有主机，请先移走主机再删除";
    TooManyLevels = 1101035, Clash, "the business topology has as many levels as are allowed", "业务拓扑层级数已达上限";
    ModelHasInstances = 1101037, Clash, "model {0} still has instances; delete them first", "模型{0}下仍有实例，请先删除实例";
    LinkExists = 1101038, Clash, "source instance {0} of {1} and target instance {2} of {3} are linked already under this association", "{1}的源实例{0}与{3}的目标实例{2}在该模型关联下已存在关联";
    AssociationExists = 1101038, Clash, "an association of this kind from model {0} to model {1} exists already", "模型{0}到模型{1}已存在同类型的模型关联";
    AssociationIdInvalid = 1101041, Input, "the id of a model association has to be a positive integer", "模型关联ID应为正整数";
    AssociationAmbiguous = 1101042, Clash, "more than one model association has this id", "存在多个相同ID的模型关联";
    AssociationInUse = 1101043, Clash, "instances are linked under this model association; delete the links first", "该模型关联下仍有实例关联，请先删除实例关联";
    AssociationPartMissing = 1101045, Input, "a model association needs a kind, a source model and a target model", "模型关联必须给出关联类型、源模型和目标模型";
    AssociationNotFound = 1101046, Missing, "the model association does not exist", "模型关联不存在";
    AssociationFieldFixed = 1101047, Input, "of a model association only the display name can be changed", "模型关联仅允许修改显示名称";
    KindBuiltIn = 1101051, Input, "a built-in association kind cannot be deleted", "内置关联类型不可删除";
    EndTaken = 1101052, Clash, "association {2} is 1:1, and source instance {0} or target instance {1} has a link already", "模型关联{2}为1:1，源实例{0}或目标实例{1}已有关联";
    ModelHasAssociations = 1101053, Clash, "the model takes part in associations; delete them first", "该模型仍存在模型关联，请先删除模型关联";
    AssociationBuiltInUpdate = 1101054, Input, "a built-in model association cannot be changed", "内置模型关联不可修改";
    AssociationBuiltIn = 1101055, Input, "a built-in model association cannot be deleted", "内置模型关联不可删除";
    AssociationGone = 1101056, Missing, "model association {0} does not exist any more", "模型关联{0}已不存在";
    KindInUse = 1101060, Clash, "model associations use this association kind; delete them first", "该关联类型已被模型关联使用，请先删除相关模型关联";
    TargetTaken = 1101061, Clash, "association {1} is 1:n, and target instance {0} has a source already", "模型关联{1}为1:n，目标实例{0}已有源实例";
    AssociationNotUnique = 1101062, Clash, "the id of the model association is not unique", "模型关联ID不唯一";
    UniqueRuleLast = 1101069, Clash, "a model has to keep at least one unique rule", "模型至少需要保留一条唯一校验规则";
    KindNotFound = 1101072, Missing, "the association kind or model association does not exist", "关联类型或模型关联不存在";
    NoSourceInstance = 1101073, Missing, "source instance {0} of {1} does not exist", "{1}的源实例{0}不存在";
    NoTargetInstance = 1101074, Missing, "target instance {0} of {1} does not exist", "{1}的目标实例{0}不存在";
    InstanceLinked = 1101075, Clash, "the instance is linked with others; delete its links first", "该实例与其他实例存在关联，请先删除关联";
    MainlineKind = 1101082, Input, "associations of kind bk_mainline are changed by the endpoints of the business topology only", "bk_mainline类型的关联只能通过业务拓扑接口维护";
    ModelPaused = 1101084, Clash, "the model is paused; resume it to create instances", "模型已停用，启用后才能新增实例";
    MainlineUniqueRule = 1101085, Input, "the unique rules of business topology models cannot be changed", "业务拓扑模型的唯一校验规则不可修改";
    FullTextFailed = 1101088, Input, "the full-text search could not be carried out", "全文检索失败";
    MainlineRequiredAttribute = 1101092, Input, "a business topology model cannot get a required attribute", "业务拓扑模型不能新增必填字段";
    RowModelDiffers = 1101093, Input, "the bk_obj_id of row {0} differs from the model in the path", "第{0}行的bk_obj_id与路径中的模型不一致";
    AttributeExists = 1101107, Clash, "the model has an attribute with this id or name already", "模型中已有相同ID或名称的字段";
    RegexInvalid = 1101109, Input, "the regular expression of {0} cannot be used", "{0}的正则表达式无效";
    UniqueRuleNotFound = 1101110, Missing, "model {0} has no unique rule {1}", "模型{0}没有唯一校验规则{1}";
    ClassificationNotFound = 1101113, Missing, "the classification does not exist", "模型分组不存在";
    ModelNotAsSource = 1101120, Input, "model {0} cannot be the source of an association", "模型{0}不能作为关联的源模型";
    ModelNotAsTarget = 1101121, Input, "model {0} cannot be the target of an association", "模型{0}不能作为关联的目标模型";
    AttributeOfTemplate = 1101122, Clash, "attribute {0} comes from field template {1} and cannot be deleted here", "字段{0}来自字段组合模板{1}，不可删除";
    UniqueRuleOfTemplate = 1101123, Clash, "unique rule {0} comes from field template {1} and cannot be changed here", "唯一校验规则{0}来自字段组合模板{1}，不可修改或删除";
    ModelInTemplateSync = 1101124, Clash, "model {0} cannot be paused while field template {1} is being applied", "字段组合模板{1}正在同步，模型{0}暂不能停用";
    TemplateAttributeConflict = 1101125, Clash, "attribute {0} of the field template cannot be applied to model {1}: {2}", "字段组合模板的字段{0}与模型{1}冲突: {2}";
    TemplateUniqueConflict = 1101126, Clash, "unique rule {0} of the field template is in conflict with one of model {1}", "字段组合模板的唯一校验规则{0}与模型{1}的唯一校验规则冲突";
    BusinessFieldConflict = 1101127, Clash, "model {0} has a custom field of business {1} with the id or name of {2}", "模型{0}在业务{1}下存在与{2}同ID或同名的自定义字段";
    ModelInner = 1101135, Input, "a built-in model cannot be deleted", "内置模型不可删除";
    LevelChildrenNameClash = 1101149, Clash, "the level cannot be removed: instances below it would share a name under one parent", "无法删除该层级，其下级实例在同一父节点下将重名";
    UniqueRuleAttributesMissing = 1101163, Input, "the attributes of the unique rule could not be read", "无法查询唯一校验规则的字段";
    UniqueKeyKindInvalid = 1101166, Input, "a unique rule cannot have a key of kind {0}; use property", "唯一校验规则不支持{0}类型的键，应为property";
    UniqueRuleBuiltIn = 1101167, Input, "a built-in unique rule cannot be changed or deleted", "内置唯一校验规则不可修改或删除";
    StoreFailed = 1102020, Input, "the store did not carry out the operation", "存储操作失败";
    CursorUnknown = 1103007, Input, "this cursor is not one of the change log, or one of another store; start anew by time or from now", "游标无效或已不存在，请按时间或从当前时刻重新开始监听";
    AuditSaveFailed = 1109001, Internal, "the audit record could not be saved", "操作审计保存失败";
    AuditSnapshotFailed = 1109002, Internal, "the state for the audit record could not be read", "无法获取操作审计所需的数据";
    ReadTooLong = 1109004, Input, "the search took too long and was given up; narrow the condition or ask for a smaller page", "查询超时已终止，请缩小条件或分页";
    AuditGenerateFailed = 1109005, Internal, "the audit record could not be made", "操作审计生成失败";
    GroupInUse = 1113001, Clash, "the attribute group still contains attributes; move or delete them first", "该字段分组下仍有字段，请先移走或删除字段";
    AttributeInUniqueRule = 1113024, Clash, "the attribute is part of a unique rule; change the rule first", "该字段属于唯一校验规则，请先修改规则";
    RequiredAttributeRefused = 1113026, Input, "model {0} cannot get a required attribute", "模型{0}不能新增必填字段";
    RequiredFixed = 1113027, Input, "whether attributes of model {0} are required cannot be changed", "模型{0}的字段不能修改是否必填";
    AttributeRefused = 1113028, Input, "model {0} cannot get further attributes", "模型{0}不能新增字段";
    UniqueKeyTypeInvalid = 1113035, Input, "attribute {0} is of a type that unique rules do not support", "字段{0}的类型不支持唯一校验";
    UniqueRuleViolated = 1113039, Clash, "instances violate the unique rule already: {0}", "现有实例不满足唯一校验规则: {0}";
    TemplateBound = 1113042, Clash, "the field template is bound to models; unbind them first", "字段组合模板已绑定模型，请先解绑";
    UniqueRuleExists = 1113050, Clash, "a unique rule with these attributes exists already", "已存在相同的唯一校验规则";
    UniqueRuleSubset = 1113051, Clash, "a unique rule with some of these attributes exists already: {0}", "已存在字段范围更小的唯一校验规则: {0}";
    UniqueRuleSuperset = 1113052, Clash, "a unique rule with these attributes and more exists already, or no attribute was given", "已存在字段范围更大的唯一校验规则，或未指定字段";
    Conflict = 1113053, Conflict, "a concurrent change got in between; try again", "并发修改冲突，请重试";
    TemplateTaskRunning = 1117009, Clash, "task {0} is running; try again when it has ended", "任务{0}正在执行，请待其结束后重试";
    JsonDecode = 1199000, Malformed, "the request body is not JSON of the expected shape", "请求体不是符合要求的JSON";
    RequestFailed = 1199002, Input, "the request could not be carried out: {0}", "请求处理失败: {0}";
    ListInvalid = 1199003, Input, "the list of ids is empty or invalid", "ID列表为空或无效";
    BodyTooLarge = 1199004, TooLarge, "the request body is larger than {0} bytes", "请求体超过{0}字节";
    BodyEmpty = 1199005, Malformed, "the request body is empty", "请求体为空";
    ParamInvalid = 1199006, Input, "parameter {0} is not valid", "参数{0}校验失败";
    ParamNotString = 1199007, Input, "parameter {0} has to be a string", "参数{0}应为字符串";
    ParamMissing = 1199008, Input, "parameter {0} is missing", "缺少参数{0}";
    ParamNotInteger = 1199009, Input, "parameter {0} has to be an integer", "参数{0}应为整数";
    ParamRequired = 1199010, Input, "parameter {0} has to be given and not be empty", "参数{0}必填且不能为空";
    ParamRefersToNothing = 1199011, Missing, "not valid, or refers to nothing that exists: {0}", "参数无效或所指对象不存在: {0}";
    NotMultiple = 1199012, Input, "attributes of type {0} hold one value only", "{0}类型的字段不支持多值";
    Duplicate = 1199014, Clash, "{0} is there already and has to be unique", "{0}重复，违反唯一性";
    ValueTooLong = 1199015, Input, "the value of {0} is longer than allowed", "{0}的值超过长度限制";
    RegexMismatch = 1199016, Input, "the value of {0} does not match its regular expression", "{0}的值不符合正则校验";
    Unavailable = 1199017, Unavailable, "the store cannot be reached now; try again later", "存储暂时不可用，请稍后重试";
    InsertFailed = 1199018, Input, "it could not be stored, or is there already", "数据写入失败，或数据已存在";
    TargetNotFound = 1199019, Missing, "what is to be changed does not exist", "操作对象不存在";
    UpdateFailed = 1199020, Input, "the change could not be stored", "数据更新失败";
    ParamNotTimezone = 1199024, Input, "parameter {0} has to be a time zone", "参数{0}应为时区";
    ParamNotBool = 1199025, Input, "parameter {0} has to be true or false", "参数{0}应为布尔值";
    IdentityMissing = 1199027, Unauthenticated, "the header that names {0} is missing", "缺少身份请求头: {0}";
    InputUnreadable = 1199030, Malformed, "the input cannot be understood", "无法解析输入内容";
    TooManyItems = 1199035, Input, "{0} holds more than {1} elements", "{0}的元素超过{1}个";
    NoRoute = 1199037, NoRoute, "there is no endpoint {0}", "接口不存在: {0}";
    ListEmpty = 1199038, Input, "{0} is empty; at least one element is needed", "{0}为空，至少需要一个元素";
    AuthResourcesUnknown = 1199045, Input, "what permission the request needs could not be told from it", "无法从请求中解析鉴权资源";
    AuthCheckFailed = 1199046, Unavailable, "the permission could not be checked now; try again later", "鉴权失败，请稍后重试";
    Denied = 1199047, Denied, "you have no permission to do this", "您没有操作权限";
    Unauthenticated = 1199048, Unauthenticated, "you are not signed in, or the credentials are wrong", "未登录或凭据错误";
    PageLimitTooLarge = 1199059, Input, "the page limit is larger than allowed", "分页limit超过允许的最大值";
    Corrupt = 1199061, Internal, "stored data could not be read; the operator finds the details in the log", "存储数据无法解析，详情见日志";
    NoPermissionPage = 1199072, Input, "there is no page on which the permission could be asked for", "没有可跳转的权限申请页面";
    TooLong = 1199073, Input, "{0} exceeds its limit of {1}", "{0}超过上限{1}";
    MainlineInstance = 1199075, Input, "instances of the business topology cannot be changed by the general instance endpoints", "业务拓扑实例不能通过通用实例接口操作";
    ListOptionInvalid = 1199080, Input, "the option of {0} has to be a list of texts", "{0}的选项应为字符串列表";
    FieldFixed = 1199083, Input, "field {0} cannot be changed", "字段{0}不可修改";
    InnerModelInstance = 1199084, Input, "instances of built-in models cannot be used through the general instance endpoints", "内置模型的实例不能通过通用实例接口操作";
    AttributeTypeUnknown = 1199085, Input, "attribute type {0} is unknown", "未知的字段类型{0}";
    TaskInProgress = 1199087, Clash, "the same task {0} is under way; try again when it has ended", "相同任务{0}正在进行，请稍后重试";
    LockFailed = 1199088, Unavailable, "the lock could not be obtained; try again later", "无法获取锁，请稍后重试";
    ArrayLengthInvalid = 1199089, Input, "{0} has to hold 1 to {1} elements", "{0}的元素个数应为1到{1}";
    RegexNotString = 1199090, Input, "the regular expression of {0} has to be a text", "{0}的正则表达式应为字符串";
    NeedOneOf = 1199091, Input, "at least one of {0} and {1} has to be given", "{0}和{1}至少填写一个";
    SingleChoice = 1199092, Input, "{0} needs exactly one choice", "{0}只能且必须选择一项";
    RateLimited = 1199997, Unavailable, "too many requests; slow down and try again", "请求过于频繁，请稍后重试";
    Unrecognized = 1199998, Input, "the request failed", "请求处理失败";
    Internal = 1199999, Internal, "an unexpected internal failure; the operator finds the details in the log", "内部未知错误，详情见日志";
    NoPermission = 9900403, Denied, "you have no permission to do this; ask for the one that is named here", "您没有操作权限，请申请所列权限";
}
