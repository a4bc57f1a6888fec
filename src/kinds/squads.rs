//! Squads: agents that hand calls to each other.
//!
//! Source: Vapi's OpenAPI document (`CreateSquadDTO`, `UpdateSquadDTO`, `Squad`), unless a row says otherwise.

use super::agents::ASSISTANT;
use super::parts::common::{MANAGED, destination_key, member_key};
use super::parts::destination::MEMBER_DESTINATION;
use super::parts::overrides::{MEMBER_OVERRIDES, OVERRIDES};
use super::table::Shape::{Object, OneOf};
use super::table::{list, managed, object, table, text};
use super::{Kind, PLAIN};

pub(super) static KIND: Kind = Kind {
    section: "squads",
    option: "squads",
    word: "squad",
    noun: "squad",
    nouns: "squads",
    id_key: "vapi_squad_id",
    endpoint: "/squad",
    dashboard: "squads",
    never_empty: &["members"],
    companions: &["members"],
    config: Object(&SQUAD),
    ..PLAIN
};

table! { SQUAD: "Squad", "Agents that hand calls to each other. These are the fields of a Vapi squad.",
    at "squads", with MANAGED;
    managed("latestVersion"),
    managed("modelDeprecations"),
    text("name", "The name.").such_as(&["Intake"]),
    list("members", &Object(&MEMBER), "The agents. The first one answers the call.").ordered(member_key).must(),
    object("membersOverrides", &OVERRIDES, "Fields that differ from those of every member."),
}

table! { MEMBER: "Member", "An agent of a squad.", at "squads";
    text("assistantId", "The agent: `${agent:handle}`.").refers_to("agents"),
    text("assistantVersion", "The version of the agent, such as `v3`. Without it, the newest one."),
    object("assistant", &ASSISTANT, "An agent, in full."),
    object("assistantOverrides", &MEMBER_OVERRIDES, "Fields that differ from the agent's own."),
    list("assistantDestinations", &OneOf(&MEMBER_DESTINATION), "Which members this one hands calls to.")
        .ordered(destination_key),
}
