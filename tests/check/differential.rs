//! Our own walk held against the `jsonschema` crate: what the one refuses by Vapi's document, the other refuses too.
//!
//! The document is made a JSON Schema here, by other code than ours: its `nullable`, the branch that `provider` or `type`
//! names, and mappings that take no other fields than theirs. Then both are asked about many configs, right and wrong.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};
use vapi_sync::check::Options;
use vapi_sync::check::spec::Spec;
use vapi_sync::document::Document;
use vapi_sync::emulator::generate;
use vapi_sync::kinds::KINDS;
use vapi_sync::model::diagnostic::{Diagnostics, Severity};
use vapi_sync::state::load::interpret;
use vapi_sync::state::template;

use super::file::findings;
use super::{document, gallery};
use crate::support::vapi_document;

/// What is said of fields and values; the rest of `validate` is about what no schema can say.
const OF_SHAPES: [&str; 11] = [
    "unknown-field",
    "misspelt-field",
    "misplaced-field",
    "unknown-value",
    "wrong-type",
    "out-of-range",
    "too-long",
    "too-short",
    "bad-value",
    "missing-field",
    "server-managed",
];

/// A config that one of the two refuses and the other does not.
struct Difference<'c> {
    case: &'c Case,
    ours: Vec<String>,
    /// What we do not refuse, and say all the same.
    notes: Vec<String>,
    theirs: Vec<String>,
}

/// Why two may differ, and whether it is why these do.
type Reason = (&'static str, fn(&Difference<'_>) -> bool);

/// Where the two are to differ.
const REASONS: [Reason; 7] = [
    ("a field of older days, which Vapi takes and its document has not: a note", |found| {
        let only_more = found.theirs.iter().all(|error| error.contains("Additional properties are not allowed"));
        found.ours.is_empty() && only_more && found.notes.iter().all(|note| note.starts_with("not-in-spec: "))
    }),
    ("an action of a hook of older days, which Vapi takes and its document has not", |found| {
        let action = found.case.wrong.strip_prefix("tag ").and_then(|path| found.case.config.pointer(path));
        let is_old = action.is_some_and(|action| action["type"] == "function" || action["type"] == "transfer");
        found.ours.is_empty() && is_old && found.theirs.iter().all(|error| error.starts_with("/hooks/"))
    }),
    ("a word that we do not know where the document takes any text: a warning", |found| {
        found.theirs.is_empty() && found.ours.iter().all(|said| said.starts_with("unknown-value: "))
    }),
    ("headers are texts, of which the document says only that they are an object", |found| {
        found.theirs.is_empty()
            && found.ours.iter().all(|said| said.contains("headers.") && said.contains("must be text"))
    }),
    ("a variable, which may stand for a number or a boolean and for nothing else, if it says one", |found| {
        let is_variable = |said: &String| said.contains("the value of ${env:SET_X} is not");
        let is_word = |said: &String| {
            ["unknown-", "misspelt-field: ", "misplaced-field: "].iter().any(|code| said.starts_with(code))
        };
        found.theirs.is_empty()
            && found.case.wrong.starts_with("reference ")
            && found.ours.iter().any(is_variable)
            && found.ours.iter().all(|said| is_variable(said) || is_word(said))
    }),
    ("the word that names a branch cannot be cleared", |found| {
        found.theirs.is_empty()
            && found.case.wrong.starts_with("null ")
            && found.ours.iter().all(|said| said.ends_with("must be text; this is empty"))
    }),
    ("a field that no branch has, where the word that names the branch is not known yet", |found| {
        let no_branch = |said: &String| {
            let codes = ["unknown-field: ", "misspelt-field: ", "misplaced-field: "];
            codes.iter().any(|code| said.starts_with(code))
        };
        found.theirs.is_empty() && found.ours.iter().all(no_branch) && found.case.wrong.starts_with("reference ")
    }),
];

/// A config, and what was done to it.
struct Case {
    section: &'static str,
    config: Value,
    wrong: String,
}

