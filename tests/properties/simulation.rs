//! A pull and an apply on values: plans by the real pieces, carried out here as the disk and Vapi would.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};
use vapi_sync::apply::{Fact, Recorder};
use vapi_sync::cli::file::{Empty, Loaded};
use vapi_sync::cli::session::{Fetched, Request, make_plan};
use vapi_sync::kinds::KINDS;
use vapi_sync::model::diagnostic::Diagnostic;
use vapi_sync::model::recorded::{Question, Record, Recorded};
use vapi_sync::model::{self, RemoteId, Secret};
use vapi_sync::plan::guard::Allowances;
use vapi_sync::plan::pair::Listings;
use vapi_sync::plan::{Direction, Plan, Policy, Selection, Write};
use vapi_sync::recovery::Attempts;
use vapi_sync::state::environments::Whose;
use vapi_sync::state::resolve::Desired;
use vapi_sync::values::normalize::map_to_wire;
use vapi_sync::vapi::{Connection, Reader, Settings, Transport};
use vapi_sync::writeback::{FileRecorder, capture};

use super::oracle::{Lost, Step, recorded};
use super::sample::{Case, IDS, SECRET, Version, has_secret, state};
use crate::support::samples::SAMPLES;

const ORG: &str = "e0000000-0000-4000-8000-000000000000";

/// A file on the disk and objects in a Vapi that is no more than these values.
pub struct Simulation<'c> {
    case: &'c Case,
    folder: tempfile::TempDir,
    pub stored: Vec<Value>,
    changed: Vec<i64>,
}

thread_local! {
    /// A way to nowhere: all that could be asked is known. Made once, for it takes longer than a case.
    static NOWHERE: (tokio::runtime::Runtime, Reader) = {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let connection = Connection::new("http://127.0.0.1:1", Secret::new("key", Vec::new())).expect("a connection");
        let reader = Reader::new(Transport::new(connection, Settings::default()));
        (runtime, reader)
    };
}

impl<'c> Simulation<'c> {
    pub fn new(case: &'c Case) -> Self {
        let folder = crate::support::folder();
        std::fs::write(folder.path().join("vapi-state.yaml"), state(case.kind, &case.file)).expect("written");
        Self { case, folder, stored: case.live.clone(), changed: case.changed.clone() }
    }

