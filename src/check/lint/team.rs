//! The entries of a file as the lints look at them: who means whom.

use std::collections::HashMap;

use super::Seen;
use crate::kinds;
use crate::model::Address;
use crate::state::environments::Variables;
use crate::state::includes::IncludeSource;
use crate::state::load::Entry;
use crate::state::template::{self, Token};

/// The entries of a file, and where their texts come from.
pub(in crate::check) struct Team<'d> {
    entries: &'d [&'d Entry<'d>],
    by_id: HashMap<&'d str, &'d Entry<'d>>,
    by_address: HashMap<&'d Address, &'d Entry<'d>>,
    variables: &'d Variables<'d>,
    pub(super) includes: &'d dyn IncludeSource,
}

/// The tools of an agent.
#[derive(Default)]
pub(super) struct Tools<'d> {
    /// Each as it is written, and where the agent names it.
    pub(super) all: Vec<(Seen<'d>, Seen<'d>)>,
    /// There are others, of which the file says nothing.
    pub(super) is_open: bool,
}

impl<'d> Team<'d> {
    pub(in crate::check) fn new(
        entries: &'d [&'d Entry<'d>],
        variables: &'d Variables<'d>,
        includes: &'d dyn IncludeSource,
    ) -> Self {
        let all = || entries.iter().copied();
        Team {
            entries,
            by_id: all().filter_map(|entry| Some((entry.id.as_ref()?.as_str(), entry))).collect(),
            by_address: all().map(|entry| (&entry.address, entry)).collect(),
            variables,
            includes,
        }
    }

    /// What a variable stands for.
    pub(super) fn variables(&self) -> &'d Variables<'d> {
        self.variables
    }

    /// The entry that a reference or an id means.
    pub(super) fn of(&self, reference: Seen<'d>) -> Option<&'d Entry<'d>> {
        let text = reference.node.as_text()?;
        match template::parse(text).as_slice() {
            [Token::Reference { section, handle }] => {
                self.by_address.get(&kinds::by_section(section)?.address(handle)).copied()
            }
            [Token::Text(id)] => self.by_id.get(&**id).copied(),
            _ => None,
        }
    }

    /// What an entry says.
    pub(super) fn config(&self, entry: &'d Entry<'d>) -> Option<Seen<'d>> {
        entry.config.map(|config| Seen::new(config, self.variables))
    }

    /// What the entry says that is meant.
    pub(super) fn meant(&self, reference: Seen<'d>) -> Option<Seen<'d>> {
        self.config(self.of(reference)?)
    }

    /// The entries of a section with what they say.
    pub(super) fn section(&self, section: &'static str) -> impl Iterator<Item = (&'d Entry<'d>, Seen<'d>)> {
        let entries = self.entries.iter().copied().filter(move |entry| entry.kind.section == section);
        entries.filter_map(|entry| Some((entry, self.config(entry)?)))
    }

    /// The tools of an agent, in the order in which the model sees them.
    pub(super) fn tools(&self, agent: Seen<'d>) -> Tools<'d> {
        let mut tools = Tools::default();
        tools.all.extend(agent.items_at("model.tools").map(|tool| (tool, tool)));
        let ids = agent.items_at("model.toolIds");
        for id in ids.chain(agent.items_at("model.toolRefs").filter_map(|pin| pin.get("toolId"))) {
            match self.meant(id) {
                // The same tool, pinned: there is a lint for that.
                Some(tool) if tools.all.iter().any(|(other, _)| other.node.place() == tool.node.place()) => {}
                Some(tool) => tools.all.push((tool, id)),
                None => tools.is_open = true,
            }
        }
        tools
    }

    /// Whether the file may leave some agents' names open: then nothing can be said of a name that nobody has.
    pub(super) fn has_unnamed_agents(&self) -> bool {
        let open = |entry: &&Entry<'_>| entry.kind.section == "agents" && entry.config.is_none();
        let unnamed = |(_, agent): (_, Seen<'_>)| agent.text_at("name").is_none();
        self.entries.iter().any(|entry| open(entry)) || self.section("agents").any(unnamed)
    }

    /// The names of all agents, those of squads' own ones included.
    pub(super) fn has_agent_called(&self, name: &str) -> bool {
        let is = |agent: Seen<'_>| agent.text_at("name") == Some(name);
        let own =
            |(_, squad): (_, Seen<'d>)| squad.items_at("members").filter_map(|member| member.get("assistant")).any(is);
        self.section("agents").any(|(_, agent)| is(agent)) || self.section("squads").any(own)
    }
}

/// The name by which a model calls a tool.
pub(super) fn name_of(tool: Seen<'_>) -> Option<&str> {
    tool.text_at("function.name").or_else(|| tool.text_at("name"))
}