/// A schema of the document as a JSON Schema of the draft 2020-12.
fn converted(document: &Value, schema: &Value) -> Value {
    let Some(keywords) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    for (key, value) in keywords {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                properties.iter().map(|(name, schema)| (name.clone(), field(converted(document, schema)))).collect()
            }
            ("additionalProperties", schema) => field(converted(document, schema)),
            ("items", schema) => unless(reference(), converted(document, schema)),
            ("allOf", Value::Array(parts)) => parts.iter().map(|part| converted(document, part)).collect(),
            ("oneOf" | "anyOf", Value::Array(branches)) => {
                out.extend(chosen(document, branches));
                continue;
            }
            // Its patterns stand between slashes, as in JavaScript.
            ("pattern", Value::String(pattern)) => pattern.trim_end_matches('u').trim_matches('/').into(),
            ("nullable" | "discriminator" | "example" | "examples" | "default", _) => continue,
            (_, value) => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    // Beside alternatives, words are those of one of them.
    if keywords.contains_key("oneOf") {
        out.remove("enum");
    }
    let kind = keywords.get("type").and_then(Value::as_str);
    match kind {
        // It says of some lists what holds for their items, and of some words that they are objects.
        Some("array") => ["enum", "maxLength", "minLength"].iter().for_each(|key| drop(out.remove(*key))),
        Some("object") if out.contains_key("enum") => drop(out.remove("type")),
        _ => {}
    }
    if keywords.contains_key("properties") && !out.contains_key("additionalProperties") {
        out.insert("additionalProperties".into(), false.into());
    }
    match keywords.get("nullable") {
        Some(Value::Bool(true)) => json!({"anyOf": [out, {"type": "null"}]}),
        _ => out.into(),
    }
}

/// What the file takes beyond the document: `null` clears any field, `${…}` stands for any value.
fn unless(also: Value, schema: Value) -> Value {
    json!({"if": {"not": also}, "then": schema})
}

fn field(schema: Value) -> Value {
    unless(json!({"anyOf": [{"type": "null"}, reference()]}), schema)
}

fn reference() -> Value {
    json!({"type": "string", "pattern": r"^\$\{env:"})
}

/// One of these: the branch that a word names, if words tell them apart.
fn chosen(document: &Value, branches: &[Value]) -> Map<String, Value> {
    let any: Vec<Value> = branches.iter().map(|branch| converted(document, branch)).collect();
    for tag in ["provider", "type"] {
        let word = |branch: &Value| {
            let name = branch["$ref"].as_str()?.strip_prefix('#')?;
            let words = document.pointer(name)?["properties"][tag]["enum"].as_array()?;
            (words.len() == 1).then(|| words[0].clone())
        };
        let Some(words) = branches.iter().map(word).collect::<Option<Vec<Value>>>() else { continue };
        // A word that two of them have tells nothing apart.
        if words.iter().enumerate().any(|(at, word)| words[..at].contains(word)) {
            continue;
        }
        let of_branch =
            |(word, branch): (&Value, &Value)| json!({"if": {"properties": {tag: {"const": word}}}, "then": branch});
        let by_word: Vec<Value> = words.iter().zip(&any).map(of_branch).collect();
        let schema = json!({"type": "object", "required": [tag], "properties": {tag: unless(reference(), json!({"enum": words}))}, "allOf": by_word});
        return schema.as_object().unwrap().clone();
    }
    Map::from_iter([("anyOf".to_owned(), any.into())])
}

/// What configs are made of, by section, in the crate's hands.
fn validators(document: &Value) -> BTreeMap<&'static str, jsonschema::Validator> {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let schemas: Map<_, _> = schemas.iter().map(|(name, schema)| (name.clone(), converted(document, schema))).collect();
    let schemas = Value::Object(schemas);
    let validator = |path: &str| {
        let body = &document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let mut root = converted(document, body);
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
        root["components"] = json!({"schemas": schemas});
        jsonschema::validator_for(&root).unwrap()
    };
    KINDS.into_iter().map(|kind| (kind.section, validator(kind.endpoint))).collect()
}

