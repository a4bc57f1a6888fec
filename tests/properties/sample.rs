//! Made-up histories, files and live objects. Each field has few values, so that they meet often.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::oracle::{Lost, recorded};
use crate::support::samples::{SAMPLES, Sample};

/// The two objects of every case.
pub const IDS: [&str; 2] = ["aaaaaaaa-0000-4000-8000-aaaaaaaaaaaa", "bbbbbbbb-0000-4000-8000-bbbbbbbbbbbb"];

/// The secret of a server, where it has one: the file cannot know it, the environment does.
pub const SECRET: &str = "hunter";

/// A version of the file that somebody committed.
#[derive(Debug, Clone)]
pub struct Version {
    /// The config of each object.
    pub configs: Vec<Value>,
    /// `HEAD` does not contain it.
    pub on_branch: bool,
    /// When it was committed, in minutes. Later versions have later times.
    pub time: i64,
}

/// A history, a file and what Vapi holds.
#[derive(Debug, Clone)]
pub struct Case {
    /// Of which kind the objects are: its place in [`SAMPLES`].
    pub kind: usize,
    /// What was committed, the oldest first. The first one is on `HEAD`.
    pub versions: Vec<Version>,
    /// The config of each object in the working tree.
    pub file: Vec<Value>,
    /// The config of each object as Vapi stores it, secrets in the clear.
    pub live: Vec<Value>,
    /// When each live object was last changed, in minutes.
    pub changed: Vec<i64>,
}

impl Case {
    /// Whether any version holds what an object lost.
    pub fn holds(&self, at: usize, lost: &Lost) -> bool {
        self.versions.iter().any(|version| recorded(&version.configs[at], lost))
    }
}

pub fn case() -> impl Strategy<Value = Case> {
    (0..SAMPLES.len()).prop_flat_map(case_of)
}

fn case_of(kind: usize) -> impl Strategy<Value = Case> {
    let configs = move || [config(kind, 0), config(kind, 1)].prop_map(Vec::from);
    let versions = prop::collection::vec((configs(), prop::bool::weighted(0.3)), 1..5);
    let live = (configs(), prop::collection::vec(of(Just(SECRET)), IDS.len()));
    // Often the file is as it was committed last.
    (versions, of(configs()), live, prop::collection::vec(0..6_i64, IDS.len())).prop_map(
        move |(versions, file, (live, secrets), changed)| {
            let versions: Vec<Version> = (0..)
                .zip(versions)
                .map(|(time, (configs, on_branch))| Version { configs, on_branch: on_branch && time > 0, time })
                .collect();
            let head = versions.iter().rev().find(|version| !version.on_branch).map(|version| version.configs.clone());
            let live = live.into_iter().zip(secrets).map(|(mut config, secret)| {
                if let (true, Some(server), Some(secret)) = (has_secret(kind), config.get_mut("server"), secret) {
                    server["secret"] = json!(secret);
                }
                config.as_object_mut().expect("a mapping").retain(|_, value| !value.is_null());
                config
            });
            Case { kind, file: file.or(head).unwrap_or_default(), live: live.collect(), versions, changed }
        },
    )
}

/// Whether objects of this kind have a secret that Vapi does not show.
pub fn has_secret(kind: usize) -> bool {
    matches!(SAMPLES[kind].section, "agents" | "phone_numbers")
}

/// A state file with these configs.
pub fn state(kind: usize, configs: &[Value]) -> String {
    let Sample { section, id_key, .. } = SAMPLES[kind];
    let entry =
        |(at, config): (usize, &Value)| (["one", "two"][at].to_owned(), json!({id_key: IDS[at], "config": config}));
    let entries: Map<String, Value> = configs.iter().enumerate().map(entry).collect();
    serde_yaml::to_string(&json!({"version": 1, section: entries})).expect("YAML")
}

/// The config of the object at this place.
fn config(kind: usize, at: usize) -> BoxedStrategy<Value> {
    // Vapi has none of these without what tells them apart.
    let with = |fixed: Value| {
        move |mut config: Value| {
            config.as_object_mut().expect("a mapping").extend(fixed.as_object().expect("a mapping").clone());
            config
        }
    };
    match SAMPLES[kind].section {
        "agents" => agent().boxed(),
        "tools" => (tool(), function(at))
            .prop_map(move |(tool, function)| with(json!({"type": "function", "function": function}))(tool))
            .boxed(),
        "squads" => squad().boxed(),
        "structured_outputs" => output().prop_map(with(json!({"name": format!("Output {at}")}))).boxed(),
        _ => {
            let sid = "AC00000000000000000000000000000000";
            let number = format!("+1415555010{at}");
            let fixed = json!({"provider": "twilio", "number": number, "twilioAccountSid": sid});
            number_fields().prop_map(with(fixed)).boxed()
        }
    }
}

