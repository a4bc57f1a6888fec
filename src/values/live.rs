//! Objects as Vapi sent them: the bytes, and the few fields that are needed to find one.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model;
use crate::model::diagnostic::Diagnostic;

/// One object of Vapi. Costs its bytes and its [`Header`]; the rest is parsed when it is asked for.
#[derive(Debug, Clone)]
pub struct Live {
    /// What identifies it.
    pub header: Header,
    text: Arc<Text>,
}

/// The JSON text of an object, and what was read from it ahead of time.
#[derive(Debug)]
struct Text {
    raw: Box<RawValue>,
    ahead: Mutex<Ahead>,
}

#[derive(Debug)]
enum Ahead {
    NotRead,
    Read(model::Value),
    /// It was asked for: what is read now is read for nobody.
    Taken,
}

/// The fields that identify an object, whatever its kind. A field of another type than text counts as absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Vapi's id, as [`RemoteId::read`](model::RemoteId::read) gives it.
    pub id: String,
    /// The name; not unique in an organisation.
    #[serde(default, deserialize_with = "text_or_none")]
    pub name: Option<String>,
    /// A phone number's number, in E.164.
    #[serde(default, deserialize_with = "text_or_none")]
    pub number: Option<String>,
    /// A phone number's SIP address.
    #[serde(default, deserialize_with = "text_or_none")]
    pub sip_uri: Option<String>,
    /// The type of a tool.
    #[serde(default, rename = "type", deserialize_with = "text_or_none")]
    pub word: Option<String>,
    /// The name by which a model calls a tool.
    #[serde(default, rename = "function", deserialize_with = "name_in")]
    pub function_name: Option<String>,
    /// The provider of a phone number (`vapi`, `twilio`, …).
    #[serde(default, deserialize_with = "text_or_none")]
    pub provider: Option<String>,
    /// The organisation; absent on read-only objects of the platform.
    #[serde(default, deserialize_with = "text_or_none")]
    pub org_id: Option<String>,
    /// When it was made, as Vapi shows it: RFC 3339, cut to milliseconds.
    #[serde(default, deserialize_with = "text_or_none")]
    pub created_at: Option<String>,
    /// When it was last changed, as Vapi shows it.
    #[serde(default, deserialize_with = "text_or_none")]
    pub updated_at: Option<String>,
    /// The label of its newest version, `v3`, in organisations for which Vapi keeps versions (`latestVersion` of the API's
    /// document; it counts up by one per version of an assistant).
    #[serde(default, deserialize_with = "text_or_none")]
    pub latest_version: Option<String>,
}

impl Header {
    /// The text of a field that identifies objects, by its path.
    pub fn text(&self, path: &str) -> Option<&str> {
        let text = match path {
            "name" => &self.name,
            "function.name" => &self.function_name,
            "number" => &self.number,
            "sipUri" => &self.sip_uri,
            "type" => &self.word,
            _ => &None,
        };
        text.as_deref()
    }

    /// What people call it: its name, else its number or SIP URI.
    pub fn called(&self) -> Option<&str> {
        ["name", "function.name", "number", "sipUri"].into_iter().find_map(|path| self.text(path))
    }

    /// The number in the label of its newest version. `None`: Vapi keeps none, or calls them otherwise by now.
    pub fn version(&self) -> Option<u64> {
        self.latest_version.as_deref()?.strip_prefix('v')?.parse().ok()
    }
}

impl Live {
    /// The object as JSON.
    ///
    /// # Errors
    /// What a JSON reader skips over but no program can hold: nesting beyond 128 levels, half a surrogate pair, a number
    /// beyond the range of a float or of more digits than one holds.
    pub fn json(&self) -> Result<Value, Diagnostic> {
        read(self.raw()).map_err(|error| {
            Diagnostic::error("vapi-unreadable", format!("the object {} cannot be read: {error}", self.header.id))
        })
    }

    /// What [`read_ahead`] made of it, once.
    pub(crate) fn take_ahead(&self) -> Option<model::Value> {
        match std::mem::replace(&mut *self.text.ahead(), Ahead::Taken) {
            Ahead::Read(value) => Some(value),
            Ahead::NotRead | Ahead::Taken => None,
        }
    }

    /// The object's JSON text as it came, without white space around it.
    pub fn raw(&self) -> &str {
        self.text.raw.get()
    }
}

/// Reads objects before they are asked for, on another thread, while more of them are on their way. Of `most` bytes at most,
/// for what was read stays until it is taken. Gives how many of them are left.
pub(crate) fn read_ahead(
    objects: &[Live],
    most: usize,
    read: impl Fn(Value) -> model::Value + Send + 'static,
) -> usize {
    let mut left = most;
    // Who drops them wants nothing read any more.
    let texts: Vec<Weak<Text>> = (objects.iter())
        .take_while(|live| {
            left = left.saturating_sub(live.raw().len());
            left > 0
        })
        .map(|live| Arc::downgrade(&live.text))
        .collect();
    tokio::task::spawn_blocking(move || {
        for text in texts.iter().filter_map(Weak::upgrade) {
            if !matches!(*text.ahead(), Ahead::NotRead) {
                continue;
            }
            let Ok(value) = self::read(text.raw.get()).map(&read) else { continue };
            let mut ahead = text.ahead();
            if matches!(*ahead, Ahead::NotRead) {
                *ahead = Ahead::Read(value);
            }
        }
    });
    left
}

fn read(raw: &str) -> Result<Value, String> {
    let json = serde_json::from_str(raw).map_err(|error| error.to_string())?;
    match rounded(raw) {
        Some(number) => Err(format!("{number} has more digits than a number can hold")),
        None => Ok(json),
    }
}

