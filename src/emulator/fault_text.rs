//! Parses faults: `POST /assistant nth=2 after status=502`.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use super::duration;
use super::fault::{Effect, Fault, Stage, Target, When};
use super::store::Collection;

/// The syntax of a [`Fault`] as text.
pub const FAULT_GRAMMAR: &str = "\
[METHOD] [PATH] [WHICH] [before|after] EFFECT

PATH may contain * as a wildcard: /assistant/*
WHICH matching requests, counted from 1 (default: all):
  nth=K  first=N  from=K  every=K  between=A..B  p=0.1
before (default) or after the request takes effect
EFFECT:
  status=502 [retry-after=SECONDS|DATE]   an error in Vapi's format
  html=502       an HTML page, as from a CDN
  reset          the connection is reset
  hang           no response
  truncated      half a response, then the connection closes
  malformed      a response that is not JSON
  empty          the right status, no body
  slow=200ms     the response is delayed
  edit={\"name\":\"x\"}                     somebody else changes the object at that moment
  edit=assistant:{…}  edit=assistant/ID:{…}   … the newest of that kind, or the one with that id
(edit= and retry-after= may contain spaces and go last)";

/// A fault that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}`: {problem}")]
pub struct FaultError {
    /// The word that is wrong; empty if one is missing.
    word: String,
    problem: String,
}

impl FaultError {
    fn new(word: &str, problem: impl fmt::Display) -> Self {
        Self { word: word.to_owned(), problem: problem.to_string() }
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (mut method, mut path, mut when, mut stage) = (None, None, When::ALWAYS, Stage::Before);
        let (mut effect, mut retry_after) = (None, None);
        let mut rest = text.trim();
        while !rest.is_empty() {
            // JSON and dates may contain spaces: take the rest of the text.
            let whole = ["edit=", "retry-after="].iter().any(|long| rest.starts_with(long));
            let end = if whole { rest.len() } else { rest.find(char::is_whitespace).unwrap_or(rest.len()) };
            let (word, after) = rest.split_at(end);
            rest = after.trim_start();
            let wrong = |problem: &str| FaultError::new(word, problem);
            let count = |value: &str| match value.parse() {
                Ok(count) if count > 0 => Ok(count),
                _ => Err(wrong("expected a number from 1")),
            };
            let status = |value: &str| match value.parse() {
                Ok(status) if (200..600).contains(&status) => Ok(status),
                _ => Err(wrong("expected a status from 200 to 599")),
            };
            let (key, value) = word.split_once('=').map_or((word, None), |(key, value)| (key, Some(value)));
            let counted = |first, last, step| When::Counted { first, last, step };
            match (key, value) {
                (key, None) if key.starts_with(['/', '*']) => path = Some(key.to_owned()),
                (key, None) if key.bytes().all(|byte| byte.is_ascii_uppercase()) => method = Some(key.to_owned()),
                ("before", None) => stage = Stage::Before,
                ("after", None) => stage = Stage::After,
                ("always", None) => when = When::ALWAYS,
                ("nth", Some(value)) => when = counted(count(value)?, count(value)?, 1),
                ("first", Some(value)) => when = counted(1, count(value)?, 1),
                ("from", Some(value)) => when = counted(count(value)?, u64::MAX, 1),
                ("every", Some(value)) => when = counted(count(value)?, u64::MAX, count(value)?),
                ("between", Some(value)) => {
                    let (first, last) = value.split_once("..").ok_or_else(|| wrong("expected a range like `2..4`"))?;
                    when = counted(count(first)?, count(last)?, 1);
                }
                ("p", Some(value)) => match value.parse() {
                    Ok(p) if (0.0..=1.0).contains(&p) => when = When::Probability(p),
                    _ => return Err(wrong("expected a probability from 0 to 1")),
                },
                ("retry-after", Some(value)) => retry_after = Some(value.to_owned()),
                ("reset", None) => effect = Some(Effect::Reset),
                ("hang", None) => effect = Some(Effect::Hang),
                ("truncated", None) => effect = Some(Effect::Truncated),
                ("malformed", None) => effect = Some(Effect::Malformed),
                ("empty", None) => effect = Some(Effect::Empty),
                ("status", Some(value)) => effect = Some(Effect::Status(status(value)?, None)),
                ("html", Some(value)) => effect = Some(Effect::Html(status(value)?)),
                ("slow", Some(value)) => {
                    effect = Some(Effect::Slow(duration::parse(value).map_err(|problem| wrong(&problem))?));
                }
                ("edit", Some(value)) => effect = Some(parse_edit(word, value)?),
                _ => return Err(wrong("unknown word")),
            }
        }
        let effect = match (effect, retry_after) {
            (None, _) => return Err(FaultError::new(text, "no effect is given")),
            (Some(Effect::Status(status, _)), retry_after) => Effect::Status(status, retry_after),
            (Some(effect), None) => effect,
            (Some(_), Some(_)) => return Err(FaultError::new("retry-after", "only `status=` takes it")),
        };
        Ok(Fault { method, path, when, stage, effect })
    }
}

fn parse_edit(word: &str, value: &str) -> Result<Effect, FaultError> {
    let (target, json) = match value.split_once(':') {
        _ if value.starts_with('{') => (Target::Requested, value),
        Some((object, json)) => {
            let (path, id) = object.split_once('/').map_or((object, None), |(path, id)| (path, Some(id)));
            let collection =
                Collection::from_path(path).ok_or_else(|| FaultError::new(path, "unknown kind of object"))?;
            let target = id.map_or(Target::Newest(collection), |id| Target::Object(collection, id.to_owned()));
            (target, json)
        }
        None => return Err(FaultError::new(word, "expected `edit={…}` or `edit=assistant:{…}`")),
    };
    match serde_json::from_str(json) {
        Ok(patch @ Value::Object(_)) => Ok(Effect::Edit(target, patch)),
        Ok(_) => Err(FaultError::new(word, "expected a JSON object")),
        Err(error) => Err(FaultError::new(word, error)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    #[test]
    fn the_form_says_all_that_a_fault_is() {
        use Stage::{After, Before};
        let counted = |first, last, step| When::Counted { first, last, step };
        let edit = |target| Effect::Edit(target, json!({"name": "a b"}));
        let date = "Wed, 21 Oct 2026 07:28:00 GMT";
        let late = Effect::Status(429, Some(date.into()));
        let number = Target::Object(Collection::PhoneNumber, "7b".into());
        for (text, method, path, when, stage, effect) in [
            ("reset", "", "", When::ALWAYS, Before, Effect::Reset),
            (" POST  /a nth=2 after status=502 ", "POST", "/a", counted(2, 2, 1), After, Effect::Status(502, None)),
            (&format!("every=3 status=429 retry-after={date}"), "", "", counted(3, u64::MAX, 3), Before, late),
            ("* between=2..4 html=520", "", "*", counted(2, 4, 1), Before, Effect::Html(520)),
            ("p=0.5 slow=1.5s", "", "", When::Probability(0.5), Before, Effect::Slow(Duration::from_millis(1500))),
            ("first=1 edit={\"name\": \"a b\"}", "", "", counted(1, 1, 1), Before, edit(Target::Requested)),
            ("edit=tool:{\"name\":\"a b\"}", "", "", When::ALWAYS, Before, edit(Target::Newest(Collection::Tool))),
            ("after edit=phone-number/7b:{\"name\":\"a b\"}", "", "", When::ALWAYS, After, edit(number)),
            ("from=2 hang", "", "", counted(2, u64::MAX, 1), Before, Effect::Hang),
            ("GET truncated", "GET", "", When::ALWAYS, Before, Effect::Truncated),
            ("always malformed", "", "", When::ALWAYS, Before, Effect::Malformed),
            ("before empty", "", "", When::ALWAYS, Before, Effect::Empty),
        ] {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let expected = Fault { method: some(method), path: some(path), when, stage, effect };
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_word() {
        for (text, word) in [
            ("POST /assistant", "`POST /assistant`: no effect is given"),
            ("", "``: no effect is given"),
            ("reset nht=2", "`nht=2`: unknown word"),
            ("explode", "`explode`: unknown word"),
            ("nth=0 reset", "`nth=0`: expected a number"),
            ("between=2 reset", "`between=2`: expected a range"),
            ("p=2 reset", "`p=2`: expected a probability"),
            ("status=99", "`status=99`: expected a status"),
            ("status=600", "`status=600`: expected a status"),
            ("slow=fast", "`slow=fast`: write a time"),
            ("edit=[]", "`edit=[]`: expected `edit"),
            ("edit=assistant:[]", "`edit=assistant:[]`: expected a JSON object"),
            ("edit=agent:{}", "`agent`: unknown kind"),
            ("edit={", "`edit={`: EOF"),
            ("reset retry-after=1", "`retry-after`: only"),
        ] {
            let error = text.parse::<Fault>().map_err(|error| error.to_string());
            assert!(error.clone().is_err_and(|error| error.starts_with(word)), "{text}: {error:?}");
        }
    }
}
