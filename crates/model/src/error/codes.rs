//! The table of error codes: number on the wire, kind, text in English and Chinese.
//!
//! Numbers are those of the API (errors.json of the specification); the texts are Relata's own.

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

codes! {
    Unauthenticated = 1199048, Unauthenticated, "you are not signed in, or the credentials are wrong", "未登录或凭据错误";
    NoRoute = 1199037, NoRoute, "there is no endpoint {0}", "接口不存在: {0}";
    BodyTooLarge = 1199004, TooLarge, "the request body is larger than {0} bytes", "请求体超过{0}字节";
    Conflict = 1113053, Conflict, "a concurrent change got in between; try again", "并发修改冲突，请重试";
    Unavailable = 1199017, Unavailable, "the store cannot be reached now; try again later", "存储暂时不可用，请稍后重试";
    Corrupt = 1199061, Internal, "stored data could not be read; the operator finds the details in the log", "存储数据无法解析，详情见日志";
    Internal = 1199999, Internal, "an unexpected internal failure; the operator finds the details in the log", "内部未知错误，详情见日志";
    JsonDecode = 1199000, Input, "the request body is not JSON of the expected shape", "请求体不是符合要求的JSON";
    ListInvalid = 1199003, Input, "the list of ids is empty or invalid", "ID列表为空或无效";
    ParamInvalid = 1199006, Input, "parameter {0} is not valid", "参数{0}校验失败";
    ParamNotString = 1199007, Input, "parameter {0} has to be a string", "参数{0}应为字符串";
    ParamMissing = 1199008, Input, "parameter {0} is missing", "缺少参数{0}";
    ParamNotInteger = 1199009, Input, "parameter {0} has to be an integer", "参数{0}应为整数";
    ParamRequired = 1199010, Input, "parameter {0} has to be given and not be empty", "参数{0}必填且不能为空";
    ParamRefersToNothing = 1199011, Input, "parameter {0} is invalid or refers to nothing that exists", "参数{0}无效或所指对象不存在";
    Duplicate = 1199014, Input, "{0} is there already and has to be unique", "{0}重复，违反唯一性";
    TargetNotFound = 1199019, Input, "what is to be changed does not exist", "操作对象不存在";
    TooManyItems = 1199035, Input, "{0} holds more than {1} elements", "{0}的元素超过{1}个";
    ListEmpty = 1199038, Input, "{0} is empty; at least one element is needed", "{0}为空，至少需要一个元素";
    PageLimitTooLarge = 1199059, Input, "the page limit is larger than allowed", "分页limit超过允许的最大值";
}
