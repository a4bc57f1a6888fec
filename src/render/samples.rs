//! Reports for tests, built by hand.

use serde_json::{Value as Json, json};

use super::status::About;
use crate::kinds::{self, Kind};
use crate::model::diagnostic::{Diagnostic, Place};
use crate::model::recorded::Recorded;
use crate::model::{Address, FieldPath, Map, RemoteId, Secret, Step, Value};
use crate::plan::judge::Verdict;
use crate::plan::report::{Outcome, Report};
use crate::plan::{
    Change, Direction, FieldChange, Impact, Item, KindStatus, LastRun, Left, Plan, Ring, State, Status, Stay, Work,
    Write,
};

/// The secret that stands in some samples and in no output.
pub const SECRET: &str = "sk_live_do_not_show";

/// Names and values that somebody may have typed into the dashboard to harm.
pub const HOSTILE: &[&str] = &[
    "\x1b[2J\x1b]0;owned\x07",
    "\u{9b}31mred",
    "line one\nPlan: 0 to create.",
    "\r\nerror: forged",
    "\u{202e}txt.exe\u{2066}",
    "zero\u{200b}width\u{feff}",
    "``` </details> ```` ~~~",
    "@octocat #1 <script>alert(1)</script> <!-- vapi-sync -->",
    "a | b | c",
    "[x](javascript:alert(1)) ![y](https://evil.example/z.png)",
    "::error file=x::forged",
    "%0A::warning::x",
    "\u{e0041}\u{e0042}",
    "\u{2028}\u{85}",
    "\"'`$(rm -rf /)",
];

pub fn agents() -> &'static Kind {
    kinds::by_section("agents").expect("a kind")
}

pub fn numbers() -> &'static Kind {
    kinds::by_section("phone_numbers").expect("a kind")
}

pub fn value(json: Json) -> Value {
    Value::from(json)
}

pub fn secret() -> Value {
    Value::Secret(Secret::new(SECRET, vec!["KEY".to_owned()]))
}

pub fn path(text: &str) -> FieldPath {
    text.split('.').fold(FieldPath::root(), |path, key| match key.parse() {
        Ok(at) => path.join(Step::Index(at)),
        Err(_) => path.key(key),
    })
}

pub fn commit(only_on: Option<&str>) -> Recorded {
    Recorded::Commit {
        id: "c0ffee1234567890c0ffee1234567890c0ffee12".to_owned(),
        time: "2026-01-05T10:11:12Z".to_owned(),
        only_on: only_on.map(str::to_owned),
    }
}

pub fn field(at: &str, before: Option<Json>, after: Option<Json>, verdict: Verdict) -> FieldChange {
    FieldChange { place: Some(place()), ..FieldChange::new(path(at), before.map(value), after.map(value), verdict) }
}

pub fn place() -> Place {
    Place { file: "vapi-state.yaml".into(), line: 12, column: 18, width: 8 }
}

pub fn change(kind: &'static Kind, handle: &str, name: &str, work: Work) -> Change {
    Change {
        id: (!matches!(work, Work::Create(_))).then(|| RemoteId(format!("id-of-{handle}"))),
        name: Some(name.to_owned()),
        work,
        place: Some(place()),
        updated_at: Some("2026-01-06T00:00:00Z".to_owned()),
        ..Change::new(kind, kind.address(handle))
    }
}

fn creation() -> Write {
    Write::Create { body: Map::default(), purchase: false }
}

pub fn update() -> Write {
    Write::Update { body: Map::default(), seen: Value::Null, desired: Value::Null }
}

pub fn plan(direction: Direction, changes: Vec<Change>) -> Plan {
    let digest = "0123456789abcdef0123456789abcdef".to_owned();
    Plan { digest, ..Plan::new(direction, Some("org-1".to_owned()), changes) }
}

