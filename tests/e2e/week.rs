//! A made-up week of an organisation with 18 objects, as people see it at two widths: to be read line by line.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config};

use crate::support::{Run, World, id};

/// Agents: name, greeting.
const AGENTS: [(&str, &str); 12] = [
    ("Emergency Dispatch", "Northwind emergency line, what is happening?"),
    ("Front Desk", "Thanks for calling Northwind Plumbing."),
    ("Scheduling", "Let's find a time."),
    ("Billing", "Billing, how can I help?"),
    ("After Hours", "We are closed, but I can take a message."),
    ("Spanish Line", "Gracias por llamar a Northwind."),
    ("Survey", "Do you have a minute?"),
    ("Parts Desk", "Parts, hello."),
    ("Warranty", "Warranty desk."),
    ("Recruiting", "Thanks for your interest."),
    ("Outbound Reminders", "A reminder about your visit."),
    ("Línea Nueva", "Hola, línea nueva."),
];

/// Numbers: name, and whom they ring.
const NUMBERS: [(&str, &str); 6] = [
    ("Emergency line", "Emergency Dispatch"),
    ("Main line", "Front Desk"),
    ("Billing line", "Billing"),
    ("Spanish line", "Spanish Line"),
    ("After hours line", "After Hours"),
    ("Jobs line", "Recruiting"),
];

fn prompt(name: &str) -> String {
    let rules: String = (1..15)
        .map(|n| format!("- Rule {n}: say it kindly and keep answer {n} short, two sentences at most.\n"))
        .collect();
    format!(
        "# {name}\n\nYou answer the phone for Northwind Plumbing as the {name}.\n\n{rules}\nAsk for the caller's name.\n"
    )
}

/// The organisation: prompts, handoffs, hooks, tools and secrets.
fn northwind() -> World {
    let world = World::with("", Config::default());
    let created = |at: usize| format!("2026-01-01T00:00:{at:02}.000Z");
    let agent = |at: usize, name: &str, greeting: &str| {
        let messages = json!([{"role": "system", "content": prompt(name)}]);
        let model = json!({"provider": "openai", "model": "gpt-4.1", "temperature": 0.3, "messages": messages});
        let voice = json!({"provider": "vapi", "voiceId": "Elliot"});
        let server = json!({"url": "https://hooks.northwind.example/vapi", "secret": format!("a secret of {name}")});
        let body = json!({"createdAt": created(at), "name": name, "firstMessage": greeting, "model": model, "voice": voice, "server": server});
        world.vapi.insert(Collection::Assistant, body)
    };
    AGENTS.iter().enumerate().for_each(|(at, (name, greeting))| drop(agent(at, name, greeting)));
    let of = |name: &str| id(&world.agent(name));
    let mut model = world.agent("Front Desk")["model"].clone();
    let destinations = ["Scheduling", "Billing"].map(|name| json!({"type": "assistant", "assistantId": of(name)}));
    model["tools"] = json!([{"type": "handoff", "destinations": destinations}]);
    world.vapi.edit(Collection::Assistant, &of("Front Desk"), &json!({"model": model}));
    let transfer = json!({"type": "transferCall", "destinations": [{"type": "number", "number": "+16145550111"}]});
    let hooks = json!([{"on": "call.ending", "do": [{"type": "tool", "tool": transfer}]}]);
    world.vapi.edit(Collection::Assistant, &of("Emergency Dispatch"), &json!({"hooks": hooks}));
    for (at, (name, rings)) in NUMBERS.iter().enumerate() {
        let twilio = json!({"createdAt": created(at), "provider": "twilio", "number": format!("+1614555010{at}"), "name": name,
            "twilioAccountSid": "AC00000000000000000000000000000000", "twilioAuthToken": "a token of twilio",
            "assistantId": of(rings)});
        world.vapi.insert(Collection::PhoneNumber, twilio);
    }
    world
}

/// Whether an id of more than 8 digits stands in a text: of an object or of a run.
fn has_id(text: &str) -> bool {
    let is_id = |word: &str| word.len() > 20 && word.chars().all(|c| c.is_ascii_hexdigit() || "-TZ".contains(c));
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').any(is_id)
}

struct Week {
    world: World,
    width: usize,
    told: String,
}

