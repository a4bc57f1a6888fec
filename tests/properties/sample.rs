//! Made-up histories, files and live objects. Each field has few values, so that they meet often.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use super::oracle::{Lost, recorded};

/// The two agents of every case.
pub const IDS: [&str; 2] = ["aaaaaaaa-0000-4000-8000-aaaaaaaaaaaa", "bbbbbbbb-0000-4000-8000-bbbbbbbbbbbb"];

/// The secret of a server, where it has one: the file cannot know it, the environment does.
pub const SECRET: &str = "hunter";

/// A version of the file that somebody committed.
#[derive(Debug, Clone)]
pub struct Version {
    /// The config of each agent.
    pub configs: Vec<Value>,
    /// `HEAD` does not contain it.
    pub on_branch: bool,
    /// When it was committed, in minutes. Later versions have later times.
    pub time: i64,
}

/// A history, a file and what Vapi holds.
#[derive(Debug, Clone)]
pub struct Case {
    /// What was committed, the oldest first. The first one is on `HEAD`.
    pub versions: Vec<Version>,
    /// The config of each agent in the working tree.
    pub file: Vec<Value>,
    /// The config of each agent as Vapi stores it, secrets in the clear.
    pub live: Vec<Value>,
    /// When each live object was last changed, in minutes.
    pub changed: Vec<i64>,
}

impl Case {
    /// Whether any version holds what an agent lost.
    pub fn holds(&self, at: usize, lost: &Lost) -> bool {
        self.versions.iter().any(|version| recorded(&version.configs[at], lost))
    }
}

pub fn case() -> impl Strategy<Value = Case> {
    let configs = || prop::collection::vec(config(), IDS.len());
    let versions = prop::collection::vec((configs(), prop::bool::weighted(0.3)), 1..5);
    let live = prop::collection::vec((config(), of(Just(SECRET))), IDS.len());
    // Often the file is as it was committed last.
    (versions, of(configs()), live, prop::collection::vec(0..6_i64, IDS.len())).prop_map(
        |(versions, file, live, changed)| {
            let versions: Vec<Version> = (0..)
                .zip(versions)
                .map(|(time, (configs, on_branch))| Version { configs, on_branch: on_branch && time > 0, time })
                .collect();
            let head = versions.iter().rev().find(|version| !version.on_branch).map(|version| version.configs.clone());
            let live = live.into_iter().map(|(mut config, secret)| {
                if let (Some(server), Some(secret)) = (config.get_mut("server"), secret) {
                    server["secret"] = json!(secret);
                }
                config.as_object_mut().expect("a mapping").retain(|_, value| !value.is_null());
                config
            });
            Case { file: file.or(head).unwrap_or_default(), live: live.collect(), versions, changed }
        },
    )
}

/// A state file with these configs.
pub fn state(configs: &[Value]) -> String {
    let entry = |(at, config): (usize, &Value)| {
        (["one", "two"][at].to_owned(), json!({"vapi_assistant_id": IDS[at], "config": config}))
    };
    let agents: Map<String, Value> = configs.iter().enumerate().map(entry).collect();
    serde_yaml::to_string(&json!({"version": 1, "agents": agents})).expect("YAML")
}

fn config() -> impl Strategy<Value = Value> {
    let word = || select(vec![json!("hello"), json!("good day"), json!("two\nlines\n"), json!(null)]);
    let texts = || prop::collection::vec(select(vec![json!("bye"), json!("adieu"), json!("so long")]), 0..4);
    let metadata = object(vec![
        ("team", select(vec![json!(1), json!(2), json!("1")]).boxed()),
        ("tags", texts().prop_map(Value::from).boxed()),
        ("deep", object(vec![("er", select(vec![json!(true), json!(false)]).boxed())]).boxed()),
    ]);
    object(vec![
        ("firstMessage", word().boxed()),
        ("voicemailMessage", word().boxed()),
        // 600 is what Vapi documents as the default.
        ("maxDurationSeconds", select(vec![json!(600), json!(700), json!(800)]).boxed()),
        ("endCallPhrases", texts().prop_map(Value::from).boxed()),
        ("serverMessages", subset(&["hang", "transcript", "tool-calls"])),
        ("metadata", metadata.boxed()),
        ("model", model().boxed()),
        (
            "server",
            object(vec![
                ("url", select(vec![json!("https://a.example.com"), json!("https://b.example.com")]).boxed()),
                ("timeoutSeconds", select(vec![json!(5), json!(9)]).boxed()),
            ])
            .boxed(),
        ),
        ("hooks", hooks()),
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

fn hooks() -> BoxedStrategy<Value> {
    let action = || select(vec![json!([{"type": "say", "exact": "Bye"}]), json!([{"type": "say", "exact": "Adieu"}])]);
    (of(action()), of(action()))
        .prop_map(|(ending, timeout)| {
            let hook = |on: &str, action: Option<Value>| Some(json!({"on": on, "do": action?}));
            let hooks: Vec<Value> =
                hook("call.ending", ending).into_iter().chain(hook("customer.speech.timeout", timeout)).collect();
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