fn word() -> BoxedStrategy<Value> {
    select(vec![json!("hello"), json!("good day"), json!("two\nlines\n"), json!(null)]).boxed()
}

/// A text that is not `null`: that clears top-level fields only.
fn line() -> BoxedStrategy<Value> {
    select(vec![json!("hello"), json!("good day"), json!("two\nlines\n")]).boxed()
}

fn schema() -> BoxedStrategy<Value> {
    let property = || select(vec![json!({"type": "string"}), json!({"type": "number", "description": "How many."})]);
    (of(property()), of(property()), any::<bool>(), any::<bool>())
        .prop_map(|(day, reason, required, turned)| {
            let mut schema = json!({"type": "object", "properties": {}});
            let mut names = Vec::new();
            for (name, property) in [("day", day), ("reason", reason)] {
                if let Some(property) = property {
                    schema["properties"][name] = property;
                    names.push(name);
                }
            }
            if turned {
                names.reverse();
            }
            if required && !names.is_empty() {
                schema["required"] = json!(names);
            }
            schema
        })
        .boxed()
}

fn tool() -> impl Strategy<Value = Value> {
    let message = (select(vec!["request-start", "request-failed"]), line())
        .prop_map(|(kind, content)| json!({"type": kind, "content": content}));
    let value = || of(select(vec![json!("north"), json!(7), json!({"deep": ["a", 1]})]));
    let parameters = (value(), value(), any::<bool>()).prop_map(|(tone, place, turned)| {
        let pair = |key: &str, value: Option<Value>| Some(json!({"key": key, "value": value?}));
        let mut all: Vec<Value> = pair("tone", tone).into_iter().chain(pair("place", place)).collect();
        if turned {
            all.reverse();
        }
        Value::from(all)
    });
    object(vec![
        ("messages", prop::collection::vec(message, 0..3).prop_map(Value::from).boxed()),
        ("parameters", parameters.boxed()),
        ("server", server()),
    ])
}

fn function(at: usize) -> impl Strategy<Value = Value> {
    object(vec![("description", line()), ("parameters", schema())]).prop_map(move |mut function| {
        function["name"] = json!(format!("look_up_{at}"));
        function
    })
}

fn squad() -> impl Strategy<Value = Value> {
    let overrides = || object(vec![("firstMessage", line()), ("voicemailMessage", line())]);
    let member = |name: &'static str| {
        object(vec![("assistantOverrides", overrides().boxed())]).prop_map(move |mut member| {
            member["assistant"] = json!({"name": name});
            member
        })
    };
    // A squad is never empty.
    let members = (member("North"), of(member("South")), any::<bool>()).prop_map(|(north, south, turned)| {
        let mut members: Vec<Value> = [north].into_iter().chain(south).collect();
        if turned {
            members.reverse();
        }
        members
    });
    let rest = object(vec![("name", word()), ("membersOverrides", overrides().boxed())]);
    (rest, members).prop_map(|(mut squad, members)| {
        squad["members"] = members.into();
        squad
    })
}

fn output() -> impl Strategy<Value = Value> {
    let count = |kind: &'static str, field: &'static str| {
        of(select(vec![2, 3])).prop_map(move |count| Some(json!({"type": kind, field: count?})))
    };
    let conditions = (count("minMessages", "count"), count("minCallDuration", "seconds"))
        .prop_map(|(messages, duration)| messages.into_iter().chain(duration).collect::<Vec<_>>().into());
    let model = select(vec![
        json!({"provider": "openai", "model": "gpt-4.1", "temperature": 0}),
        json!({"provider": "openai", "model": "gpt-4.1", "maxTokens": 100}),
        json!({"provider": "google", "model": "gemini-2.5-flash"}),
    ]);
    let rest = object(vec![("description", word()), ("conditions", conditions.boxed()), ("model", model.boxed())]);
    (rest, schema()).prop_map(|(mut output, schema)| {
        output["schema"] = schema;
        output
    })
}