pub fn prompt(hour: &str) -> String {
    format!(
        "You answer the phone of Northwind Dental.\n\nBe kind.\nBe short.\n\nWe open at {hour}.\nWe close at five.\n\n\
         Never give medical advice.\nAsk for the name.\n"
    )
}

fn created() -> Change {
    let mut change = change(agents(), "night_desk", "Night Desk", Work::Create(creation()));
    change.reason = "not in Vapi yet".to_owned();
    change.fields = vec![
        field("name", None, Some(json!("Night Desk")), Verdict::Set),
        field("firstMessage", None, Some(json!(prompt("nine"))), Verdict::Set),
        field(
            "model",
            None,
            Some(json!({
                "provider": "openai", "model": "gpt-4.1", "temperature": 0.3,
                "messages": [{"role": "system", "content": prompt("nine")}],
            })),
            Verdict::Set,
        ),
        FieldChange { after: Some(secret()), sensitive: true, ..field("serverUrlSecret", None, None, Verdict::Set) },
    ];
    change
}

fn updated() -> Change {
    let mut change = change(agents(), "receptionist", "Receptionist", Work::Update(update()));
    change.fields = vec![
        FieldChange {
            recorded: Some(commit(None)),
            ..field("model.temperature", Some(json!(0.3)), Some(json!(0.5)), Verdict::Change)
        },
        FieldChange {
            recorded: Some(commit(Some("origin/feature"))),
            note: Some("Vapi has a value of origin/feature: this branch is behind it".to_owned()),
            ..field(
                "model.messages.0.content",
                Some(json!(prompt("nine"))),
                Some(json!(prompt("eight"))),
                Verdict::Change,
            )
        },
        field("voicemailMessage", None, Some(json!("Call back")), Verdict::Set),
        field("endCallMessage", Some(json!("Bye")), Some(Json::Null), Verdict::Clear),
        FieldChange {
            recorded: Some(Recorded::AuditLog { time: "2026-01-04T00:00:00Z".to_owned() }),
            ..field("model.toolIds.0", Some(json!("tool-1")), None, Verdict::Remove)
        },
        FieldChange {
            before: Some(secret()),
            after: Some(value(json!("a secret that lost its type"))),
            sensitive: true,
            ..field("server.secret", None, None, Verdict::Change)
        },
        FieldChange {
            note: Some(
                "somebody changed it in Vapi (last change 2026-01-06T00:00:00Z), and no commit has that value"
                    .to_owned(),
            ),
            ..field("firstMessage", Some(json!("Hi there")), Some(json!("Hello")), Verdict::Drift)
        },
        field(
            "analysisPlan",
            Some(json!({"a": prompt("nine")})),
            Some(json!({"a": prompt("eight"), "b": 1})),
            Verdict::Drift,
        ),
    ];
    change
}

fn bought() -> Change {
    let mut change = change(numbers(), "second_line", "Second line", Work::Create(creation()));
    change.reason = "not in Vapi yet; Vapi will assign a number, which may cost money".to_owned();
    change.held =
        Some("Vapi would assign a phone number, which may cost money: add --allow-purchase to allow it".to_owned());
    change
}

fn linked() -> Change {
    let mut change = change(numbers(), "main_line", "+1 415 555 0100", Work::Link(None));
    change.reason = "found in Vapi as \"Main line\" (id-of-main_line)".to_owned();
    change
}

fn recreated() -> Change {
    let mut change = change(agents(), "billing", "Billing", Work::Recreate(creation()));
    change.reason = "deleted in Vapi (it was id-of-billing)".to_owned();
    change.fields = vec![field("name", None, Some(json!("Billing")), Verdict::Set)];
    change
}