impl Week {
    #[track_caller]
    fn run(&mut self, args: &[&str], code: i32) -> Run {
        let run = self.world.run(args).expect(code);
        let text = run.text();
        self.told.push_str(&format!("$ vapi-sync {}\n{text}\n", args.join(" ")));
        let words = text.lines().filter(|line| line.chars().count() > self.width);
        // A command is there to be copied, and a line of a file stands as it is.
        let long: Vec<&str> = words.filter(|line| !line.contains(" | ") && !line.contains("vapi-sync ")).collect();
        assert!(long.is_empty(), "wider than {}: {long:#?}", self.width);
        assert!(!has_id(&text.replace('…', " ")), "an id: {text}");
        run
    }

    fn dashboard(&self, name: &str, change: &Value) {
        self.world.vapi.edit(Collection::Assistant, &id(&self.world.agent(name)), change);
    }

    fn commit(&self, message: &str) {
        self.world.commit(message);
    }
}

fn lines(run: &Run) -> usize {
    run.text().lines().count()
}

/// The week; gives all that was said.
fn lived(width: usize) -> String {
    let mut world = northwind();
    world.env.push(("COLUMNS".to_owned(), width.to_string()));
    std::fs::remove_file(world.path("vapi-state.yaml")).expect("removed");
    let mut week = Week { world, width, told: String::new() };
    week.run(&["init"], 0);
    let first = week.run(&["pull"], 0);
    assert!(lines(&first) <= 40, "{}", first.text());
    week.commit("first pull");
    let well = week.run(&["status"], 0);
    assert!(lines(&well) <= 6, "{}", well.text());
    week.run(&["plan"], 0);
    week.world.edit("firstMessage: Parts, hello.", "firstMessage: Parts desk, hello.");
    week.run(&["plan"], 0);
    let one = week.run(&["apply", "--yes"], 0);
    assert!(lines(&one) <= 12, "{}", one.text());
    week.commit("parts");
    let target = week.world.state().split("emergency_line:").nth(1).map(str::to_owned).expect("a number");
    week.world.edit(&target, &target.replacen("${agent:emergency_dispatch}", "${agent:front_desk}", 1));
    assert!(week.run(&["plan"], 0).stdout.contains("answered by: Emergency Dispatch → Front Desk"));
    week.run(&["apply", "--yes"], 0);
    week.commit("the emergency line");
    week.dashboard("Billing", &json!({"firstMessage": "Billing desk, how may I help you today?"}));
    week.run(&["status"], 0);
    week.run(&["plan"], 0);
    week.run(&["pull"], 0);
    week.commit("billing");
    week.dashboard("Survey", &json!({"firstMessage": "Hi! Do you have two minutes?"}));
    week.world.edit("Do you have a minute?", "Do you have a moment?");
    week.run(&["plan"], 0);
    week.run(&["apply", "--yes"], 3);
    week.run(&["sync", "--yes"], 3);
    week.run(&["sync", "--yes", "--prefer", "file=agents.survey"], 0);
    week.commit("survey");
    week.world.edit(
        "\nphone_numbers:",
        "\n  new_agent:\n    config:\n      name: New Agent\n      firstMessage: Hello there.\n      hooks:\n        - on: \
         customer.speech.timeout\n          do: [{type: say, exact: Are you still there?}]\n\nphone_numbers:",
    );
    week.world.edit("firstMessage: Warranty desk.", "firstMessage: Warranty desk.\n      hooks:\n        - on: customer.speech.timeout\n          do: [{type: say, exact: Are you still there?}]");
    week.run(&["plan"], 0);
    week.run(&["apply", "--yes"], 0);
    week.run(&["log", "agents.survey"], 0);
    week.run(&["restore", "latest", "--yes"], 0);
    week.run(&["status"], 0);
    week.told
}

fn snapshot(width: usize) {
    let mut settings = insta::Settings::clone_current();
    for (pattern, shown) in [
        (r"20\d\d-\d\d-\d\d \d\d:\d\d(\s+)UTC", "TODAY"),
        (r"20\d\d-\d\d-\d\d(\s+)\d\d:\d\d", "TODAY"),
        (r"\d{1,2}(\s+)[A-Z][a-z]{2}(\s+)\d\d:\d\d(\s+)UTC", "TODAY"),
        (r"restore [0-9a-f]{8}", "restore RUN"),
        (r"(?m)^[0-9a-f]{8}  ", "RUN  "),
        (r"\b[0-9a-f]{8}\b", "COMMIT"),
    ] {
        settings.add_filter(pattern, shown);
    }
    let told = lived(width);
    settings.bind(|| insta::assert_snapshot!(format!("a_week_at_{width}"), told));
}

#[test]
fn a_week_on_a_narrow_terminal() {
    snapshot(80);
}

#[test]
fn a_week_on_a_wide_terminal() {
    snapshot(200);
}