fn number_fields() -> impl Strategy<Value = Value> {
    let destination = object(vec![("message", line()), ("description", line())]).prop_map(|mut destination| {
        destination["type"] = json!("number");
        destination["number"] = json!("+14155550142");
        destination
    });
    object(vec![
        ("name", word()),
        ("fallbackDestination", destination.boxed()),
        ("hooks", hooks(["call.ringing", "call.ending"])),
        ("server", server()),
    ])
}

fn server() -> BoxedStrategy<Value> {
    let url = select(vec![json!("https://a.example.com"), json!("https://b.example.com")]);
    object(vec![("url", url.boxed()), ("timeoutSeconds", select(vec![json!(5), json!(9)]).boxed())]).boxed()
}

fn agent() -> impl Strategy<Value = Value> {
    let texts = || prop::collection::vec(select(vec![json!("bye"), json!("adieu"), json!("so long")]), 0..4);
    let metadata = object(vec![
        ("team", select(vec![json!(1), json!(2), json!("1")]).boxed()),
        ("tags", texts().prop_map(Value::from).boxed()),
        ("deep", object(vec![("er", select(vec![json!(true), json!(false)]).boxed())]).boxed()),
    ]);
    object(vec![
        ("firstMessage", word()),
        ("voicemailMessage", word()),
        // 600 is what Vapi documents as the default.
        ("maxDurationSeconds", select(vec![json!(600), json!(700), json!(800)]).boxed()),
        ("endCallPhrases", texts().prop_map(Value::from).boxed()),
        ("serverMessages", subset(&["hang", "transcript", "tool-calls"])),
        ("metadata", metadata.boxed()),
        ("model", model().boxed()),
        ("server", server()),
        ("hooks", hooks(["call.ending", "customer.speech.timeout"])),
    ])
}

fn model() -> impl Strategy<Value = Value> {
    let message = (select(vec!["system", "user"]), select(vec!["Be kind.", "Be brief.\n"]))
        .prop_map(|(role, content)| json!({"role": role, "content": content}));
    object(vec![
        ("provider", Just(json!("openai")).boxed()),
        ("model", select(vec![json!("gpt-4.1"), json!("gpt-4o")]).boxed()),
        ("temperature", select(vec![json!(0.3), json!(1), json!(1.0)]).boxed()),
        ("messages", prop::collection::vec(message, 0..4).prop_map(Value::from).boxed()),
        ("tools", tools()),
    ])
    // Vapi has no model without these.
    .prop_map(|mut model| {
        for (key, value) in [("provider", "openai"), ("model", "gpt-4.1")] {
            model.as_object_mut().expect("a mapping").entry(key).or_insert(json!(value));
        }
        model
    })
}

fn tools() -> BoxedStrategy<Value> {
    let named = (select(vec!["a", "b"]), of(select(vec!["https://a.example.com", "https://b.example.com"]))).prop_map(
        |(name, url)| {
            let mut tool = json!({"type": "function", "function": {"name": name}});
            if let Some(url) = url {
                tool["server"] = json!({"url": url});
            }
            tool
        },
    );
    let plain = || select(vec![json!({"type": "endCall"}), json!({"type": "dtmf"})]);
    (of(named), of(plain()), any::<bool>())
        .prop_map(|(named, plain, turned)| {
            let mut tools: Vec<Value> = named.into_iter().chain(plain).collect();
            if turned {
                tools.reverse();
            }
            Value::from(tools)
        })
        .boxed()
}

fn hooks([first, second]: [&'static str; 2]) -> BoxedStrategy<Value> {
    let action = || select(vec![json!([{"type": "say", "exact": "Bye"}]), json!([{"type": "say", "exact": "Adieu"}])]);
    (of(action()), of(action()))
        .prop_map(move |(one, other)| {
            let hook = |on: &str, action: Option<Value>| Some(json!({"on": on, "do": action?}));
            let hooks: Vec<Value> = hook(first, one).into_iter().chain(hook(second, other)).collect();
            Value::from(hooks)
        })
        .boxed()
}

fn subset(words: &'static [&'static str]) -> BoxedStrategy<Value> {
    subsequence(words.to_vec(), 0..=words.len()).prop_shuffle().prop_map(Value::from).boxed()
}

/// A mapping that has each of these fields or not.
fn object(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Value> {
    let (names, values): (Vec<_>, Vec<_>) =
        fields.into_iter().map(|(name, value)| (name, prop::option::weighted(0.6, value))).unzip();
    values.prop_map(move |values| {
        let present = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?)));
        Value::Object(present.collect())
    })
}