/// The first number in a JSON text that no reader keeps: an integer of more than 64 bits, or more digits than a float has.
fn rounded(raw: &str) -> Option<&str> {
    /// Any two numbers of fewer characters are two floats.
    const SHORT: usize = 16;
    let bytes = raw.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-');
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while let Some(special) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
                    at += special;
                    if bytes[at] == b'"' {
                        break;
                    }
                    at += 2;
                }
                at += 1;
            }
            b'0'..=b'9' => {
                let length = bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                let number = raw.get(at..at + length)?;
                let is_whole = match raw[..at].ends_with('-') {
                    true => raw[at - 1..at + length].parse::<i64>().is_ok(),
                    false => number.parse::<u64>().is_ok(),
                };
                if length > SHORT && !is_whole && !model::keeps_digits(number) {
                    return Some(number);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

impl Text {
    fn ahead(&self) -> MutexGuard<'_, Ahead> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TryFrom<Box<RawValue>> for Live {
    type Error = String;

    fn try_from(raw: Box<RawValue>) -> Result<Self, String> {
        // A struct also reads from an array, which no object of Vapi is.
        if !raw.get().starts_with('{') {
            return Err("expected an object".to_owned());
        }
        let mut header: Header = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
        let id = model::RemoteId::read(&header.id).ok_or_else(|| format!("{:?} is not an id", header.id))?;
        header.id = id.0;
        Ok(Self { header, text: Arc::new(Text { raw, ahead: Mutex::new(Ahead::NotRead) }) })
    }
}

impl<'de> Deserialize<'de> for Live {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Box::<RawValue>::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn text_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

fn name_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Value::deserialize(deserializer)?.get("name").and_then(Value::as_str).map(str::to_owned))
}

/// One page of a list: a bare array, or `{"results": […], "metadata": {"totalItems": n}}`.
#[derive(Debug)]
pub(crate) struct Page {
    /// The objects in the order of the page, as JSON.
    pub objects: Vec<Box<RawValue>>,
    /// How many objects the question has on all pages, where the service says so.
    pub total: Option<u64>,
}

impl<'de> Deserialize<'de> for Page {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PageVisitor;

        impl<'de> Visitor<'de> for PageVisitor {
            type Value = Page;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of objects")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Page, A::Error> {
                let mut objects = Vec::new();
                while let Some(object) = items.next_element()? {
                    objects.push(object);
                }
                Ok(Page { objects, total: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Page, A::Error> {
                let (mut objects, mut total) = (None, None);
                while let Some(key) = entries.next_key::<String>()? {
                    match key.as_str() {
                        "results" | "data" => objects = Some(entries.next_value()?),
                        "total" => total = entries.next_value::<Value>()?.as_u64(),
                        "metadata" => total = entries.next_value::<Value>()?["totalItems"].as_u64(),
                        _ => {
                            entries.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                let objects = objects.ok_or_else(|| A::Error::custom("expected a list of objects"))?;
                Ok(Page { objects, total })
            }
        }

        deserializer.deserialize_any(PageVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_survives_odd_types() {
        let text = r#" {"id":"a","name":{"x":[1]},"number":5,"sipUri":null,"provider":[[]],"orgId":true,
            "createdAt":-1.5,"updatedAt":"t","model":{"deep":[[[]]]}} "#;
        let live: Live = serde_json::from_str(text).unwrap();
        assert_eq!(
            live.header,
            Header {
                id: "a".into(),
                name: None,
                number: None,
                sip_uri: None,
                word: None,
                function_name: None,
                provider: None,
                org_id: None,
                created_at: None,
                updated_at: Some("t".into()),
                latest_version: None,
            }
        );
        assert_eq!(live.raw(), text.trim());
        assert_eq!(live.json().unwrap()["name"]["x"][0], 1);
    }

    #[test]
    fn what_has_no_id_is_not_an_object() {
        for text in ["{}", r#"{"id":5}"#, r#"{"id":""}"#, r#"["a"]"#, "5", "null", r#"{"id":null}"#] {
            assert!(serde_json::from_str::<Live>(text).unwrap_err().is_data(), "{text}");
            let mut page: Page = serde_json::from_str(&format!("[{text}]")).unwrap();
            assert!(Live::try_from(page.objects.remove(0)).is_err(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_held_is_an_error_and_no_panic() {
        for value in [
            format!("{}{}", "[".repeat(200), "]".repeat(200)),
            r#""\ud800""#.into(),
            "1e999".into(),
            "18446744073709551617".into(),
            "[-9007199254740993.5]".into(),
            "-9223372036854775809".into(),
        ] {
            let live: Live = serde_json::from_str(&format!(r#"{{"id":"a","x":{value}}}"#)).unwrap();
            assert_eq!(live.json().unwrap_err().code, "vapi-unreadable");
        }
    }

    #[test]
    fn a_page_is_an_array_or_results() {
        let page: Page = serde_json::from_str(r#"[{"id":"a"},{"id":"b"}]"#).unwrap();
        assert_eq!((page.objects.len(), page.total), (2, None));
        let page: Page = serde_json::from_str(r#"{"metadata":{"totalItems":7},"x":1,"results":[{"id":"a"}]}"#).unwrap();
        assert_eq!((page.objects.len(), page.total), (1, Some(7)));
        for text in [r#"{"message":"no"}"#, "5", r#""x""#, "null", r#"{"results":5}"#] {
            assert!(serde_json::from_str::<Page>(text).unwrap_err().is_data(), "{text}");
        }
        assert!(serde_json::from_str::<Page>(r#"[{"id":"a"},"#).unwrap_err().is_eof());
    }
}
