//! Lints of an agent, and of its servers.

use super::team::name_of;
use super::{Lint, Looked, Seen};
use crate::document::View;
use crate::model::diagnostic::Diagnostic;

pub(super) const LINTS: &[Lint] = &[
    same_tool_name,
    tool_twice,
    doubled_tool,
    unknown_handoff,
    no_server,
    server_messages,
    idle_twice,
    endpointing_twice,
    no_recording,
    unfilled,
];
pub(super) const OF_SERVERS: &[Lint] = &[authorization_twice];

fn same_tool_name(looked: &Looked<'_>) -> Option<Diagnostic> {
    let tools = looked.team.tools(looked.seen).all;
    let (at, name) = tools.iter().enumerate().find_map(|(at, (tool, _))| {
        let name = name_of(*tool)?;
        tools[..at].iter().any(|(before, _)| name_of(*before) == Some(name)).then_some((at, name))
    })?;
    let (tool, named) = tools[at];
    let message = format!("two tools of this agent are called {name}: Vapi uses only one of them");
    let place = if tool.node.place() == named.node.place() { tool.place_of("type") } else { named.node.place() };
    Some(Diagnostic::warning("same-tool-name", message).at(place).help("rename one of them"))
}

fn tool_twice(looked: &Looked<'_>) -> Option<Diagnostic> {
    let pinned: Vec<Seen<'_>> = looked.seen.items_at("model.toolRefs").filter_map(|pin| pin.get("toolId")).collect();
    let same = |one: Seen<'_>, other: &Seen<'_>| {
        let (one_entry, other_entry) = (looked.team.of(one), looked.team.of(*other));
        one.node.as_text() == other.node.as_text()
            || one_entry.zip(other_entry).is_some_and(|(one, other)| one.address == other.address)
    };
    let id = looked.seen.items_at("model.toolIds").find(|id| pinned.iter().any(|pin| same(*id, pin)))?;
    let message = format!("{} is in `toolRefs`, too: Vapi ignores it here", looked.path("model.toolIds"));
    Some(Diagnostic::warning("tool-twice", message).at(id.node.place()).help("keep the one in `toolRefs`, or unpin it"))
}

/// What makes a tool of this type by itself.
const MADE: [(&str, &str); 3] = [
    ("forwardingPhoneNumber", "transferCall"),
    ("endCallFunctionEnabled", "endCall"),
    ("dialKeypadFunctionEnabled", "dtmf"),
];

fn doubled_tool(looked: &Looked<'_>) -> Option<Diagnostic> {
    let tools = looked.team.tools(looked.seen).all;
    let is_on = |field: &str| looked.seen.get(field).is_some() && !looked.seen.is_false(field);
    let has = |word: &str| tools.iter().any(|(tool, _)| tool.text_at("type") == Some(word));
    let (field, word) = MADE.into_iter().find(|(field, word)| is_on(field) && has(word))?;
    let message = format!("{} adds a tool of type {word}, but the agent already has one", looked.path(field));
    Some(
        Diagnostic::warning("doubled-tool", message)
            .at(looked.seen.place_of(field))
            .help("delete the field: keep the tool"),
    )
}

/// A name as a tool's name spells it: letters and digits only, in small.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A prompt that tells the model to call a handoff tool that it does not have.
fn unknown_handoff(looked: &Looked<'_>) -> Option<Diagnostic> {
    const MARK: &str = "handoff_to_";
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut messages = looked.seen.items_at("model.messages");
    let (message, name) = messages.find_map(|message| {
        let content = message.get("content")?;
        let text = content.whole_text(looked.team.includes)?;
        let mut named = text
            .match_indices(MARK)
            .map(|(at, _)| text[at..].split(|c| !is_word(c)).next().unwrap_or_default().to_owned());
        Some((content, named.find(|name| name.len() > MARK.len() && !makes(looked, name))?))
    })?;
    let said = format!("the prompt names {name}, but this agent has no handoff tool of that name");
    let help = "a handoff tool is called by its `function.name`, or `handoff_to_` and the name of its only destination";
    Some(Diagnostic::warning("unknown-handoff", said).at(message.node.place()).help(help))
}

