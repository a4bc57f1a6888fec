//! Lints of squads, and of destinations that name agents.

use super::team::Team;
use super::{Lint, Looked, Seen};
use crate::model::diagnostic::Diagnostic;

pub(super) const LINTS: &[Lint] = &[same_name, unknown_member, doubled_edge, spoken_again];
pub(super) const OF_MEMBERS: &[Lint] = &[version_of_inline];
pub(super) const OF_DESTINATIONS: &[Lint] = &[unknown_agent, unknown_entry, liquid];
pub(super) const OF_OVERRIDES: &[Lint] = &[hidden_prompt];

/// A member of a squad.
struct Member<'d> {
    seen: Seen<'d>,
    /// Its agent, if the file has it.
    agent: Option<Seen<'d>>,
}

impl<'d> Member<'d> {
    fn name(&self) -> Option<&'d str> {
        self.agent?.text_at("name")
    }
}

fn members<'d>(squad: Seen<'d>, team: &Team<'d>) -> Vec<Member<'d>> {
    squad.items_at("members").map(|seen| Member { seen, agent: team.agent_of(seen) }).collect()
}

/// The agent that a destination names, as it is written: by id, by name, or its own.
fn is_target<'d>(destination: Seen<'d>, member: &Member<'d>, team: &Team<'d>) -> bool {
    let same = |one: Seen<'d>, other: Seen<'d>| match (team.of(one), team.of(other)) {
        (Some(one), Some(other)) => one.address == other.address,
        _ => one.node.as_text() == other.node.as_text(),
    };
    let by_id = destination.get("assistantId").zip(member.seen.get("assistantId")).is_some_and(|(a, b)| same(a, b));
    by_id || destination.text_at("assistantName").is_some_and(|name| member.name() == Some(name))
}

/// The handoff destinations among the tools of a member's agent.
fn handoffs<'d>(member: &Member<'d>, team: &Team<'d>) -> Vec<Seen<'d>> {
    let Some(agent) = member.agent else { return Vec::new() };
    let appended = member.seen.items_at("assistantOverrides.tools:append");
    let tools = team.tools(agent).all.into_iter().map(|(tool, _)| tool).chain(appended);
    tools
        .filter(|tool| tool.text_at("type") == Some("handoff"))
        .flat_map(|tool| tool.items_at("destinations"))
        .collect()
}

fn same_name(looked: &Looked<'_>) -> Option<Diagnostic> {
    let members = members(looked.seen, looked.team);
    let (at, name) = members.iter().enumerate().find_map(|(at, member)| {
        let name = member.name()?;
        members[..at].iter().any(|before| before.name() == Some(name)).then_some((at, name))
    })?;
    let message = format!("two members of the squad are called {name:?}: its calls would fail");
    let place = members[at].seen.node.place();
    Some(Diagnostic::warning("same-member-name", message).at(place).help("give one of the agents another `name`"))
}

fn unknown_member(looked: &Looked<'_>) -> Option<Diagnostic> {
    let members = members(looked.seen, looked.team);
    let names: Option<Vec<&str>> = members.iter().map(Member::name).collect();
    let names = names?;
    let destinations = members.iter().flat_map(|member| member.seen.items_at("assistantDestinations"));
    let mut named = destinations.filter_map(|destination| Some((destination, destination.text_at("assistantName")?)));
    let (destination, name) = named.find(|(_, name)| !names.contains(name))?;
    let message = format!("no member of the squad is called {name:?}: the call is not handed over");
    let help = format!("its members: {}", names.join(", "));
    Some(Diagnostic::warning("unknown-name", message).at(destination.place_of("assistantName")).help(help))
}

fn doubled_edge(looked: &Looked<'_>) -> Option<Diagnostic> {
    let members = members(looked.seen, looked.team);
    members.iter().find_map(|member| {
        let handoffs = handoffs(member, looked.team);
        let leads = |destination: &Seen<'_>, to: &Member<'_>| is_target(*destination, to, looked.team);
        let mut destinations = member.seen.items_at("assistantDestinations");
        let doubled = destinations.find(|destination| {
            members.iter().any(|to| leads(destination, to) && handoffs.iter().any(|handoff| leads(handoff, to)))
        })?;
        let message = "this destination is one of a handoff tool of the agent, too: the model sees both";
        Some(Diagnostic::warning("doubled-edge", message).at(doubled.node.place()).help("keep one of the two"))
    })
}

