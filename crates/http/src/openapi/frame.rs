//! What all operations have in common: envelopes, failures, credentials, and the text at the beginning.

use super::{Object, SCHEMAS, object};
use crate::envelope;
use crate::request::Style;
use relata_model::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Statuses of failures that every operation may end with.
pub(super) const FAILURES: [&str; 5] = ["401", "413", "500", "503", "504"];

/// Statuses of failures of Relata's own API.
pub(super) const PROBLEMS: [&str; 11] = ["400", "401", "403", "404", "409", "413", "422", "429", "500", "503", "504"];

/// Title, version and introduction.
pub(super) fn info(style: Style) -> Value {
    let how = match style {
        Style::Native | Style::Relata => {
            "Native style: parameters are in the path, the query and a JSON body; path wins over body, body over query. \
             The same calls exist in two other styles, each with a document of its own: behind the prefix of an API gateway \
             (`/api/openapi.json?style=gateway`) and by name as in ESB (`/api/openapi.json?style=esb`).\n\n\
             Below `/api/relata/v1` there is no envelope: an answer is the JSON itself, and a failure has a status of its own \
             and is a problem (RFC 9457) with the code of the table. What follows about the envelope is for `/api/v3`."
        }
        Style::Gateway => "Gateway style: the native paths behind a prefix, answers with `code` and `message`.",
        Style::Esb => {
            "ESB style: every call has its name as path and all parameters in one flat JSON body. What only reads may also \
             be asked by GET, with query parameters. The trailing slash may be left out."
        }
    };
    let description = format!(
        "{how}\n\n\
         A call that is refused by a rule is answered with status 200, `result` false and a code; texts are Chinese, or \
         English where the header `X-Bkcmdb-Language: en` asks for it. A member of a request that is null counts as left \
         out. Members that nobody knows are ignored. Every answer names its request in the header `X-Request-ID`.\n\n\
         Times are texts in the time zone of the server, `YYYY-MM-DD hh:mm:ss` or RFC 3339."
    );
    json!({
        "title": "Relata",
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        "description": description,
    })
}

/// Envelopes and codes.
pub(super) fn schemas(style: Style) -> Object {
    let (code, message) = envelope::names(style);
    let envelope = |done: bool, meaning: &str, code_schema: Value, more: Value| {
        let mut properties = object(json!({
            "result": {"type": "boolean", "const": done},
            code: code_schema,
            message: {
                "type": "string",
                "description": "Text for a reader, in the language that was asked for.",
                "examples": [if done { "success" } else { "there is no such model" }],
            },
        }));
        let mut required = vec!["result", code, message, "permission"];
        if style != Style::Native {
            let id = json!({"type": "string", "description": "Names the request in the log."});
            properties.insert("request_id".to_owned(), id);
            required.push("request_id");
        }
        properties.extend(object(more));
        json!({"type": "object", "description": meaning, "properties": properties, "required": required})
    };
    let success = envelope(
        true,
        "The envelope of an answer; what was asked for is in `data`.",
        json!({"type": "integer", "const": 0}),
        json!({"permission": {"type": "null"}}),
    );
    let failure = envelope(
        false,
        "Why the request was not carried out.",
        json!({"$ref": format!("#{SCHEMAS}/ErrorCode")}),
        json!({
            "permission": {"type": ["object", "null"], "description": "What to ask for where a permission is lacking."},
            "data": {"type": "null"},
        }),
    );
    // Codes that differ in their text only share a number.
    let mut rows: BTreeMap<i64, (String, Vec<&str>)> = BTreeMap::new();
    for code in Code::ALL {
        let row = code.row();
        rows.entry(row.number).or_insert_with(|| (format!("{code:?}"), Vec::new())).1.push(row.en);
    }
    let codes = json!({
        "type": "integer",
        "description": "Why a call was refused.",
        "enum": rows.keys().collect::<Vec<_>>(),
        "x-enum-varnames": rows.values().map(|(name, _)| name).collect::<Vec<_>>(),
        "x-enum-descriptions": rows.values().map(|(_, texts)| texts.join(" / ")).collect::<Vec<_>>(),
    });
    let mut schemas = object(json!({"Success": success, "Failure": failure, "ErrorCode": codes}));
    if style == Style::Native {
        schemas.insert("Problem".to_owned(), problem());
    }
    schemas
}

