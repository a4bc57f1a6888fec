//! Lints of a tool.

use super::{Lint, Looked, Seen, schema};
use crate::document::View;
use crate::model::diagnostic::Diagnostic;
use crate::state::template::{self, Token};

pub(super) const LINTS: &[Lint] = &[
    destination_enum,
    parameters,
    refused_schema,
    description,
    long_description,
    strict,
    strict_schema,
    skipped_message,
    dead_air,
    hidden_argument,
    secret_argument,
    undeclared,
];

/// Past this, a model stops to heed a description.
const LONG: usize = 1000;
/// What a tool may take if nothing is said, in seconds.
const USUAL: f64 = 20.0;

fn warning(code: &'static str, message: String, help: &str) -> Option<Diagnostic> {
    Some(Diagnostic::warning(code, message).help(help))
}

fn is(looked: &Looked<'_>, types: &[&str]) -> bool {
    looked.seen.text_at("type").is_some_and(|word| types.contains(&word))
}

fn destination_enum(looked: &Looked<'_>) -> Option<Diagnostic> {
    let several = is(looked, &["transferCall"]) && looked.seen.items_at("destinations").count() > 1;
    if !several || !looked.lacks("function.parameters.properties.destination.enum") {
        return None;
    }
    let message = format!(
        "{} has several places, and the model cannot say which: calls go to the first",
        looked.path("destinations")
    );
    let help = "list them in `function.parameters.properties.destination.enum`";
    Some(warning("no-destination-enum", message, help)?.at(looked.seen.place_of("destinations")))
}

fn parameters(looked: &Looked<'_>) -> Option<Diagnostic> {
    if !is(looked, &["function"]) || looked.seen.lacks("function") || !looked.lacks("function.parameters") {
        return None;
    }
    let message = format!("{} has no parameters: calls of the agent cannot start", looked.path("function"));
    let help = "without any: `parameters: {type: object, properties: {}}`";
    Some(warning("no-parameters", message, help)?.at(looked.seen.place_of("function")))
}

fn refused_schema(looked: &Looked<'_>) -> Option<Diagnostic> {
    let parameters = looked.seen.at("function.parameters")?;
    let is_scalar = |seen: Seen<'_>| !matches!(seen.node.view(), View::List | View::Map);
    let has = |schema: Seen<'_>| {
        if schema.get("anyOf").is_some() {
            return Some("anyOf");
        }
        schema.get("const").filter(|value| is_scalar(*value)).map(|_| "const")
    };
    let schema = schema::first(parameters, |schema| has(schema).is_some())?;
    let keyword = has(schema)?;
    let message = format!("{} has `{keyword}`, which Vapi refuses", looked.path("function.parameters"));
    let help = if keyword == "const" { "write `enum` with the one value" } else { "give it one type" };
    Some(warning("refused-schema", message, help)?.at(schema.place_of(keyword)))
}

fn description(looked: &Looked<'_>) -> Option<Diagnostic> {
    let says = |seen: Seen<'_>| seen.get("description").is_some();
    if !is(looked, &["transferCall", "handoff", "endCall"])
        || !looked.lacks("function.description")
        || looked.seen.at("destinations").is_some_and(Seen::is_open)
        || looked.seen.items_at("destinations").any(says)
    {
        return None;
    }
    let message = format!("nothing tells the model when to call {}, so it seldom does", looked.itself());
    let help = "say it in `function.description`, or in `description` of the destinations";
    Some(warning("no-description", message, help)?.at(looked.seen.place_of("type")))
}

fn long_description(looked: &Looked<'_>) -> Option<Diagnostic> {
    ["function.description", "description"].into_iter().find_map(|path| {
        let length = looked.seen.at(path)?.whole_text(looked.team.includes)?.chars().count();
        let message = || format!("{} has {length} characters: past {LONG} a tool misbehaves", looked.path(path));
        let finding = (length > LONG).then(|| Diagnostic::warning("long-description", message()))?;
        Some(finding.at(looked.seen.place_of(path)).help("shorten it, and put the rest into the prompt"))
    })
}

fn strict(looked: &Looked<'_>) -> Option<Diagnostic> {
    let word = looked.seen.text_at("type").filter(|word| *word != "function")?;
    let message = || format!("Vapi clears {} on a tool of type {word}", looked.path("function.strict"));
    let finding = looked.seen.is_true("function.strict").then(|| Diagnostic::warning("strict-cleared", message()))?;
    Some(finding.at(looked.seen.place_of("function.strict")).help("delete it: only tools of type function keep it"))
}

/// Strict mode wants each object closed, and all of its properties required.
fn strict_schema(looked: &Looked<'_>) -> Option<Diagnostic> {
    if !is(looked, &["function"]) || !looked.seen.is_true("function.strict") {
        return None;
    }
    let is_loose = |schema: Seen<'_>| {
        let required: Vec<&str> = schema.items_at("required").filter_map(Seen::text).collect();
        let left = |properties: Seen<'_>| properties.entries().any(|(name, _)| !required.contains(&name));
        schema.get("properties").is_some_and(|properties| !schema.is_false("additionalProperties") || left(properties))
    };
    let schema = schema::first(looked.seen.at("function.parameters")?, is_loose)?;
    let message = format!(
        "Vapi silently turns off {}, because the parameters of the tool do not fit",
        looked.path("function.strict")
    );
    let help = "each object needs `additionalProperties: false`, and every property in `required`";
    Some(warning("strict-schema", message, help)?.at(schema.place_of("properties")))
}