    fn section(&self) -> &'static str {
        SAMPLES[self.case.kind].section
    }

    /// The state file.
    pub fn text(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("vapi-state.yaml")).expect("read")
    }

    /// The configs in the file, by a reader of YAML that the program does not edit with.
    pub fn file(&self) -> Vec<Value> {
        let file: Value = serde_yaml::from_str(&self.text()).expect("YAML");
        ["one", "two"].iter().map(|handle| file[self.section()][handle]["config"].clone()).collect()
    }

    fn loaded(&self) -> Loaded {
        Loaded::read(&self.folder.path().join("vapi-state.yaml"), Whose::Only, Empty::Refused).expect("a state file")
    }

    fn plan(&self, loaded: &Loaded, direction: Direction) -> Plan {
        let open_record = |_, _| Ok(Box::new(History(self.case.versions.clone())) as Box<dyn Record>);
        let (listings, at) = (self.listings(), std::time::Instant::now());
        let mut fetched = Fetched { listings, unread: HashMap::new(), at, is_whole: true };
        let request = Request {
            direction,
            selection: &Selection::default(),
            policy: &Policy::default(),
            allow: Allowances::default(),
            attempts: &|| Ok(Attempts::default()),
            agreements: &|_, _, _| Ok((HashMap::new(), Vec::new())),
            foreign: &|_| Ok(None),
            of_others: &|_, _| HashMap::new(),
            elsewhere: &|_, _| Vec::new(),
        };
        let env = |name: &str| name.ends_with("_SERVER_SECRET").then(|| SECRET.to_owned());
        let desired = Desired::of(&loaded.document, &Whose::Only, &loaded.includes, &env).expect("a state file");
        let made = NOWHERE.with(|(runtime, reader)| {
            runtime.block_on(make_plan(&desired, &[], &mut fetched, reader, &open_record, &request))
        });
        made.unwrap_or_else(|errors| panic!("{errors:?}\n{}", self.text())).plan
    }

    /// What Vapi shows.
    fn listings(&self) -> Listings {
        let shown = |(at, stored): (usize, &Value)| {
            let mut object = stored.clone();
            let time = Timestamp::from_second(self.changed[at] * 60).expect("a time").to_string();
            for (key, value) in [("id", IDS[at]), ("orgId", ORG), ("createdAt", &time), ("updatedAt", &time)] {
                object[key] = json!(value);
            }
            let secret = object.get_mut("server").and_then(|server| server.as_object_mut()?.shift_remove("secret"));
            if has_secret(self.case.kind) {
                object["isServerUrlSecretSet"] = json!(secret.is_some());
            }
            serde_json::from_str(&object.to_string()).expect("an object")
        };
        let mut listings: Listings = KINDS.iter().map(|kind| (kind.section, Vec::new())).collect();
        listings.insert(self.section(), self.stored.iter().enumerate().map(shown).collect());
        listings
    }

    /// Applies without flags. Whether anything was written.
    pub fn apply(&mut self) -> bool {
        let loaded = self.loaded();
        let plan = self.plan(&loaded, Direction::ToVapi);
        if let (true, Some(org)) = (plan.records_org, &plan.org_id) {
            let mut recorder = FileRecorder::new(loaded.disk.clone(), Whose::Only, loaded.document.text().to_string());
            recorder.record(&[Fact::Org(org.clone())]).expect("recorded");
        }
        let mut wrote = false;
        for change in plan.changes.iter().filter(|change| change.held.is_none()) {
            let Some(write) = change.write() else { continue };
            let Write::Update { body, .. } = write else { panic!("all is linked: {write:?}") };
            let at =
                IDS.iter().position(|id| change.id.as_ref().is_some_and(|known| known.as_str() == *id)).expect("known");
            // As Vapi does it: each field of the body is replaced whole, null clears.
            let object = self.stored[at].as_object_mut().expect("an object");
            for (key, value) in map_to_wire(body).expect("all is known") {
                if value.is_null() {
                    object.shift_remove(&key);
                } else {
                    object.insert(key, value);
                }
            }
            self.changed[at] = 1_000;
            wrote = true;
        }
        wrote
    }

    /// Pulls without flags. Whether anything was written.
    pub fn pull(&mut self) -> bool {
        let loaded = self.loaded();
        let plan = self.plan(&loaded, Direction::ToFile);
        let env = |name: &str| name.ends_with("_SERVER_SECRET").then(|| SECRET.to_owned());
        let desired = Desired::of(&loaded.document, &Whose::Only, &loaded.includes, &env).expect("a state file");
        let captured = capture(&plan, &desired, &loaded.includes, &Default::default(), &|_| None, &|_| None, true);
        assert!(captured.refused.is_empty(), "{:?}\n{}", captured.refused, self.text());
        let before = self.text();
        std::fs::write(self.folder.path().join("vapi-state.yaml"), &captured.text).expect("written");
        before != captured.text
    }

    /// Per object, the top-level fields about which a person is asked.
    pub fn disputed(&self) -> Vec<Vec<String>> {
        let loaded = self.loaded();
        let plans = [Direction::ToVapi, Direction::ToFile].map(|direction| self.plan(&loaded, direction));
        let of = |id: &str| {
            let changes = plans.iter().flat_map(|plan| &plan.changes);
            let fields = changes
                .filter(|change| change.id.as_ref().is_some_and(|known| known.as_str() == id))
                .flat_map(|change| &change.fields);
            fields
                .filter(|field| field.verdict.is_held_back())
                .filter_map(|field| field.path.top().map(str::to_owned))
                .collect()
        };
        IDS.iter().map(|id| of(id)).collect()
    }
}

/// Made-up versions as a record.
struct History(Vec<Version>);

impl History {
    fn holds(version: &Version, question: &Question) -> bool {
        let id = question.id.as_ref().map(RemoteId::as_str);
        let Some(at) = IDS.iter().position(|known| id == Some(*known)) else { return false };
        let step = |step: &model::Step| match step {
            model::Step::Key(key) => Step::Key(key.clone()),
            model::Step::Index(at) => Step::Index(*at),
            model::Step::Element(name) => Step::Named(name.clone()),
        };
        let path = question.path.0.iter().map(step).collect();
        let asked = Lost { path, value: question.value.to_shown(), element: question.element };
        recorded(&version.configs[at], &asked)
    }
}

impl Record for History {
    fn answer(&mut self, questions: &[Question]) -> Result<Vec<Option<Recorded>>, Diagnostic> {
        let answer = |question: &Question| {
            let version = self.0.iter().rev().find(|version| Self::holds(version, question))?;
            Some(Recorded::Commit {
                id: format!("{:040}", version.time),
                time: Timestamp::from_second(version.time * 60).expect("a time").to_string(),
                only_on: version.on_branch.then(|| "other".to_owned()),
            })
        };
        Ok(questions.iter().map(answer).collect())
    }

    fn held_at(&mut self, questions: &[(Question, Timestamp)]) -> Result<Vec<bool>, Diagnostic> {
        let held = |(question, time): &(Question, Timestamp)| {
            let mut versions = self.0.iter().rev();
            let newest = versions.find(|version| !version.on_branch && version.time * 60 <= time.as_second());
            newest.is_some_and(|version| Self::holds(version, question))
        };
        Ok(questions.iter().map(held).collect())
    }
}
