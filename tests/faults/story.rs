//! The kinds of write: for each a world just before three of them.

use serde_json::{Value, json};
use vapi_sync::emulator::{Collection, Config, Emulator, Rewrites};

use super::team;
use crate::support::samples::{SAMPLES, Sample};
use crate::support::scratch::copy;
use crate::support::{Run, World, id, name_of};

/// A kind of write.
pub struct Story {
    pub name: &'static str,
    /// Its requests, as a fault names them.
    pub writes: &'static str,
    /// Its flags.
    pub flags: &'static [&'static str],
    /// Brings a world with [`Story::file`] to just before the writes.
    prepare: fn(&World),
    file: fn() -> String,
}

pub static STORIES: [Story; 20] = [
    Story { name: "create agent", writes: "POST /assistant", flags: &[], prepare: |_| {}, file: three_agents },
    Story { name: "create number", writes: "POST /phone-number", flags: &[], prepare: |_| {}, file: three_numbers },
    Story {
        name: "buy number",
        writes: "POST /phone-number",
        flags: &["--allow-purchase"],
        prepare: |_| {},
        file: three_purchases,
    },
    Story {
        name: "update agent",
        writes: "PATCH /assistant/*",
        flags: &[],
        prepare: |world| changed(world, "Be brief.", "Be very brief."),
        file: three_agents,
    },
    Story {
        name: "update number",
        writes: "PATCH /phone-number/*",
        flags: &[],
        prepare: |world| changed(world, "${agent:a1}", "${agent:a2}"),
        file: agents_with_numbers,
    },
    Story {
        name: "recreate agent",
        writes: "POST /assistant",
        flags: &[],
        prepare: without_agents,
        file: agents_with_numbers,
    },
    Story {
        name: "reassign number",
        writes: "PATCH /phone-number/*",
        flags: &[],
        prepare: without_agents,
        file: agents_with_numbers,
    },
    Story { name: "close circle", writes: "PATCH /assistant/*", flags: &[], prepare: |_| {}, file: three_circles },
    Story { name: "create tool", writes: "POST /tool", flags: &[], prepare: |_| {}, file: team::tools },
    Story { name: "create squad", writes: "POST /squad", flags: &[], prepare: |_| {}, file: team::squads },
    Story {
        name: "create output",
        writes: "POST /structured-output",
        flags: &[],
        prepare: |_| {},
        file: team::outputs,
    },
    Story {
        name: "update tool",
        writes: "PATCH /tool/*",
        flags: &[],
        prepare: |world| changed(world, "slowly", "fast"),
        file: team::tools,
    },
    Story {
        name: "update squad",
        writes: "PATCH /squad/*",
        flags: &[],
        prepare: |world| changed(world, "slowly", "fast"),
        file: team::squads,
    },
    Story {
        name: "update output",
        writes: "PATCH /structured-output/*",
        flags: &[],
        prepare: |world| changed(world, "slowly", "fast"),
        file: team::outputs,
    },
    Story {
        name: "recreate tool",
        writes: "POST /tool",
        flags: &[],
        prepare: team::without_tools,
        file: team::circles,
    },
    Story { name: "close circle of tools", writes: "PATCH /tool/*", flags: &[], prepare: |_| {}, file: team::circles },
    Story {
        name: "recreate squad",
        writes: "POST /squad",
        flags: &[],
        prepare: team::without_squads,
        file: team::circles,
    },
    Story {
        name: "recreate output",
        writes: "POST /structured-output",
        flags: &[],
        prepare: team::without_outputs,
        file: team::circles,
    },
    Story {
        name: "recreate number",
        writes: "POST /phone-number",
        flags: &[],
        prepare: team::without_numbers,
        file: agents_with_numbers,
    },
    Story {
        name: "close circle of outputs",
        writes: "PATCH /structured-output/*",
        flags: &[],
        prepare: |_| {},
        file: team::linked_outputs,
    },
];

