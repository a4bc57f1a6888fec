//! Checks single values: types, ranges, lengths, words.

use crate::document::{Node, Unsaid, View};
use crate::kinds::table::{Range, Shape, Text};
use crate::model::diagnostic::Diagnostic;
use crate::model::{Form, Trail};
use crate::state::load::did_you_mean;
use crate::state::template::Token;

/// The most words that a message lists.
const LISTED: usize = 12;

/// Whether a value has the type of a shape.
pub(super) fn fits(shape: &'static Shape, view: &View<'_>) -> bool {
    match shape.resolved() {
        Shape::Any => true,
        Shape::Bool => matches!(view, View::Bool(_)),
        Shape::Number(_) => matches!(view, View::Number(_)),
        Shape::Text(_) => matches!(view, View::Text(_)),
        Shape::List(_) => matches!(view, View::List),
        Shape::Map(_) | Shape::Object(_) | Shape::OneOf(_) => matches!(view, View::Map),
        Shape::Either(_) | Shape::Named(_) => false,
    }
}

/// The finding about a value of the wrong type.
pub(super) fn wrong_type(shape: &'static Shape, node: Node<'_>, trail: &Trail<'_>) -> Diagnostic {
    let message = format!("{} must be {}; this is {}", trail.path(), wanted(shape), crate::state::load::kind_of(node));
    let finding = Diagnostic::error("wrong-type", message);
    match help(shape.resolved(), node).or_else(|| node.unsaid().map(|unsaid| why_unsaid(unsaid).1)) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// The warning about a value that is empty to YAML, and not to whoever wrote it: `null` would be sent, and clear the field.
pub(super) fn unsaid(node: Node<'_>, trail: &Trail<'_>) -> Option<Diagnostic> {
    let (why, help) = why_unsaid(node.unsaid()?);
    let finding = Diagnostic::warning("empty-value", format!("{} is empty: {why}", trail.path()));
    Some(finding.help(format!("{help}; to clear the field, write null")))
}

/// Why nothing is there, and how to say what was meant.
fn why_unsaid(unsaid: Unsaid<'_>) -> (String, String) {
    match unsaid {
        Unsaid::Comment => {
            ("what follows `#` is a comment".to_owned(), "put a text that starts with `#` in quotes: \"#…\"".to_owned())
        }
        Unsaid::Anchor(name) => (
            format!("`{name}` only names the value, and none follows"),
            "put a text that starts with `&` in quotes: \"&…\"".to_owned(),
        ),
    }
}

/// The finding about a reference in a field that takes no text: a variable can be a number or a boolean, if it says one.
pub(super) fn reference(
    tokens: &[Token<'_>],
    shape: &'static Shape,
    trail: &Trail<'_>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<Diagnostic> {
    let takes = |token: &Token<'_>, shape: &'static Shape| match (shape.resolved(), token) {
        (Shape::Any | Shape::Text(_), _) => true,
        (Shape::Bool, Token::Env(name)) => says(Form::Bool, env(name)),
        (Shape::Number(_), Token::Env(name)) => says(Form::Number, env(name)),
        _ => false,
    };
    let shapes = match shape.resolved() {
        Shape::Either(shapes) => shapes,
        one => std::slice::from_ref(one),
    };
    let (is_taken, what) = match tokens {
        [token @ Token::Env(name)] => {
            (shapes.iter().any(|shape| takes(token, shape)), format!("the value of ${{env:{name}}} is not"))
        }
        _ => {
            (shapes.iter().any(|shape| matches!(shape.resolved(), Shape::Any | Shape::Text(_))), "this is text".into())
        }
    };
    let message = || format!("{} must be {}; {what}", trail.path(), wanted(shape));
    (!is_taken).then(|| {
        Diagnostic::error("wrong-type", message())
            .help("only a number, or true or false, can come from a variable: write the value here")
    })
}

/// Whether the value of a variable is of this form, as far as it is known.
fn says(form: Form, value: Option<String>) -> bool {
    value.is_none_or(|value| value.is_empty() || form.read(&value).is_some())
}

/// The finding about a value that should be a word.
pub(super) fn not_a_word(node: Node<'_>, trail: &Trail<'_>) -> Diagnostic {
    let message = format!("{} must be text; this is {}", trail.path(), crate::state::load::kind_of(node));
    Diagnostic::error("wrong-type", message)
}

/// What a shape accepts, for messages.
fn wanted(shape: &'static Shape) -> String {
    match shape.resolved() {
        Shape::Any | Shape::Named(_) => "anything".to_owned(),
        Shape::Bool => "true or false".to_owned(),
        Shape::Number(Range { is_whole: true, .. }) => "a whole number".to_owned(),
        Shape::Number(_) => "a number".to_owned(),
        Shape::Text(_) => "text".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) | Shape::Object(_) | Shape::OneOf(_) => "a group of fields (`name: value`)".to_owned(),
        Shape::Either(shapes) => {
            let wanted: Vec<String> = shapes.iter().map(wanted).collect();
            wanted.join(" or ")
        }
    }
}

/// How to turn a value into the right type, where that is obvious.
fn help(shape: &Shape, node: Node<'_>) -> Option<String> {
    let first = node.snippet().chars().next().filter(|first| "[{".contains(*first));
    if let (Shape::Text(_), View::List | View::Map, Some(first)) = (shape, node.view(), first) {
        return Some(format!("put a text that starts with `{first}` in quotes: \"{first}…\""));
    }
    let written = node.scalar_text()?;
    match (shape, node.view()) {
        (Shape::Text(_), View::Number(_) | View::Bool(_)) => Some(format!("put it in quotes: \"{written}\"")),
        (Shape::Number(_), View::Text(text)) if text.trim().parse::<f64>().is_ok() => {
            Some(format!("remove the quotes: {}", text.trim()))
        }
        (Shape::Bool, View::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "yes" | "on" | "y" | "true" | "enabled" => Some("write true".to_owned()),
            "no" | "off" | "n" | "false" | "disabled" => Some("write false".to_owned()),
            _ => None,
        },
        (Shape::Map(_) | Shape::Object(_) | Shape::OneOf(_) | Shape::List(_), View::Text(text))
            if text.starts_with(['{', '[']) =>
        {
            Some("write it as YAML, not as JSON in quotes".to_owned())
        }
        _ => None,
    }
}

/// The finding about a value of the right type, if there is one.
pub(super) fn check(shape: &Shape, view: &View<'_>, trail: &Trail<'_>) -> Option<Diagnostic> {
    match (shape, view) {
        (Shape::Number(Range { least, most, is_whole, only }), View::Number(number)) => {
            let value = number.as_f64()?;
            if !only.is_empty() && !only.contains(&value) {
                let known: Vec<String> = only.iter().map(|one| format!("`{one}`")).collect();
                let finding = Diagnostic::error("bad-value", format!("{} cannot be {number}", trail.path()));
                return Some(finding.help(format!("one of: {}", known.join(", "))));
            }
            let inside = least.is_none_or(|least| value >= least) && most.is_none_or(|most| value <= most);
            if !inside {
                let bounds = bounds(*least, *most);
                let message = format!("{} must be {bounds}; this is {number}", trail.path());
                return Some(Diagnostic::error("out-of-range", message));
            }
            (*is_whole && value.fract() != 0.0).then(|| {
                let message = format!("{} must be a whole number; this is {number}", trail.path());
                Diagnostic::error("out-of-range", message)
            })
        }
        (Shape::Text(rule), View::Text(text)) => text_finding(rule, text, trail),
        _ => None,
    }
}

fn bounds(least: Option<f64>, most: Option<f64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("between {least} and {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, Some(most)) => format!("at most {most}"),
        (None, None) => "a number".to_owned(),
    }
}

fn text_finding(rule: &Text, text: &str, trail: &Trail<'_>) -> Option<Diagnostic> {
    if !rule.words.is_empty() {
        return word_finding(rule, text, trail);
    }
    // Filled in during the call: the length is unknown.
    if text.contains("{{") {
        return None;
    }
    // Bytes first, which is faster: there are never more characters than bytes.
    let most = rule.most.filter(|most| text.len() > *most);
    if let Some((most, length)) = most.map(|most| (most, text.chars().count()))
        && length > most
    {
        let message = format!("{} has {length} characters; the limit is {most}", trail.path());
        return Some(Diagnostic::error("too-long", message));
    }
    if rule.least > 0 && text.chars().count() < rule.least {
        let message =
            format!("{} has {} characters; the minimum is {}", trail.path(), text.chars().count(), rule.least);
        return Some(Diagnostic::error("too-short", message));
    }
    let pattern = rule.pattern.filter(|pattern| !(pattern.holds)(text))?;
    Some(Diagnostic::error("bad-value", format!("{} must be {}", trail.path(), pattern.means)))
}

fn word_finding(rule: &Text, text: &str, trail: &Trail<'_>) -> Option<Diagnostic> {
    let known = || rule.words.iter().copied();
    // `gpt-4.1:westus` is `gpt-4.1` in a region.
    let in_a_region = |word: &str| rule.is_open && text.strip_prefix(word).is_some_and(|rest| rest.starts_with(':'));
    if known().any(|word| word == text || in_a_region(word)) {
        return None;
    }
    let finding = match rule.is_open {
        true => Diagnostic::warning("unknown-value", format!("{} {text:?} is unknown", trail.path())),
        false => Diagnostic::error("bad-value", format!("{} cannot be {text:?}", trail.path())),
    };
    let listed = || known().take(LISTED).map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    Some(match did_you_mean(text, known()) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None if rule.words.len() <= LISTED => finding.help(format!("one of: {}", listed())),
        None => finding.help(format!("known: {} and {} more", listed(), rule.words.len() - LISTED)),
    })
}

/// Vapi's word for another common name.
pub(super) fn alias(word: &str) -> Option<&'static str> {
    const ALIASES: [(&str, &str); 6] = [
        ("elevenlabs", "11labs"),
        ("eleven-labs", "11labs"),
        ("claude", "anthropic"),
        ("gemini", "google"),
        ("gpt", "openai"),
        ("bedrock", "anthropic-bedrock"),
    ];
    let lower = word.to_lowercase();
    ALIASES.iter().find(|(name, _)| *name == lower).map(|(_, word)| *word)
}
