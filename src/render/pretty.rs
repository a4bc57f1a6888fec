//! JSON values as text for reading and for diffs: long texts in them keep their lines.

use serde_json::{Map, Value as Json};

/// Writes a text, number or other scalar.
pub type Scalar<'s> = &'s dyn Fn(&Json) -> String;

/// A value as lines, close to YAML but only for reading: `key: value`, `- element`, texts of several lines below a `|`.
/// Every line ends with a line end.
pub fn lines(value: &Json, scalar: Scalar<'_>) -> String {
    let mut out = String::new();
    put(value, 0, scalar, &mut out);
    out
}

fn put(value: &Json, depth: usize, scalar: Scalar<'_>, out: &mut String) {
    match value {
        Json::Object(map) if !map.is_empty() => fields(map, depth, scalar, out),
        Json::Array(items) if !items.is_empty() => items.iter().for_each(|item| {
            let indent = "  ".repeat(depth);
            match item {
                // The first field goes beside the dash.
                Json::Object(map) if !map.is_empty() => {
                    let mut inner = String::new();
                    fields(map, depth + 1, scalar, &mut inner);
                    out.push_str(&format!("{indent}- {}", &inner[indent.len() + 2..]));
                }
                _ => {
                    out.push_str(&format!("{indent}-"));
                    after(item, depth, scalar, out);
                }
            }
        }),
        Json::String(text) if text.contains('\n') => block(text, depth, out),
        other => out.push_str(&format!("{}{}\n", "  ".repeat(depth), leaf(other, scalar))),
    }
}

/// An empty list or mapping, or a scalar.
fn leaf(value: &Json, scalar: Scalar<'_>) -> String {
    match value {
        Json::Object(_) => "{}".to_owned(),
        Json::Array(_) => "[]".to_owned(),
        other => scalar(other),
    }
}

fn fields(map: &Map<String, Json>, depth: usize, scalar: Scalar<'_>, out: &mut String) {
    for (key, value) in map {
        let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$'));
        let key = if plain { key.clone() } else { Json::from(key.as_str()).to_string() };
        out.push_str(&format!("{}{key}:", "  ".repeat(depth)));
        after(value, depth, scalar, out);
    }
}

/// A value after its key or dash: on the same line if it fits there, else below.
fn after(value: &Json, depth: usize, scalar: Scalar<'_>, out: &mut String) {
    let below = match value {
        Json::Object(map) => !map.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::String(text) => text.contains('\n'),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    };
    if below {
        // A text without a line end at its end must look different from one with it.
        out.push_str(match value {
            Json::String(text) if text.ends_with('\n') => " |\n",
            Json::String(_) => " |-\n",
            _ => "\n",
        });
        put(value, depth + 1, scalar, out);
    } else {
        out.push_str(&format!(" {}\n", leaf(value, scalar)));
    }
}

fn block(text: &str, depth: usize, out: &mut String) {
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        let indent = if line.is_empty() { String::new() } else { "  ".repeat(depth) };
        out.push_str(&format!("{indent}{line}\n"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_keep_their_lines() {
        let value = json!({"a b": [1, {"content": "one\n\ntwo\n", "x": "y\nz"}, []], "c": {}, "d": null, "e": "f"});
        let expected = r#""a b":
  - 1
  - content: |
      one

      two
    x: |-
      y
      z
  - []
c: {}
d: null
e: "f"
"#;
        let lines = |value: &Json| lines(value, &|scalar| scalar.to_string());
        assert_eq!(lines(&value), expected);
        assert_eq!(lines(&json!("a\nb")), "a\nb\n");
        assert_eq!(lines(&json!([])), "[]\n");
    }
}