/// Whether an agent has a handoff tool of this name, as far as is known.
fn makes(looked: &Looked<'_>, name: &str) -> bool {
    let team = looked.team;
    let tools = team.tools(looked.seen);
    let mut destinations: Vec<Seen<'_>> = Vec::new();
    for (tool, _) in &tools.all {
        if name_of(*tool) == Some(name) {
            return true;
        }
        if tool.text_at("type") == Some("handoff") {
            destinations.extend(tool.items_at("destinations"));
        }
    }
    for member in looked.seen.text_at("name").into_iter().flat_map(|name| team.members_called(name)) {
        destinations.extend(member.items_at("assistantDestinations"));
        let appended = member.items_at("assistantOverrides.tools:append");
        destinations.extend(appended.flat_map(|tool| tool.items_at("destinations")));
    }
    let target = |destination: Seen<'_>| {
        let meant = ["assistantId", "squadId"].into_iter().find_map(|field| team.meant(destination.get(field)?));
        let inline = ["assistant", "squad"].into_iter().find_map(|field| destination.get(field));
        let called = meant.or(inline).and_then(|object| object.text_at("name").map(plain));
        destination.text_at("assistantName").map(plain).or(called)
    };
    let wanted = plain(name.trim_start_matches("handoff_to_"));
    let is_it = |destination: &Seen<'_>| target(*destination).is_none_or(|target| target == wanted);
    tools.is_open || destinations.iter().any(is_it) || wanted.starts_with("group") && destinations.len() > 1
}

/// A function that nobody is asked to run. The organisation may have a server of its own: a note.
fn no_server(looked: &Looked<'_>) -> Option<Diagnostic> {
    let has = |seen: Seen<'_>| seen.get("server").is_some() || seen.get("serverUrl").is_some();
    let known = !looked.exists || looked.trail.in_list();
    if !known || has(looked.seen) || looked.team.has_number_with_server() {
        return None;
    }
    let is_lost = |tool: &Seen<'_>| tool.text_at("type") == Some("function") && !has(*tool);
    let (tool, named) = looked.team.tools(looked.seen).all.into_iter().find(|(tool, _)| is_lost(tool))?;
    let name = name_of(tool).unwrap_or("a tool");
    let message = format!("nothing runs {name}: neither the tool nor the agent nor a phone number has a `server`");
    let help = "unless the organisation has one, give the tool a `server`";
    Some(Diagnostic::note("no-server", message).at(named.node.place()).help(help))
}