/// Any value that a schema of the document takes.
struct Sampler<'d> {
    document: &'d Value,
    rng: StdRng,
}

impl Sampler<'_> {
    fn sample(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(name) = schema["$ref"].as_str() {
            return self.sample(self.document.pointer(name.trim_start_matches('#')).unwrap(), depth);
        }
        if let Some(branches) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let branch = branches.choose(&mut self.rng).unwrap();
            return self.sample(branch, depth);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.sample(&parts[0], depth);
        }
        let words = schema["enum"].as_array().filter(|words| !words.is_empty());
        match (schema["type"].as_str(), words) {
            (Some("array"), _) => {
                let count = self.rng.random_range(0..=2);
                let item = &schema["items"];
                if depth > 6 {
                    return json!([]);
                }
                (0..count).map(|_| self.sample(item, depth + 1)).collect()
            }
            (_, Some(words)) => words.choose(&mut self.rng).unwrap().clone(),
            (Some("boolean"), _) => self.rng.random_bool(0.5).into(),
            (Some("number" | "integer"), _) => {
                let least = schema["minimum"].as_f64().unwrap_or(1.0);
                let most = schema["maximum"].as_f64().unwrap_or(least + 100.0);
                [json!(least), json!(most)].choose(&mut self.rng).cloned().unwrap()
            }
            (Some("string"), _) => match schema["example"].as_str() {
                Some(example) if self.rng.random_bool(0.5) => example.into(),
                _ => "x".repeat(schema["minLength"].as_u64().unwrap_or(1).max(1) as usize).into(),
            },
            (Some("object") | None, _) => self.object(schema, depth),
            (kind, _) => panic!("{kind:?}"),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let wanted = if depth == 0 { 0.15 } else { 0.5 / (depth as f64) };
            if required.contains(&json!(name)) || (depth < 7 && self.rng.random_bool(wanted)) {
                object.insert(name.clone(), self.sample(property, depth + 1));
            }
        }
        object.into()
    }
}

/// Configs as they should be.
fn right(document: &Value, rng: &mut StdRng) -> Vec<(&'static str, Value)> {
    let mut configs = Vec::new();
    for index in 0..40 {
        for (section, mut config) in [
            ("agents", generate::assistant(rng, index, &["an-id".to_owned()])),
            ("phone_numbers", generate::phone_number(rng, index, &["an-id".to_owned()])),
        ] {
            // Every other one, so that what Vapi takes beyond its document does not hide the rest.
            if index % 2 == 0 {
                documented(&mut config);
            }
            configs.push((section, config));
        }
    }
    let mut sampler = Sampler { document, rng: StdRng::seed_from_u64(22) };
    for _ in 0..SAMPLES {
        for kind in KINDS {
            let body =
                &document["paths"][kind.endpoint]["post"]["requestBody"]["content"]["application/json"]["schema"];
            configs.push((kind.section, sampler.sample(body, 0)));
        }
    }
    for (_, _, branches) in document::unions(document) {
        for branch in branches {
            let sample = sampler.sample(branch, 1);
            if branch["properties"]["provider"]["enum"][0].is_string() {
                for field in ["model", "voice", "transcriber"] {
                    configs.push(("agents", json!({field: sample})));
                }
            }
            for (name, property) in branch["properties"].as_object().unwrap() {
                let Some(example) = property.get("example") else { continue };
                configs.push(("agents", json!({name: example})));
            }
        }
    }
    configs
}

/// Takes out what is met and not documented: `server.secret`.
fn documented(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.shift_remove("secret");
            map.values_mut().for_each(documented);
        }
        Value::Array(items) => items.iter_mut().for_each(documented),
        _ => {}
    }
}

/// How many objects are made from the document, of each kind.
const SAMPLES: usize = 120;