/// A failure of Relata's own API.
fn problem() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    json!({
        "type": "object",
        "description": "Why the request was not carried out (RFC 9457).",
        "properties": {
            "type": text("Names the code."),
            "title": text("The code in words, the same in every language."),
            "status": {"type": "integer", "description": "The status of the answer."},
            "detail": text("Text for a reader, in the language that was asked for."),
            "instance": text("The id of the request, which names it in the log."),
            "code": {"$ref": format!("#{SCHEMAS}/ErrorCode")},
            "parameter": text("The parameter that is wrong, where it is one."),
            "permission": {"type": "object", "description": "What to ask for where a permission is lacking."},
        },
        "required": ["type", "title", "status", "detail", "instance", "code"],
    })
}

/// Failures with a status of their own, with the codes that have it.
pub(super) fn responses(style: Style) -> Value {
    let mut responses = failures(style, "", &FAILURES, "application/json", "Failure");
    if style == Style::Native {
        responses.extend(failures(Style::Relata, "Problem", &PROBLEMS, envelope::PROBLEM, "Problem"));
    }
    responses.into()
}

fn failures(style: Style, prefix: &str, statuses: &[&str], content_type: &str, schema: &str) -> Object {
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for code in Code::ALL {
        let row = code.row();
        let status = envelope::status(style, *code).as_str().to_owned();
        codes.entry(status).or_default().push(format!("- `{}` {}", row.number, row.en));
    }
    let responses = statuses.iter().map(|status| {
        let codes = codes.remove(*status).unwrap_or_default().join("\n");
        let response = json!({
            "description": format!("{}\n\n{codes}", meaning(status)),
            "content": {content_type: {"schema": {"$ref": format!("#{SCHEMAS}/{schema}")}}},
        });
        (format!("{prefix}{status}"), response)
    });
    responses.collect()
}

fn meaning(status: &str) -> &'static str {
    match status {
        "400" => "The request cannot be read.",
        "403" => "A permission is lacking; `permission` says which.",
        "404" => "Something that the request names does not exist.",
        "409" => "Something stored is against it.",
        "422" => "The request says something that is not allowed.",
        "429" => "Too many requests; nothing was done.",
        "401" => "Nobody is signed in, or the credentials are wrong.",
        "413" => "The body is larger than the limit.",
        "500" => "A defect or a damaged store.",
        "503" => "Nothing was done; the same request may succeed later.",
        _ => "Nobody can say yet whether the request was carried out; look before you send it again.",
    }
}

/// Any one of the schemes is enough.
pub(super) fn security(style: Style) -> Value {
    let schemes = security_schemes(style);
    schemes.as_object().into_iter().flatten().map(|(name, _)| json!({name: []})).collect()
}

/// How callers show who they are.
pub(super) fn security_schemes(style: Style) -> Value {
    let token = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "An access token; `relata` prints one at its first start, more are made by `relata_create_token`.",
    });
    match style {
        Style::Native | Style::Relata => json!({"token": token}),
        Style::Esb | Style::Gateway => json!({
            "token": token,
            "application": {
                "type": "apiKey",
                "in": "header",
                "name": "X-Bkapi-Authorization",
                "description": "A JSON object: `bk_app_code`, `bk_app_secret` and `bk_username` of a registered application \
                                and the user it acts for, or `access_token` (or `bk_token`) with an access token. The same \
                                members may be in the body or the query instead.",
            },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, FAILURES, PROBLEMS, Style, envelope};
    use relata_model::error::Kind;

    #[test]
    fn every_kind_of_failure_has_a_response() {
        for code in Code::ALL {
            let status = envelope::status(Style::Native, *code).as_u16().to_string();
            let elsewhere = status == "200" || code.row().kind == Kind::NoRoute;
            assert!(elsewhere || FAILURES.contains(&status.as_str()), "{code:?}");
            let status = envelope::status(Style::Relata, *code).as_u16().to_string();
            assert!(PROBLEMS.contains(&status.as_str()), "{code:?}");
        }
    }
}