/// What a kill interrupts: one of each kind to create again, and all that pointed at it to follow.
pub static RECREATION: Story =
    Story { name: "recreate one of each", writes: "*", flags: &[], prepare: team::without_firsts, file: team::circles };

/// What a kill interrupts: 4 objects of each kind to update, and 6 to create.
pub static MUCH: Story = Story {
    name: "much",
    writes: "*",
    flags: &[],
    prepare: |world| {
        world.run(&["apply", "--yes"]).expect(0);
        world.commit("applied");
        world.edit("Hello from u", "Good morning from u");
        for sample in &SAMPLES {
            let section = format!("{}:\n", sample.section);
            world.edit(&section, &(section.clone() + &entries(sample, "c", 6)));
        }
        world.commit("more");
    },
    file: || {
        let sections = SAMPLES.iter().map(|sample| format!("{}:\n{}", sample.section, entries(sample, "u", 4)));
        "version: 1\n".to_owned() + &sections.collect::<String>()
    },
};

/// What a kill interrupts: a team of all kinds, to create.
pub fn team() -> &'static Story {
    &STORIES[15]
}

/// The same with agents deleted in Vapi; a number outside the file points to one of them.
pub fn recreation() -> &'static Story {
    &STORIES[5]
}

/// Entries of a kind. Squads have the agents of their handles, which numbers ring, or the squads.
fn entries(sample: &Sample, letter: &str, count: usize) -> String {
    let entry = |at: usize| {
        let handle = format!("{letter}{at}");
        let mut config = sample.config(&handle, &format!("Hello from {handle}."));
        match sample.section {
            "squads" => config["members"] = json!([{"assistantId": format!("${{agent:{handle}}}")}]),
            "phone_numbers" if at.is_multiple_of(2) => config["assistantId"] = format!("${{agent:{handle}}}").into(),
            "phone_numbers" => config["squadId"] = format!("${{squad:{handle}}}").into(),
            _ => {}
        }
        sample.entry(&handle, &config)
    };
    (1..=count).map(entry).collect()
}

fn three_agents() -> String {
    agents(|_| String::new())
}

fn agents(more: impl Fn(usize) -> String) -> String {
    let mut text = "version: 1\n# All of them.\nagents:\n".to_owned();
    for at in 1..=3 {
        text += &format!(
            "  a{at}:\n    config:\n      name: Agent {at} # its name\n      firstMessage: Hello from {at}.\n      model:\n        \
             provider: openai\n        model: gpt-4.1\n        temperature: 0.{at}\n        messages:\n          - role: system\n            \
             content: |\n              Be kind, {at}.\n              Be brief.\n{}",
            more(at)
        );
    }
    text
}

fn numbers(assignment: &str) -> String {
    let mut text = "phone_numbers:\n".to_owned();
    for at in 1..=3 {
        text += &format!(
            "  n{at}:\n    config:\n      provider: twilio\n      number: \"+1415555010{at}\"\n      name: Line {at}\n      \
             twilioAccountSid: AC00000000000000000000000000000000\n{}",
            assignment.replace("{at}", &at.to_string())
        );
    }
    text
}

fn three_numbers() -> String {
    format!("version: 1\n{}", numbers(""))
}

fn three_purchases() -> String {
    let mut text = "version: 1\nphone_numbers:\n".to_owned();
    for at in 1..=3 {
        text += &format!("  n{at}:\n    config:\n      provider: vapi\n      name: Line {at}\n");
    }
    text
}

fn agents_with_numbers() -> String {
    // All three point to the first agent, so that an update can move all of them.
    three_agents() + &numbers("      assistantId: ${agent:a1}\n")
}

