//! The entries of a file as the lints look at them: who means whom.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::{Seen, schema};
use crate::kinds;
use crate::model::Address;
use crate::state::environments::Variables;
use crate::state::includes::IncludeSource;
use crate::state::load::Entry;
use crate::state::template::{self, Token};

/// The entries of a file, and where their texts come from.
pub(in crate::check) struct Team<'d> {
    sections: HashMap<&'static str, Vec<&'d Entry<'d>>>,
    by_id: HashMap<&'d str, &'d Entry<'d>>,
    by_address: HashMap<&'d Address, &'d Entry<'d>>,
    /// The members of squads that an agent is, by its name.
    members: HashMap<&'d str, Vec<Seen<'d>>>,
    variables: &'d Variables<'d>,
    pub(super) includes: &'d dyn IncludeSource,
    names: OnceCell<Option<HashSet<String>>>,
    variable_names: OnceCell<HashSet<String>>,
    has_server: OnceCell<bool>,
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
        let mut sections: HashMap<&'static str, Vec<&'d Entry<'d>>> = HashMap::new();
        all().for_each(|entry| sections.entry(entry.kind.section).or_default().push(entry));
        let mut team = Team {
            sections,
            by_id: all().filter_map(|entry| Some((entry.id.as_ref()?.as_str(), entry))).collect(),
            by_address: all().map(|entry| (&entry.address, entry)).collect(),
            members: HashMap::new(),
            variables,
            includes,
            names: OnceCell::new(),
            variable_names: OnceCell::new(),
            has_server: OnceCell::new(),
        };
        let members: Vec<Seen<'_>> = team.section("squads").flat_map(|(_, squad)| squad.items_at("members")).collect();
        for member in members {
            let name = team.agent_of(member).and_then(|agent| agent.text_at("name"));
            name.into_iter().for_each(|name| team.members.entry(name).or_default().push(member));
        }
        team
    }

    /// The agent of a member of a squad, if the file has it.
    pub(super) fn agent_of(&self, member: Seen<'d>) -> Option<Seen<'d>> {
        member.get("assistant").or_else(|| self.meant(member.get("assistantId")?))
    }

    /// The members of squads whose agent has this name.
    pub(super) fn members_called(&self, name: &str) -> impl Iterator<Item = Seen<'d>> {
        self.members.get(name).into_iter().flatten().copied()
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
        let entries = self.sections.get(section).into_iter().flatten().copied();
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
                Some(tool) if tools.all.iter().any(|(other, _)| other.node.range() == tool.node.range()) => {}
                Some(tool) => tools.all.push((tool, id)),
                None => tools.is_open = true,
            }
        }
        tools
    }

    /// The names of all agents, those of squads' own ones included. `None`: the file leaves some open.
    pub(super) fn agent_names(&self) -> Option<&HashSet<String>> {
        let names = || {
            let entries = self.sections.get("agents").into_iter().flatten();
            let named = entries.map(|entry| self.config(entry)?.text_at("name"));
            let mut names: HashSet<String> = named.map(|name| name.map(str::to_owned)).collect::<Option<_>>()?;
            let members = self.section("squads").flat_map(|(_, squad)| squad.items_at("members"));
            names.extend(members.filter_map(|member| member.text_at("assistant.name").map(str::to_owned)));
            Some(names)
        };
        self.names.get_or_init(names).as_ref()
    }

    /// Whether a phone number has a server.
    pub(super) fn has_number_with_server(&self) -> bool {
        let has = |(_, number): (_, Seen<'_>)| ["server", "serverUrl"].iter().any(|field| number.get(field).is_some());
        *self.has_server.get_or_init(|| self.section("phone_numbers").any(has))
    }

    /// The names of all variables that the file fills anywhere: by values, and from the answers of tools.
    pub(super) fn filled(&self) -> &HashSet<String> {
        let filled = || {
            let mut names = HashSet::new();
            for entry in self.sections.values().flatten() {
                self.config(entry).into_iter().for_each(|config| filled_in(config, &mut names));
            }
            names
        };
        self.variable_names.get_or_init(filled)
    }
}

/// Adds the names of variables that a value fills.
fn filled_in(value: Seen<'_>, names: &mut HashSet<String>) {
    for (key, inner) in value.entries() {
        match key {
            "variableValues" => names.extend(inner.entries().map(|(name, _)| name.to_owned())),
            "variableExtractionPlan" => {
                names.extend(inner.items_at("aliases").filter_map(|alias| alias.text_at("key").map(str::to_owned)));
                let schemas = inner.get("schema");
                schemas.into_iter().for_each(|schema| {
                    schema::each(schema, &mut |schema| {
                        let properties = schema.get("properties").into_iter().flat_map(Seen::entries);
                        names.extend(properties.map(|(name, _)| name.to_owned()));
                    });
                });
            }
            _ => filled_in(inner, names),
        }
    }
    value.items().for_each(|item| filled_in(item, names));
}

/// The name by which a model calls a tool.
pub(super) fn name_of(tool: Seen<'_>) -> Option<&str> {
    tool.text_at("function.name").or_else(|| tool.text_at("name"))
}