/// The configs of files of ours, as they stand there, by file: what is made of one does not hang on the others.
fn of_files() -> Vec<Vec<(&'static str, Value)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut texts: Vec<String> = gallery::files().into_iter().map(|(_, text)| text).collect();
    let examples = ["receptionist", "clinic", "capture", "pull-request"];
    let files = examples.map(|name| root.join("examples").join(name).join("vapi-state.yaml"));
    let files = files.into_iter().chain([root.join("tests/good/northwind.yaml")]);
    texts.extend(files.filter_map(|path| std::fs::read_to_string(path).ok()));
    let mut configs = Vec::new();
    for text in texts {
        let Ok(document) = Document::parse("f", text.as_str()) else { continue };
        let Ok(state) = interpret(&document, &Default::default()) else { continue };
        let entries = state.entries.iter();
        configs.push(entries.filter_map(|entry| Some((entry.kind.section, entry.config?.to_json()))).collect());
    }
    configs
}

/// The pointers of all values inside a value.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let step = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(name, value)| (step(name), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (step(&at.to_string()), value)).collect(),
        _ => Vec::new(),
    };
    for (pointer, value) in inside {
        pointers(value, &pointer, found);
        found.push(pointer);
    }
}

/// Makes a config wrong in one place, or perhaps only different. Says what was done.
fn mutate(config: &mut Value, rng: &mut StdRng) -> Option<String> {
    let mut places = Vec::new();
    pointers(config, "", &mut places);
    let pointer = places.choose(rng)?.clone();
    let (parent, name) = pointer.rsplit_once('/')?;
    let kind =
        *["drop", "type", "number", "word", "unknown", "rename", "null", "reference", "long", "empty", "spaces", "tag"]
            .choose(rng)?;
    let other =
        [json!(true), json!(7), json!("some text"), json!([]), json!(["one"]), json!({}), json!({"a": 1}), json!(0.5)];
    match kind {
        "drop" => drop(config.pointer_mut(parent)?.as_object_mut()?.shift_remove(name)?),
        "type" => *config.pointer_mut(&pointer)? = other.choose(rng)?.clone(),
        "number" => {
            let number = config.pointer_mut(&pointer)?;
            let value = number.as_f64()?;
            *number = json!(*[value + 0.5, -1.0, 1e7, value - 1.0, value + 1.0, 0.0].choose(rng)?);
        }
        "word" => {
            let text = config.pointer_mut(&pointer)?;
            *text = format!("{}x", text.as_str()?).into();
        }
        "unknown" => {
            let map = config.pointer_mut(&pointer)?.as_object_mut()?;
            map.insert("doesNotExist".to_owned(), other.choose(rng)?.clone());
        }
        "rename" => {
            let map = config.pointer_mut(parent)?.as_object_mut()?;
            let value = map.shift_remove(name)?;
            map.insert(format!("{name}s"), value);
        }
        "null" => *config.pointer_mut(&pointer)? = Value::Null,
        "reference" => *config.pointer_mut(&pointer)? = REFERENCE.into(),
        "long" => {
            let text = config.pointer_mut(&pointer)?;
            text.as_str()?;
            *text = "y".repeat(*[38, 41, 70, 1100, 20_000].choose(rng)?).into();
        }
        "spaces" => {
            let text = config.pointer_mut(&pointer)?;
            *text = format!("{} !", text.as_str()?).into();
        }
        "empty" => {
            let text = config.pointer_mut(&pointer)?;
            text.as_str()?;
            *text = "".into();
        }
        _ => {
            let map = config.pointer_mut(&pointer)?.as_object_mut()?;
            let tag = ["provider", "type"].into_iter().find(|tag| map.contains_key(*tag))?;
            let words = ["openai", "anthropic", "vapi", "11labs", "azure", "deepgram", "twilio", "function", "number"];
            map.insert(tag.to_owned(), (*words.choose(rng)?).into());
        }
    }
    Some(format!("{kind} {pointer}"))
}

