//! One error type and one table of codes for the whole system.
//!
//! An [`Error`] names a row of the table in [`codes`] and fills its arguments. Its text is made when it is shown, in the
//! language of the caller. Errors of the store arrive as codes too ([`Code::Conflict`], [`Code::Unavailable`],
//! [`Code::Corrupt`]); their technical detail is kept in `detail`, for the log and never for the caller.

mod codes;
#[cfg(test)]
mod tests;

pub use codes::Code;

/// The result of anything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The language of messages (conventions.md §9). Anything but `en` is Chinese there; Relata follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    En,
    /// Simplified Chinese, the default of the API.
    #[default]
    Zh,
}

impl Lang {
    /// Reads the value of a language header: `en` (any case) is English, everything else Chinese.
    pub fn from_header(value: &str) -> Self {
        if value.eq_ignore_ascii_case("en") { Self::En } else { Self::Zh }
    }
}

/// What kind of failure a code stands for. The HTTP adapter derives the status from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request cannot be read.
    Malformed,
    /// The request says something that is not allowed.
    Input,
    /// Something that the request names does not exist.
    Missing,
    /// The request would be fine if something stored were otherwise.
    Clash,
    /// Nobody is signed in, or the credentials are wrong.
    Unauthenticated,
    /// The caller lacks a permission.
    Denied,
    /// No endpoint has this path, or not this method.
    NoRoute,
    /// The body is larger than the limit.
    TooLarge,
    /// The store cannot be reached, or too much is under way; the same request may succeed later.
    Unavailable,
    /// Nobody can say yet whether the request was carried out; whoever sends it again looks first.
    Unsure,
    /// A concurrent change got in between; the work is started again and the caller does not see it.
    Conflict,
    /// A defect or a damaged store.
    Internal,
}

impl Kind {
    /// True where the request itself, not who sends it or the state of the system, is why it is not carried out.
    pub const fn is_refusal(self) -> bool {
        match self {
            Self::Malformed | Self::Input | Self::Missing | Self::Clash => true,
            Self::Unauthenticated
            | Self::Denied
            | Self::NoRoute
            | Self::TooLarge
            | Self::Unavailable
            | Self::Unsure
            | Self::Conflict
            | Self::Internal => false,
        }
    }
}

/// One row of the table of codes.
#[derive(Debug)]
pub struct CodeRow {
    /// The number on the wire.
    pub number: i64,
    /// What kind of failure it is.
    pub kind: Kind,
    /// English text; `{0}`, `{1}` … are replaced by the arguments.
    pub en: &'static str,
    /// Chinese text, likewise.
    pub zh: &'static str,
}

/// An argument of an error's text.
#[derive(Clone, Debug, PartialEq)]
pub enum Arg {
    /// The same in every language: a field name, a number, a key path.
    Text(String),
    /// The text of another error, in the language asked for.
    Error(Box<Error>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Text(number.to_string())
    }
}
impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Text(number.to_string())
    }
}
impl From<Error> for Arg {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

/// A failure, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The row of the table of codes.
    pub code: Code,
    /// Fills `{0}`, `{1}` … of the text.
    pub args: Vec<Arg>,
    /// A sentence for the caller that says more than the code's text (English): what is wrong, where, what to do.
    pub hint: Option<String>,
    /// Technical detail for the log. Never shown to a caller.
    pub detail: Option<String>,
    /// The permission that the caller lacks, as a JSON object (conventions.md §3.4).
    pub permission: Option<Box<serde_json::Value>>,
}

impl Error {
    /// An error without arguments.
    pub fn new(code: Code) -> Self {
        Self { code, args: Vec::new(), hint: None, detail: None, permission: None }
    }

    /// Adds the next argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<Arg>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds a sentence for the caller.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds technical detail for the log.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// A parameter that fails validation (1199006).
    pub fn invalid(parameter: impl Into<Arg>) -> Self {
        Self::new(Code::ParamInvalid).arg(parameter)
    }

    /// A parameter that is missing or empty (1199010).
    pub fn required(parameter: impl Into<Arg>) -> Self {
        Self::new(Code::ParamRequired).arg(parameter)
    }

    /// A parameter that is invalid or refers to nothing (1199011).
    pub fn refers_to_nothing(parameter: impl Into<Arg>) -> Self {
        Self::new(Code::ParamRefersToNothing).arg(parameter)
    }

    /// A defect of ours or a damaged store; `detail` goes to the log.
    pub fn internal(detail: impl Into<String>) -> Self {
        Self::new(Code::Internal).detail(detail)
    }

    /// The parameter that the error is about, where its code is about one.
    pub fn parameter(&self) -> Option<&str> {
        match (self.code.names_parameter(), self.args.first()) {
            (true, Some(Arg::Text(name))) => Some(name),
            (true, Some(Arg::Error(_)) | None) | (false, _) => None,
        }
    }

    /// True for a lost race that the caller must not see: the work is started again.
    pub fn is_conflict(&self) -> bool {
        self.code.row().kind == Kind::Conflict
    }

    /// The text for a caller.
    pub fn message(&self, lang: Lang) -> String {
        let row = self.code.row();
        let mut template = match lang {
            Lang::En => row.en,
            Lang::Zh => row.zh,
        };
        // In one pass, so that an argument which looks like a place is left alone.
        let mut text = String::with_capacity(template.len());
        while let Some((before, rest)) = template.split_once('{') {
            text.push_str(before);
            let Some((place, rest)) = rest.split_once('}') else { break };
            match place.parse().ok().and_then(|position: usize| self.args.get(position)) {
                Some(Arg::Text(shown)) => text.push_str(shown),
                Some(Arg::Error(error)) => text.push_str(&error.message(lang)),
                None => {}
            }
            template = rest;
        }
        text.push_str(template);
        if let Some(hint) = &self.hint {
            text.push_str(": ");
            text.push_str(hint);
        }
        text
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.message(Lang::En), self.code.row().number)?;
        if let Some(detail) = &self.detail {
            write!(f, " [{detail}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