/// A plan to Vapi with every action and verdict.
pub fn to_vapi() -> Report {
    let steady = change(agents(), "steady", "Steady", Work::None);
    let mut plan = plan(Direction::ToVapi, vec![created(), updated(), recreated(), linked(), bought(), steady]);
    plan.impact = vec![Impact {
        address: agents().address("receptionist"),
        rings: vec![
            Ring {
                id: RemoteId("number-1".to_owned()),
                number: Some("+1 415 555 0100".to_owned()),
                name: Some("Main line".to_owned()),
                via: "assistantId".to_owned(),
            },
            Ring { id: RemoteId("number-2".to_owned()), number: None, name: None, via: "squad Front".to_owned() },
        ],
        stays: vec![Stay { who: "squad Intake".to_owned(), version: "v3".to_owned() }],
    }];
    plan.warnings =
        vec![Diagnostic::warning("create-only", "provider cannot be changed").at(place()).help("make a new entry")];
    Report::planned(plan)
}

/// The same after an apply, with every outcome.
pub fn applied() -> Report {
    let mut report = to_vapi();
    let refused = Diagnostic::error("vapi-400", "Vapi refused it: property foo should not exist").help("take it out");
    report.outcomes = vec![
        Some(Outcome::Done { id: Some(RemoteId("new-id".to_owned())) }),
        Some(Outcome::Failed(refused)),
        Some(Outcome::NotAttempted("agents.receptionist failed".to_owned())),
        Some(Outcome::HeldBack("it changed in Vapi since the plan was made".to_owned())),
        Some(Outcome::HeldBack("it buys or allots a phone number".to_owned())),
        None,
    ];
    report.warnings = vec![Diagnostic::warning("filled-in", "Vapi filled in voice.speed by itself")];
    report.run = Some("run-1".to_owned());
    report
}

/// A plan of a pull with every action and verdict.
pub fn to_file() -> Report {
    let object = Value::Map(
        [
            ("name".to_owned(), value(json!("Front Desk"))),
            ("model".to_owned(), value(json!({"provider": "openai", "messages": [{"content": prompt("nine")}]}))),
            ("serverUrlSecret".to_owned(), secret()),
        ]
        .into_iter()
        .collect(),
    );
    let mut imported = change(agents(), "front_desk", "Front Desk", Work::Import(object));
    imported.reason = "only in Vapi".to_owned();
    let mut captured = change(agents(), "receptionist", "Receptionist", Work::Capture);
    captured.fields = vec![
        FieldChange {
            recorded: Some(commit(None)),
            note: Some("replaces a committed value".to_owned()),
            ..field("firstMessage", Some(json!("Hello")), Some(json!("Hi there")), Verdict::Capture)
        },
        field("voice", None, Some(json!({"provider": "11labs"})), Verdict::Capture),
        FieldChange {
            recorded: Some(commit(None)),
            note: Some("the file is ahead; `apply` sends it".to_owned()),
            ..field("model.temperature", Some(json!(0.5)), Some(json!(0.3)), Verdict::Pending)
        },
        FieldChange {
            note: Some("the file is ahead; `apply` sends it".to_owned()),
            ..field(
                "model.messages[0].content",
                Some(json!(prompt("eight"))),
                Some(json!(prompt("nine"))),
                Verdict::Pending,
            )
        },
        FieldChange {
            note: Some("the file's value is not committed, and no commit has Vapi's value".to_owned()),
            ..field("endCallMessage", Some(json!("Bye")), Some(json!("So long")), Verdict::Conflict)
        },
    ];
    let mut absent = change(agents(), "night_desk", "Night Desk", Work::None);
    absent.id = None;
    absent.reason = "only in the file; `apply` makes it".to_owned();
    let steady = change(agents(), "steady", "Steady", Work::None);
    Report::planned(plan(Direction::ToFile, vec![imported, captured, absent, steady]))
}