/// A member that calls come back to says its first message again.
fn spoken_again(looked: &Looked<'_>) -> Option<Diagnostic> {
    let members = members(looked.seen, looked.team);
    // Where each leads, and whether the first message is said on the way.
    let leads: Vec<Vec<(usize, bool)>> = members
        .iter()
        .map(|from| {
            let destinations = from.seen.items_at("assistantDestinations").chain(handoffs(from, looked.team));
            let to = |destination: Seen<'_>| {
                let at = members.iter().position(|to| is_target(destination, to, looked.team))?;
                let overrides = destination.get("assistantOverrides");
                let is_other = |field| overrides.is_some_and(|overrides| overrides.get(field).is_some());
                Some((at, !is_other("firstMessage") && !is_other("firstMessageMode")))
            };
            destinations.filter_map(to).collect()
        })
        .collect();
    let comes_back = |to: usize| {
        let (mut reached, mut next) = (vec![false; members.len()], vec![to]);
        while let Some(at) = next.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                next.extend(leads[at].iter().map(|(to, _)| to));
            }
        }
        (0..members.len()).any(|from| reached[from] && leads[from].contains(&(to, true)))
    };
    let says = |member: &Member<'_>, field: &str| {
        let own = member.seen.at("assistantOverrides").and_then(|overrides| overrides.get(field));
        own.or_else(|| member.agent?.get(field)).and_then(|seen| seen.node.as_text()).map(str::to_owned)
    };
    let is_fixed = |member: &Member<'_>| {
        let mode = says(member, "firstMessageMode");
        says(member, "firstMessage").is_some_and(|text| !text.is_empty())
            && mode.is_none_or(|mode| mode == "assistant-speaks-first")
    };
    let (_, member) = members.iter().enumerate().find(|(at, member)| is_fixed(member) && comes_back(*at))?;
    let name = member.name().unwrap_or("this member");
    let message = format!("{name} says its firstMessage again each time the call comes back to it");
    let help = "in `assistantOverrides` of the destination, or of the member: \
                `firstMessageMode: assistant-speaks-first-with-model-generated-message`";
    Some(Diagnostic::warning("spoken-again", message).at(member.seen.node.place()).help(help))
}

fn version_of_inline(looked: &Looked<'_>) -> Option<Diagnostic> {
    looked.seen.get("assistant")?;
    looked.seen.get("assistantVersion")?;
    let message = "an agent that is written here has no versions: Vapi refuses assistantVersion";
    let place = looked.seen.place_of("assistantVersion");
    Some(
        Diagnostic::warning("version-of-inline", message)
            .at(place)
            .help("delete it, or name the agent by `assistantId`"),
    )
}

fn unknown_agent(looked: &Looked<'_>) -> Option<Diagnostic> {
    let name = looked.seen.text_at("assistantName").filter(|name| !name.contains("{{"))?;
    // A squad's own destinations name its members.
    let is_of_squad = looked.path("").contains("assistantDestinations");
    if is_of_squad || looked.team.agent_names().is_none_or(|names| names.contains(name)) {
        return None;
    }
    let message = format!("no agent of this file is called {name:?}: the call is not handed over");
    let help = "name an agent by its `name`, or by `assistantId: ${agent:…}`";
    Some(Diagnostic::warning("unknown-name", message).at(looked.seen.place_of("assistantName")).help(help))
}

fn unknown_entry(looked: &Looked<'_>) -> Option<Diagnostic> {
    let name = looked.seen.text_at("entryAssistantName").filter(|name| !name.contains("{{"))?;
    let squad = looked.seen.get("squad").or_else(|| looked.team.meant(looked.seen.get("squadId")?))?;
    let names: Option<Vec<&str>> = members(squad, looked.team).iter().map(Member::name).collect();
    let names = names.filter(|names| !names.contains(&name))?;
    let message = format!("no member of the squad is called {name:?}");
    let help = format!("its members: {}", names.join(", "));
    Some(Diagnostic::warning("unknown-name", message).at(looked.seen.place_of("entryAssistantName")).help(help))
}

fn liquid(looked: &Looked<'_>) -> Option<Diagnostic> {
    let is_liquid =
        |value: Seen<'_>| value.node.as_text().is_some_and(|text| text.contains("{{") || text.contains("{%"));
    let paths = ["assistantOverrides.variableValues", "squadOverrides.variableValues"];
    let (path, key, value) = paths.into_iter().find_map(|path| {
        let (key, value) = looked.seen.at(path)?.entries().find(|(_, value)| is_liquid(*value))?;
        Some((looked.path(&format!("{path}.{key}")), key, value))
    })?;
    let message = format!("{path} is not filled in at a handoff: the agent gets the braces");
    let help = format!("write the value of {key} itself, or take it over with `variableExtractionPlan`");
    Some(Diagnostic::warning("liquid-in-handoff", message).at(value.node.place()).help(help))
}

fn hidden_prompt(looked: &Looked<'_>) -> Option<Diagnostic> {
    looked.seen.at("model.messages")?;
    let message = format!("{} replaces the agent's whole prompt", looked.path("model.messages"));
    let place = looked.seen.place_of("model.messages");
    Some(Diagnostic::warning("hidden-prompt", message).at(place).help("put what differs into `variableValues`"))
}