/// Messages without which the server cannot do its work.
fn server_messages(looked: &Looked<'_>) -> Option<Diagnostic> {
    let list = looked.seen.get("serverMessages").filter(|list| list.node.view() == View::List)?;
    let words: Option<Vec<&str>> = looked.seen.items_at("serverMessages").map(Seen::text).collect();
    let words = words?;
    let tools = looked.team.tools(looked.seen).all;
    let has = |holds: &dyn Fn(Seen<'_>) -> bool| tools.iter().any(|(tool, _)| holds(*tool));
    let is = |tool: Seen<'_>, word: &str| tool.text_at("type") == Some(word);
    let serves = looked.seen.get("server").is_some() || looked.seen.get("serverUrl").is_some();
    let lives_from = [
        ("tool-calls", has(&|tool| is(tool, "function") && tool.get("server").is_none())),
        (
            "transfer-destination-request",
            has(&|tool| is(tool, "transferCall") && tool.items_at("destinations").count() == 0),
        ),
        ("end-of-call-report", serves && !words.is_empty()),
    ];
    let (word, _) = lives_from.into_iter().find(|(word, needs)| *needs && !words.contains(word))?;
    let message =
        format!("{} does not list {word}, so the server of this agent does not get it", looked.path("serverMessages"));
    let place = if words.is_empty() { looked.seen.place_of("serverMessages") } else { list.node.place() };
    Some(Diagnostic::warning("missing-server-message", message).at(place).help(format!("add `{word}`")))
}

fn idle_twice(looked: &Looked<'_>) -> Option<Diagnostic> {
    let on_silence = |hook: Seen<'_>| hook.text_at("on") == Some("customer.speech.timeout");
    looked.seen.items_at("messagePlan.idleMessages").next()?;
    let hook = looked.seen.items_at("hooks").find(|hook| on_silence(*hook))?;
    let message = "the caller who is silent hears this and the messages of messagePlan.idleMessages";
    let help = "keep the hook, and delete `idleMessages`";
    Some(Diagnostic::warning("idle-twice", message).at(hook.place_of("on")).help(help))
}

/// Fields by which a transcriber is told when a turn ends.
const TURNS: [&str; 7] = [
    "eotThreshold",
    "eotTimeoutMs",
    "endOfTurnConfidenceThreshold",
    "minEndOfTurnSilenceWhenConfident",
    "maxTurnSilence",
    "vadAssistedEndpointingEnabled",
    "endOfTurnSensitivity",
];

fn endpointing_twice(looked: &Looked<'_>) -> Option<Diagnostic> {
    let transcriber = looked.seen.get("transcriber")?;
    let is_flux = || transcriber.text_at("model").filter(|model| model.starts_with("flux")).map(|_| "model");
    let field = TURNS.into_iter().find(|field| transcriber.get(field).is_some()).or_else(is_flux)?;
    let speaking = looked.seen.get("startSpeakingPlan")?;
    let is_on = |field: &&str| speaking.get(field).is_some() && !speaking.is_false(field);
    let smart = ["smartEndpointingPlan", "smartEndpointingEnabled"].into_iter().find(is_on)?;
    let message = format!(
        "{} and transcriber.{field} both decide when a turn ends",
        looked.path(&format!("startSpeakingPlan.{smart}"))
    );
    let help = "keep one of the two";
    Some(Diagnostic::warning("endpointing-twice", message).at(speaking.place_of(smart)).help(help))
}

fn no_recording(looked: &Looked<'_>) -> Option<Diagnostic> {
    let off =
        ["artifactPlan.recordingEnabled", "recordingEnabled"].into_iter().find(|path| looked.seen.is_false(path))?;
    let hears = |output: Seen<'_>| output.text_at("target") == Some("messages-with-audio");
    let outputs = looked.seen.items_at("artifactPlan.structuredOutputIds").filter_map(|id| looked.team.meant(id));
    let output = outputs.chain(looked.seen.items_at("artifactPlan.structuredOutputs")).find(|output| hears(*output))?;
    let name = output.text_at("name").unwrap_or("a structured output");
    let message = format!("{name} needs the audio of a call, but {} is false", looked.path(off));
    Some(
        Diagnostic::warning("no-recording", message)
            .at(looked.seen.place_of(off))
            .help("record the call, or set its target to `messages`"),
    )
}

/// What Vapi fills in itself: the time, and what it knows of a call.
const FILLED: [&str; 14] = [
    "now",
    "date",
    "time",
    "month",
    "day",
    "year",
    "customer",
    "call",
    "phoneNumber",
    "transport",
    "assistant",
    "squad",
    "summary",
    "transcript",
];

/// A variable that nothing in the file fills. A call may bring it: a note.
fn unfilled(looked: &Looked<'_>) -> Option<Diagnostic> {
    let texts =
        ["firstMessage", "voicemailMessage", "endCallMessage"].into_iter().filter_map(|path| looked.seen.get(path));
    let prompts = looked.seen.items_at("model.messages").filter_map(|message| message.get("content"));
    let (place, name) = texts.chain(prompts).find_map(|seen| {
        let text = seen.whole_text(looked.team.includes).filter(|text| text.contains("{{"))?;
        let filled =
            |name: &&str| FILLED.contains(name) || looked.team.filled().contains(*name) || is_assigned(&text, name);
        let name = variables(&text).find(|name| !filled(name))?.to_owned();
        Some((seen.node.place(), name))
    })?;
    let message =
        format!("nothing in this file gives {{{{{name}}}}} a value: unless the call does, it becomes empty text");
    let help = "give it a value in `variableValues` of overrides, or with each call";
    Some(Diagnostic::note("unfilled-variable", message).at(place).help(help))
}

/// The names of the variables in a text: `customer` of `{{ customer.name | upcase }}`.
fn variables(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.split("{{").skip(1).filter_map(move |rest| {
        let expression = rest.split("}}").next()?.trim_start_matches('-').trim_start();
        let end = expression.find(|c| !is_word(c)).unwrap_or(expression.len());
        (end > 0 && expression.starts_with(|c: char| c.is_alphabetic() || c == '_')).then(|| &expression[..end])
    })
}

/// Whether a Liquid tag of the text itself gives a variable its value.
fn is_assigned(text: &str, name: &str) -> bool {
    ["assign ", "capture ", "for "].iter().any(|word| text.contains(&format!("{word}{name}")))
}

/// A header of one's own wins over what the credential would send.
fn authorization_twice(looked: &Looked<'_>) -> Option<Diagnostic> {
    looked.seen.get("credentialId")?;
    let headers = ["headers", "headers.properties"].into_iter().filter_map(|path| looked.seen.at(path));
    let is_it = |key: &str| key.eq_ignore_ascii_case("authorization");
    let (headers, key) = headers
        .into_iter()
        .find_map(|headers| Some((headers, headers.entries().map(|(key, _)| key).find(|key| is_it(key))?)))?;
    let message = format!("the header {key} is sent in place of what credentialId says");
    Some(Diagnostic::warning("authorization-twice", message).at(headers.place_of(key)).help("keep one of the two"))
}