/// A plan to Vapi in which everything that can hold a foreign text holds this one.
pub fn holding(text: &str) -> Report {
    let mut hurt = change(agents(), "x", text, Work::Update(update()));
    hurt.reason = text.to_owned();
    hurt.address.handle = text.to_owned();
    hurt.fields = vec![
        field("a", Some(json!(text)), Some(json!("b")), Verdict::Change),
        field("b", None, Some(json!({text: [text, text, text], "more": prompt(text)})), Verdict::Set),
        field("c", Some(json!(prompt(text))), Some(json!(format!("{text}\n{text}\n"))), Verdict::Drift),
    ];
    hurt.fields[0].path = FieldPath::root().key(text).join(Step::Element(text.to_owned()));
    hurt.fields[0].note = Some(text.to_owned());
    let mut failed = change(numbers(), "y", text, Work::Create(creation()));
    failed.held = Some(text.to_owned());
    let mut plan = plan(Direction::ToVapi, vec![hurt, failed]);
    let ring = Ring {
        id: RemoteId(text.to_owned()),
        number: Some(text.to_owned()),
        name: Some(text.to_owned()),
        via: format!("squad {text}"),
    };
    let stays = vec![Stay { who: text.to_owned(), version: text.to_owned() }];
    plan.impact = vec![Impact { address: agents().address(text), rings: vec![ring], stays }];
    plan.warnings =
        vec![Diagnostic::warning("w", text).help(text).at(Place { file: text.into(), ..place() }).snippet(text)];
    let mut report = Report::planned(plan);
    report.outcomes =
        vec![Some(Outcome::Failed(Diagnostic::error("e", text).help(text))), Some(Outcome::NotAttempted(text.into()))];
    report.errors = vec![Diagnostic::error("e", text)];
    report
}

pub fn status(in_sync: bool) -> Status {
    let item = |address: Address, name: &str, state, reason: &str| Item {
        id: Some(RemoteId(format!("id-of-{}", address.handle))),
        address,
        name: Some(name.to_owned()),
        state,
        reason: reason.to_owned(),
        since: None,
        fields: Vec::new(),
    };
    let agent = |handle: &str, name: &str, state, reason: &str| item(agents().address(handle), name, state, reason);
    let mut items = vec![agent("steady", "Steady", State::InSync, ""), agent("calm", "Calm", State::InSync, "")];
    if !in_sync {
        let drift = vec![field("firstMessage", Some(json!("by hand")), Some(json!("as reviewed")), Verdict::Drift)];
        let since = Some("2026-01-05T23:09:00.000Z".to_owned());
        let drifted = agent("desk", "Front <b>Desk</b>", State::Drift, "changed in Vapi: firstMessage");
        items.push(Item { since: since.clone(), fields: drift, ..drifted });
        items.push(agent("billing", "Billing", State::Pending, "to apply: model.temperature"));
        items.push(Item {
            id: None,
            ..agent("gone", "Gone", State::MissingInVapi, "deleted in Vapi: `apply` makes it again")
        });
        items
            .push(Item { id: None, ..agent("fresh", "Fresh", State::OnlyInFile, "not in Vapi yet: `apply` makes it") });
        items.push(Item { since, ..agent("new", "New", State::OnlyInVapi, "not in the file: `pull` takes it in") });
    }
    let number = item(numbers().address("main"), "+14155550100", State::InSync, "");
    let kind = |kind, items, ignored| KindStatus { kind, items, ignored, outside: 0 };
    let left =
        if in_sync { Vec::new() } else { vec![Left { file: "night.yaml".to_owned(), counts: vec![(agents(), 2)] }] };
    Status { left, kinds: vec![kind(agents(), items, 1), kind(numbers(), vec![number], 0)] }
}

pub fn last_run() -> LastRun {
    LastRun {
        run: "20260106T070000123Z-5f3a9c0e".to_owned(),
        command: "apply".to_owned(),
        time: "2026-01-06T07:00:00Z".parse().expect("a time"),
        actor: "Ana <ana@example.com>".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
    }
}

pub fn about(last_run: &LastRun) -> About<'_> {
    About {
        file: "vapi-state.yaml",
        org_id: Some("org-1"),
        checked_at: "2026-01-06T07:08:09Z".parse().expect("a time"),
        last_run: Some(last_run),
        agreed: None,
        dashboard: Some("https://dashboard.vapi.ai"),
    }
}
