//! Faults as text: `POST /assistant nth=2 after status=502`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::Value;

use super::duration;
use super::fault::{Effect, Fault, Stage, Target, When};
use super::store::Collection;

/// What `--help` says of the form.
pub(super) const GRAMMAR: &str = "\
[METHOD] [PATH] [WHICH] [before|after] EFFECT

PATH may hold * for anything: /assistant/*
WHICH of the requests that fit, counted from 1 (default: all of them):
  nth=K  first=N  from=K  every=K  between=A..B  p=0.1
before (default) or after the request is carried out
EFFECT:
  status=502 [retry-after=SECONDS|DATE]   an error as Vapi words it
  html=502       an HTML page of the CDN
  reset          the connection is reset
  hang           no answer
  truncated      half an answer, then the end
  malformed      an answer that is not JSON
  empty          the right status and no body
  slow=200ms     the answer comes later
  edit={\"name\":\"x\"}                     somebody else changes the object at that moment
  edit=assistant:{…}  edit=assistant/ID:{…}   … the newest of its kind, or that one
(edit= and retry-after= may hold blanks and go last)";

/// A fault that cannot be understood.
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
        let mut method = None;
        let mut path = None;
        let mut when = When::Always;
        let mut stage = Stage::Before;
        let mut effect = None;
        let mut retry_after = None;
        let mut rest = text.trim();
        while !rest.is_empty() {
            // JSON, and a date, may hold blanks: they go on to the end.
            let whole = ["edit=", "retry-after="].iter().any(|long| rest.starts_with(long));
            let end = if whole { rest.len() } else { rest.find(char::is_whitespace).unwrap_or(rest.len()) };
            let (word, after) = rest.split_at(end);
            rest = after.trim_start();
            match word.split_once('=') {
                None if word.starts_with('/') || word.starts_with('*') => path = Some(word.to_owned()),
                None if word == "before" => stage = Stage::Before,
                None if word == "after" => stage = Stage::After,
                None if word == "always" => when = When::Always,
                None if word.bytes().all(|byte| byte.is_ascii_uppercase()) => method = Some(word.to_owned()),
                Some(("retry-after", value)) => retry_after = Some(value.to_owned()),
                split => match which(word, split)? {
                    Some(which) => when = which,
                    None => effect = Some(parse_effect(word, split)?),
                },
            }
        }
        let mut effect = effect.ok_or_else(|| FaultError::new(text, "it does not say what happens"))?;
        match (&mut effect, retry_after) {
            (_, None) => {}
            (Effect::Status { retry_after, .. }, value) => *retry_after = value,
            (_, Some(_)) => return Err(FaultError::new("retry-after", "only `status=` has one")),
        }
        Ok(Fault { method, path, when, stage, effect })
    }
}

/// `None` if the word does not say which requests.
fn which(word: &str, split: Option<(&str, &str)>) -> Result<Option<When>, FaultError> {
    let count = |value: &str| match value.parse() {
        Ok(count) if count > 0 => Ok(count),
        _ => Err(FaultError::new(word, "not a count from 1 on")),
    };
    let when = match split {
        Some(("nth", value)) => When::Nth(count(value)?),
        Some(("first", value)) => When::First(count(value)?),
        Some(("from", value)) => When::From(count(value)?),
        Some(("every", value)) => When::Every(count(value)?),
        Some(("between", value)) => {
            let (first, last) = value.split_once("..").ok_or_else(|| FaultError::new(word, "not like `2..4`"))?;
            When::Between(count(first)?, count(last)?)
        }
        Some(("p", value)) => match value.parse() {
            Ok(probability) if (0.0..=1.0).contains(&probability) => When::Probability(probability),
            _ => return Err(FaultError::new(word, "not a probability from 0 to 1")),
        },
        _ => return Ok(None),
    };
    Ok(Some(when))
}

fn parse_effect(word: &str, split: Option<(&str, &str)>) -> Result<Effect, FaultError> {
    let status = |value: &str| match value.parse() {
        Ok(status) if (200..600).contains(&status) => Ok(status),
        _ => Err(FaultError::new(word, "not a status from 200 to 599")),
    };
    Ok(match split {
        None => match word {
            "reset" => Effect::Reset,
            "hang" => Effect::Hang,
            "truncated" => Effect::Truncated,
            "malformed" => Effect::Malformed,
            "empty" => Effect::Empty,
            _ => return Err(FaultError::new(word, "not a word of a fault")),
        },
        Some(("status", value)) => Effect::Status { status: status(value)?, retry_after: None },
        Some(("html", value)) => Effect::Html(status(value)?),
        Some(("slow", value)) => Effect::Slow(slow(word, value)?),
        Some(("edit", value)) => parse_edit(word, value)?,
        Some(_) => return Err(FaultError::new(word, "not a word of a fault")),
    })
}

fn slow(word: &str, value: &str) -> Result<Duration, FaultError> {
    duration::parse(value).map_err(|problem| FaultError::new(word, problem))
}

fn parse_edit(word: &str, value: &str) -> Result<Effect, FaultError> {
    let (target, json) = match value.split_once(':') {
        _ if value.starts_with('{') => (Target::Requested, value),
        Some((object, json)) => {
            let (path, id) = object.split_once('/').map_or((object, None), |(path, id)| (path, Some(id)));
            let collection =
                Collection::from_path(path).ok_or_else(|| FaultError::new(path, "not a kind of object"))?;
            let target = id.map_or(Target::Newest(collection), |id| Target::Object(collection, id.to_owned()));
            (target, json)
        }
        None => return Err(FaultError::new(word, "not like `edit={…}` or `edit=assistant:{…}`")),
    };
    match serde_json::from_str(json) {
        Ok(patch @ Value::Object(_)) => Ok(Effect::Edit { target, patch }),
        Ok(_) => Err(FaultError::new(word, "not a JSON object")),
        Err(error) => Err(FaultError::new(word, error)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fault(method: Option<&str>, path: Option<&str>, when: When, stage: Stage, effect: Effect) -> Fault {
        Fault { method: method.map(Into::into), path: path.map(Into::into), when, stage, effect }
    }

    #[test]
    fn the_form_says_all_that_a_fault_is() {
        let assistant = Target::Newest(Collection::Assistant);
        let number = Target::Object(Collection::PhoneNumber, "7b".into());
        let patch = json!({"name": "a b"});
        for (text, expected) in [
            ("reset", fault(None, None, When::Always, Stage::Before, Effect::Reset)),
            (
                " POST  /assistant nth=2 after status=502 ",
                fault(
                    Some("POST"),
                    Some("/assistant"),
                    When::Nth(2),
                    Stage::After,
                    Effect::Status { status: 502, retry_after: None },
                ),
            ),
            (
                "every=3 status=429 retry-after=Wed, 21 Oct 2026 07:28:00 GMT",
                fault(
                    None,
                    None,
                    When::Every(3),
                    Stage::Before,
                    Effect::Status { status: 429, retry_after: Some("Wed, 21 Oct 2026 07:28:00 GMT".into()) },
                ),
            ),
            ("* between=2..4 html=520", fault(None, Some("*"), When::Between(2, 4), Stage::Before, Effect::Html(520))),
            (
                "p=0.5 slow=1.5s",
                fault(None, None, When::Probability(0.5), Stage::Before, Effect::Slow(Duration::from_millis(1500))),
            ),
            (
                "PATCH /assistant/* first=1 edit={\"name\": \"a b\"}",
                fault(
                    Some("PATCH"),
                    Some("/assistant/*"),
                    When::First(1),
                    Stage::Before,
                    Effect::Edit { target: Target::Requested, patch: patch.clone() },
                ),
            ),
            (
                "from=2 edit=assistant:{\"name\": \"a b\"}",
                fault(
                    None,
                    None,
                    When::From(2),
                    Stage::Before,
                    Effect::Edit { target: assistant, patch: patch.clone() },
                ),
            ),
            (
                "after edit=phone-number/7b:{\"name\": \"a b\"}",
                fault(None, None, When::Always, Stage::After, Effect::Edit { target: number, patch }),
            ),
            ("always hang", fault(None, None, When::Always, Stage::Before, Effect::Hang)),
            ("truncated", fault(None, None, When::Always, Stage::Before, Effect::Truncated)),
            ("malformed", fault(None, None, When::Always, Stage::Before, Effect::Malformed)),
            ("empty", fault(None, None, When::Always, Stage::Before, Effect::Empty)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_word() {
        for (text, word) in [
            ("POST /assistant", "`POST /assistant`: it does not say"),
            ("", "``: it does not say"),
            ("reset nht=2", "`nht=2`: not a word"),
            ("explode", "`explode`: not a word"),
            ("nth=0 reset", "`nth=0`: not a count"),
            ("between=2 reset", "`between=2`: not like"),
            ("p=2 reset", "`p=2`: not a probability"),
            ("status=99", "`status=99`: not a status"),
            ("status=600", "`status=600`: not a status"),
            ("slow=fast", "`slow=fast`: not a time"),
            ("edit=[]", "`edit=[]`: not like"),
            ("edit=assistant:[]", "`edit=assistant:[]`: not a JSON object"),
            ("edit=agent:{}", "`agent`: not a kind"),
            ("edit={", "`edit={`: EOF"),
            ("reset retry-after=1", "`retry-after`: only"),
        ] {
            let error = text.parse::<Fault>().map_err(|error| error.to_string());
            assert!(error.clone().is_err_and(|error| error.starts_with(word)), "{text}: {error:?}");
        }
    }
}