/// A text that stands for what is known later.
const REFERENCE: &str = "${env:SET_X}";

/// The file that holds a config; `${…}` in it is text, but for the reference that a mutation put there.
fn written(case: &Case) -> String {
    fn escaped(value: &Value) -> Value {
        match value {
            Value::String(text) if text.starts_with("${") => text.as_str().into(),
            Value::String(text) => template::escape(text).into(),
            Value::Array(items) => items.iter().map(escaped).collect(),
            Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), escaped(value))).collect(),
            other => other.clone(),
        }
    }
    json!({"version": 1, case.section: {"a": {"config": escaped(&case.config)}}}).to_string()
}

/// What we say of a config: what we refuse, and what we only note.
fn ours(spec: &Spec, text: &str) -> (Vec<String>, Vec<String>) {
    let options = Options { strict: true };
    let document = Document::parse("f", text).unwrap();
    let mut found: Diagnostics = findings("f", text, Path::new("."), options);
    found.retain(|finding| OF_SHAPES.contains(&finding.code));
    if let Ok(state) = interpret(&document, &Default::default()) {
        found.extend(spec.check(&state, &options));
    }
    let (notes, refused): (Vec<_>, Vec<_>) = found.into_iter().partition(|found| found.severity == Severity::Note);
    let said = |found: Diagnostics| found.iter().map(|found| format!("{}: {}", found.code, found.message)).collect();
    (said(refused), said(notes))
}

#[test]
fn our_walk_is_as_strict_as_the_jsonschema_crate() {
    let Some(text) = vapi_document() else { return };
    let document: Value = serde_json::from_str(&text).unwrap();
    let spec = Spec::load(&text, "openapi.json").unwrap();
    let validators = validators(&document);
    let mut cases: Vec<Case> = Vec::new();
    let mut made = |configs: Vec<(&'static str, Value)>, rng: &mut StdRng| {
        for (section, config) in configs {
            let is_right = validators[section].is_valid(&config);
            for _ in 0..if is_right { 6 } else { 1 } {
                let mut config = config.clone();
                if let Some(wrong) = mutate(&mut config, rng) {
                    cases.push(Case { section, config, wrong });
                }
            }
            cases.push(Case { section, config, wrong: "as it is".to_owned() });
        }
    };
    let mut rng = StdRng::seed_from_u64(21);
    made(right(&document, &mut rng), &mut rng);
    of_files().into_iter().for_each(|configs| made(configs, &mut StdRng::seed_from_u64(23)));
    let mut refused = 0;
    let mut explained: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for case in &cases {
        let (ours, notes) = ours(&spec, &written(case));
        let errors = validators[case.section].iter_errors(&case.config);
        let theirs: Vec<String> =
            errors.map(|error| format!("{} {:.200}", error.instance_path(), error.to_string())).collect();
        refused += usize::from(!theirs.is_empty());
        if ours.is_empty() == theirs.is_empty() {
            continue;
        }
        let difference = Difference { case, ours, notes, theirs };
        match REASONS.iter().find(|(_, holds)| holds(&difference)) {
            Some((reason, _)) => *explained.entry(reason).or_default() += 1,
            None => {
                let Difference { ours, notes, theirs, .. } = &difference;
                unexplained.push(format!("{}: ours {ours:?} notes {notes:?} theirs {theirs:?}", case.wrong));
            }
        }
    }
    let differing: usize = explained.values().sum();
    let right = cases.iter().filter(|case| case.wrong == "as it is" && validators[case.section].is_valid(&case.config));
    let right = right.count();
    let mut told = format!(
        "compared {} configs, {right} of them right before they were made wrong: {refused} refused, {differing} differ, explained:\n",
        cases.len()
    );
    explained.iter().for_each(|(reason, count)| told.push_str(&format!("  {count:4} {reason}\n")));
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    assert!(unexplained.is_empty(), "{} differ:\n{}", unexplained.len(), unexplained.join("\n"));
}
