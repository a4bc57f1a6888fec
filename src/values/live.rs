//! Objects as Vapi sent them, and the few fields that are needed to find one.

use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::shown::fill_in;
use crate::model::diagnostic::Diagnostic;
use crate::model::{Map, RemoteId, Value, keeps_digits};

/// One object of Vapi.
#[derive(Debug, Clone)]
pub struct Live {
    /// What identifies it.
    pub header: Header,
    /// The object, or why it cannot be held.
    object: Arc<Result<Value, String>>,
}

/// The fields that identify an object, whatever its kind. A field of another type than text counts as absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// Vapi's id, as [`RemoteId::read`] gives it.
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
    fn of(object: &Map) -> Result<Self, String> {
        let text = |key: &str| object.get(key).and_then(Value::as_text).map(str::to_owned);
        Ok(Self {
            id: text("id").ok_or("it has no `id`")?,
            name: text("name"),
            number: text("number"),
            sip_uri: text("sipUri"),
            word: text("type"),
            function_name: object.get("function").and_then(|function| function.text_at("name")).map(str::to_owned),
            provider: text("provider"),
            org_id: text("orgId"),
            created_at: text("createdAt"),
            updated_at: text("updatedAt"),
            latest_version: text("latestVersion"),
        })
    }

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
    /// The object, with nothing left out and no secret known.
    ///
    /// # Errors
    /// What a JSON reader skips over but no program can hold: nesting beyond 128 levels, half a surrogate pair, a number
    /// beyond the range of a float or of more digits than one holds.
    pub fn value(&self) -> Result<&Value, Diagnostic> {
        self.object.as_ref().as_ref().map_err(|error| {
            Diagnostic::error("vapi-unreadable", format!("the object {} cannot be read: {error}", self.header.id))
        })
    }

    /// The object with what another read of it shows and this one does not. `None`: that is nothing, or it changed in between.
    pub fn with(&self, other: &Live) -> Option<Live> {
        let (Ok(read), Ok(shown)) = (&*self.object, &*other.object) else { return None };
        let is_same = self.header.updated_at.is_some() && self.header.updated_at == other.header.updated_at;
        let mut value = read.clone();
        let is_more = is_same && fill_in(&mut value, read, shown);
        is_more.then(|| Live { header: self.header.clone(), object: Arc::new(Ok(value)) })
    }

    fn new(mut header: Header, object: Result<Value, String>) -> Result<Self, String> {
        header.id = RemoteId::read(&header.id).ok_or_else(|| format!("{:?} is not an id", header.id))?.0;
        Ok(Self { header, object: Arc::new(object) })
    }
}

fn read(raw: &str) -> Result<Value, String> {
    let value = serde_json::from_str::<serde_json::Value>(raw).map_err(|error| error.to_string())?;
    match rounded(raw.as_bytes()) {
        Some(number) => Err(format!("{number} has more digits than a number can hold")),
        None => Ok(value.into()),
    }
}

/// The first number in a JSON text that no reader keeps: an integer of more than 64 bits, or more digits than a float has.
pub(super) fn rounded(bytes: &[u8]) -> Option<&str> {
    /// Any two numbers of fewer characters are two floats.
    const SHORT: usize = 16;
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
                let number = str::from_utf8(&bytes[at..at + length]).ok()?;
                let is_whole = || match bytes[..at].ends_with(b"-") {
                    true => format!("-{number}").parse::<i64>().is_ok(),
                    false => number.parse::<u64>().is_ok(),
                };
                if length > SHORT && !is_whole() && !keeps_digits(number) {
                    return Some(number);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

/// An object of a page: read, or as text if one of the page cannot be read as it is.
#[derive(Debug)]
pub(crate) enum Sent {
    Read(Value),
    Text(Box<RawValue>),
}

impl Sent {
    /// Reads one object of a page.
    ///
    /// # Errors
    /// It is no JSON.
    pub(super) fn read(bytes: &[u8]) -> serde_json::Result<Self> {
        let at_once = if rounded(bytes).is_none() { serde_json::from_slice(bytes).ok() } else { None };
        at_once.map_or_else(|| serde_json::from_slice(bytes).map(Sent::Text), |value| Ok(Sent::Read(value)))
    }

    /// When it was created, if that is at hand.
    pub fn created_at(&self) -> Option<&str> {
        match self {
            Sent::Read(value) => value.text_at("createdAt"),
            Sent::Text(_) => None,
        }
    }
}

impl TryFrom<Sent> for Live {
    type Error = String;

    fn try_from(sent: Sent) -> Result<Self, String> {
        match sent {
            Sent::Read(Value::Map(object)) => Self::new(Header::of(&object)?, Ok(Value::Map(object))),
            // A struct also reads from an array, which no object of Vapi is.
            Sent::Text(raw) if raw.get().starts_with('{') => {
                let header = serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
                Self::new(header, read(raw.get()))
            }
            Sent::Read(_) | Sent::Text(_) => Err("expected an object".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for Live {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Sent::Text(Deserialize::deserialize(deserializer)?)).map_err(D::Error::custom)
    }
}

fn text_or_none<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text),
        _ => None,
    })
}

fn name_in<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let function = serde_json::Value::deserialize(deserializer)?;
    Ok(function.get("name").and_then(serde_json::Value::as_str).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::values::page::Page;

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
        let name = live.value().unwrap().as_map().unwrap()["name"].clone();
        assert_eq!(name, json!({"x": [1]}).into());
    }

    #[test]
    fn what_has_no_id_is_not_an_object() {
        for text in ["{}", r#"{"id":5}"#, r#"{"id":""}"#, r#"["a"]"#, "5", "null", r#"{"id":null}"#] {
            assert!(serde_json::from_str::<Live>(text).unwrap_err().is_data(), "{text}");
            let mut page = Page::read(format!("[{text}]").as_bytes()).unwrap();
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
            assert_eq!(live.value().unwrap_err().code, "vapi-unreadable");
            // The others of its page can be read.
            let page = Page::read(format!(r#"[{{"id":"a","x":{value}}},{{"id":"b","x":[1.50]}}]"#).as_bytes()).unwrap();
            let [broken, whole]: [Live; 2] =
                page.objects.into_iter().map(|sent| sent.try_into().unwrap()).collect::<Vec<_>>().try_into().unwrap();
            assert_eq!(broken.value().unwrap_err(), live.value().unwrap_err());
            assert_eq!(*whole.value().unwrap(), json!({"id": "b", "x": [1.5]}).into());
        }
    }
}