fn skipped_message(looked: &Looked<'_>) -> Option<Diagnostic> {
    const SKIPPED: [&str; 3] = ["request-start", "request-failed", "request-response-delayed"];
    let typed = looked.seen.items_at("messages").filter_map(|message| Some((message, message.text_at("type")?)));
    let (message, word) = typed.into_iter().find(|(_, word)| SKIPPED.contains(word))?;
    let said = format!("Vapi never says {word} of a tool that is async");
    let finding = looked.seen.is_true("async").then(|| Diagnostic::warning("skipped-message", said))?;
    Some(finding.at(message.place_of("type")).help("delete the message, or `async`"))
}

fn dead_air(looked: &Looked<'_>) -> Option<Diagnostic> {
    let path = ["timeoutSeconds", "server.timeoutSeconds"]
        .into_iter()
        .find(|path| looked.seen.number_at(path).is_some_and(|seconds| seconds > USUAL))?;
    let starts = |message: Seen<'_>| message.is_open() || message.text_at("type") == Some("request-start");
    let is_silent = !looked.seen.items_at("messages").any(starts) && !looked.seen.is_true("async");
    if !is_silent || looked.seen.lacks("messages") && !looked.lacks("messages") {
        return None;
    }
    let message = "the tool may take long, and the agent says nothing when it starts".to_owned();
    let help = "add a message of type request-start, so that the caller does not hear silence";
    Some(warning("dead-air", message, help)?.at(looked.seen.place_of(path)))
}

fn hidden_argument(looked: &Looked<'_>) -> Option<Diagnostic> {
    let fixed = looked.seen.items_at("parameters").filter_map(|fixed| Some((fixed, fixed.text_at("key")?)));
    let names = ["body.properties", "function.parameters.properties"];
    let (fixed, key) = fixed
        .into_iter()
        .find(|(_, key)| names.iter().any(|path| looked.seen.at(path).is_some_and(|names| names.get(key).is_some())))?;
    let message = format!("the fixed value of {key} replaces what the model writes for {key}");
    let help = "rename one of the two, or delete the property";
    Some(warning("hidden-argument", message, help)?.at(fixed.place_of("key")))
}

fn secret_argument(looked: &Looked<'_>) -> Option<Diagnostic> {
    let is_secret = |seen: Seen<'_>| {
        let text = seen.node.as_text().unwrap_or_default();
        text.contains("${") && template::parse(text).iter().any(|token| matches!(token, Token::Env(_)))
    };
    let schema = schema::first(looked.seen.get("body")?, |schema| schema.entries().any(|(_, value)| is_secret(value)))?;
    let (key, _) = schema.entries().find(|(_, value)| is_secret(*value))?;
    let message = format!("{} holds a secret, and the model reads it", looked.path("body"));
    let help = "send it in `headers`, or as a fixed value in `parameters`";
    Some(warning("secret-for-model", message, help)?.at(schema.place_of(key)))
}

/// A program may use only the arguments and variables that the tool declares.
fn undeclared(looked: &Looked<'_>) -> Option<Diagnostic> {
    let code = looked.seen.get("code").filter(|_| is(looked, &["code"]))?;
    let text = code.whole_text(looked.team.includes)?;
    let names = |path: &str, name: &str| looked.seen.items_at(path).any(|item| item.text_at("name") == Some(name));
    let properties = "function.parameters.properties";
    let argument = |name: &str| match looked.seen.at(properties) {
        Some(declared) => declared.is_open() || declared.get(name).is_some(),
        None => !looked.lacks(properties),
    };
    let variable = |name: &str| {
        let is_known_here = looked.lacks("environmentVariables") || looked.seen.get("environmentVariables").is_some();
        !is_known_here || names("environmentVariables", name)
    };
    let (of, name) = [("args", &argument as &dyn Fn(&str) -> bool), ("env", &variable)]
        .into_iter()
        .find_map(|(of, declares)| used(&text, of).find(|name| !declares(name)).map(|name| (of, name)))?;
    let message = format!("{} uses {of}.{name}, which the tool does not declare: Vapi refuses it", looked.path("code"));
    let help = if of == "args" { "add it to `function.parameters`" } else { "add it to `environmentVariables`" };
    Some(warning("undeclared-argument", message, help)?.at(code.node.place()))
}

/// The names after `args.` or `env.` in a program, but for calls of methods.
fn used<'t>(text: &'t str, of: &'t str) -> impl Iterator<Item = &'t str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    text.match_indices(of).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        let rest = text[at + of.len()..].strip_prefix('.')?;
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let is_call = rest[end..].starts_with('(');
        (end > 0 && !is_call && !before.is_some_and(|c| is_word(c) || c == '.')).then(|| &rest[..end])
    })
}