fn three_circles() -> String {
    let mut text = "version: 1\nagents:\n".to_owned();
    for (own, other) in [(1, 4), (2, 5), (3, 6), (4, 1), (5, 2), (6, 3)] {
        text += &format!(
            "  a{own}:\n    config:\n      name: Agent {own}\n      model:\n        provider: openai\n        model: gpt-4.1\n        \
             tools:\n          - type: handoff\n            destinations:\n              - type: assistant\n                \
             assistantId: ${{agent:a{other}}}\n"
        );
    }
    text
}

/// Everything was applied and committed; then the file changed.
fn changed(world: &World, from: &str, to: &str) {
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    world.edit(from, to);
    world.commit("changed");
}

/// Everything was applied and committed; then somebody deleted the agents, and another number points to one of them.
fn without_agents(world: &World) {
    world.run(&["apply", "--yes"]).expect(0);
    world.commit("applied");
    let first = id(&world.agent("Agent 1"));
    world.vapi.insert(
        Collection::PhoneNumber,
        json!({"provider": "telnyx", "name": "Unmanaged", "number": "+14155550198", "credentialId": CREDENTIAL, "assistantId": first}),
    );
    for at in 1..=3 {
        world.vapi.remove(Collection::Assistant, &id(&world.agent(&format!("Agent {at}"))));
    }
}

const CREDENTIAL: &str = "c0ffee00-0000-4000-8000-000000000000";

/// Whether nobody of ours made it.
pub fn is_bystander(object: &Value) -> bool {
    name_of(object).to_lowercase().starts_with("bystand")
}

/// A world just before the writes, to copy from.
pub struct Prepared {
    pub story: &'static Story,
    world: World,
    objects: Vec<(Collection, Value)>,
}

impl Story {
    pub fn prepared(&'static self) -> Prepared {
        let world = World::new(&(self.file)());
        // Somebody else's objects: nobody may touch them.
        world.vapi.insert(Collection::Assistant, json!({"name": "Bystander", "firstMessage": "Not yours."}));
        world.vapi.insert(
            Collection::PhoneNumber,
            json!({"provider": "telnyx", "name": "Bystander line", "number": "+14155550199", "credentialId": CREDENTIAL}),
        );
        world.vapi.insert(Collection::Tool, json!({"type": "sms", "function": {"name": "bystand"}}));
        world.vapi.insert(
            Collection::Squad,
            json!({"name": "Bystander squad", "members": [{"assistant": {"firstMessage": "Not yours."}}]}),
        );
        world.vapi.insert(
            Collection::StructuredOutput,
            json!({"name": "Bystander output", "type": "ai", "schema": {"type": "string"}}),
        );
        (self.prepare)(&world);
        // Git's sample hooks; every world would copy them.
        let _ = std::fs::remove_dir_all(world.path(".git/hooks"));
        let objects = Collection::ALL.into_iter();
        let objects = objects.flat_map(|kind| world.vapi.objects(kind).into_iter().map(move |object| (kind, object)));
        Prepared { story: self, objects: objects.collect(), world }
    }
}

impl Prepared {
    /// A copy of the world, with these faults.
    pub fn world(&self, config: Config) -> World {
        // Another seed than the objects': a deleted id must not return.
        // The order of ids follows from what they are, and that from the order of writes.
        let rewrites = Rewrites { order: false, ..config.rewrites };
        let config = Config { seed: 1, rewrites, ..config };
        let folder = crate::support::folder();
        copy(self.world.folder.path(), folder.path());
        let vapi = Emulator::start_blocking(config).expect("an emulator");
        for (collection, object) in &self.objects {
            vapi.insert(*collection, object.clone());
        }
        World::at(folder, vapi)
    }

    /// The ids that are in Vapi before anything is written.
    pub fn ids(&self) -> Vec<String> {
        self.objects.iter().map(|(_, object)| id(object)).collect()
    }

    /// The run under test.
    pub fn apply(&self, world: &World, flags: &[&str]) -> Run {
        let args = ["apply", "--yes", "--format", "json"].iter().chain(self.story.flags).chain(flags);
        world.run(&args.copied().collect::<Vec<_>>())
    }
}
