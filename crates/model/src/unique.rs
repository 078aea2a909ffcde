//! Unique rules of models and the keys they give (models.md §8).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One attribute of a unique rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct KeyPart {
    /// Always `property`.
    #[serde(rename = "key_kind")]
    #[schemars(extend("examples" = ["property"]))]
    pub kind: String,
    /// Numeric id of the attribute.
    #[serde(rename = "key_id")]
    pub attribute: i64,
}

/// A unique rule record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UniqueRule {
    /// Numeric id.
    #[schemars(extend("readOnly" = true))]
    pub id: i64,
    /// Field template it comes from, 0 for none.
    #[serde(rename = "bk_template_id")]
    pub template: i64,
    /// Model.
    #[serde(rename = "bk_obj_id")]
    pub obj_id: String,
    /// Attributes that are unique together.
    pub keys: Vec<KeyPart>,
    /// Built in.
    #[serde(rename = "ispre")]
    #[schemars(extend("readOnly" = true))]
    pub built_in: bool,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    #[schemars(extend("readOnly" = true))]
    pub account: String,
    /// Local time text.
    #[schemars(extend("readOnly" = true))]
    pub last_time: Option<String>,
}

/// A key that at most one row may hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UniqueKey {
    /// The rule: the id of a [`UniqueRule`], or a negative constant of [`crate::store::tables`].
    pub rule: i64,
    /// The values, encoded by [`encode`].
    pub key: Vec<u8>,
}

/// Encodes the values of a rule so that two rows collide exactly when all values are equal. `None` when the row takes no
/// part: a value is missing, null or not a text, number or truth value (models.md §8, Enforcement). Compares numbers by
/// value (`1` and `1.0` are equal) and texts byte by byte.
pub fn encode<'v>(values: impl IntoIterator<Item = Option<&'v serde_json::Value>>) -> Option<Vec<u8>> {
    use serde_json::Value;
    let mut key = Vec::new();
    for value in values {
        match value? {
            Value::String(text) => {
                key.push(b's');
                key.extend_from_slice(&u32::try_from(text.len()).ok()?.to_be_bytes());
                key.extend_from_slice(text.as_bytes());
            }
            Value::Number(number) => {
                if let Some(whole) = whole(number) {
                    key.push(b'i');
                    key.extend_from_slice(&whole.to_be_bytes());
                } else {
                    key.push(b'f');
                    key.extend_from_slice(&number.as_f64()?.to_bits().to_be_bytes());
                }
            }
            Value::Bool(flag) => key.extend_from_slice(&[b'b', u8::from(*flag)]),
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        }
    }
    Some(key)
}

/// A number as an integer, when it has an integer's value.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked by comparing back")]
fn whole(number: &serde_json::Number) -> Option<i128> {
    if let Some(value) = number.as_i64() {
        return Some(i128::from(value));
    }
    if let Some(value) = number.as_u64() {
        return Some(i128::from(value));
    }
    let value = number.as_f64()?;
    let whole = value as i128;
    (value.abs() < 1e30 && (whole as f64 - value) == 0.0).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::encode;
    use serde_json::json;

    #[test]
    fn equal_values_collide_and_missing_values_take_no_part() {
        let key = |values: &[serde_json::Value]| encode(values.iter().map(Some));
        assert_eq!(key(&[json!(1)]), key(&[json!(1.0)]));
        assert_ne!(key(&[json!("a"), json!("bc")]), key(&[json!("ab"), json!("c")]));
        assert_ne!(key(&[json!("1")]), key(&[json!(1)]));
        assert!(key(&[json!("")]).is_some());
        assert_eq!(key(&[json!(null)]), None);
        assert_eq!(encode([None]), None);
    }
}
