//! The state file itself: what is ours, beside `config`.

use std::collections::BTreeMap;

use schemars::JsonSchema;

use super::assistant::Assistant;
use super::phone_number::PhoneNumber;

/// A handle, as [`crate::state::load`] takes it: letters, digits and marks of any script, `_` and `-`.
const HANDLE: &str = r"^[\p{L}\p{N}\p{M}_-]+$";

/// The agents and phone numbers of one Vapi organisation, kept in step by vapi-sync.
#[derive(JsonSchema)]
#[schemars(title = "vapi-sync state file")]
pub(super) struct StateFile {
    /// Version of the file format.
    #[schemars(range(min = 1, max = 1), extend("default" = 1))]
    version: u8,
    /// The Vapi organisation that the file belongs to. Written by the first pull or apply; a key of another one is refused.
    org_id: Option<String>,
    /// Agents by handle. A handle is yours and stable: renaming the agent in Vapi changes nothing here.
    #[schemars(extend("propertyNames" = {"pattern": HANDLE}))]
    agents: Option<BTreeMap<String, AgentEntry>>,
    /// Phone numbers by handle.
    #[schemars(extend("propertyNames" = {"pattern": HANDLE}))]
    phone_numbers: Option<BTreeMap<String, PhoneNumberEntry>>,
    /// What is left alone in both directions.
    ignore: Option<Ignore>,
}

/// An agent.
#[derive(JsonSchema)]
#[schemars(extend("minProperties" = 1))]
pub(super) struct AgentEntry {
    /// The id of the agent in Vapi. Written by apply and pull; put in by hand, it adopts an agent that exists.
    vapi_assistant_id: Option<String>,
    /// Vapi's own fields of the agent. A field that is not named here stays as it is in Vapi; `null` clears one.
    config: Option<Assistant>,
}

/// A phone number.
#[derive(JsonSchema)]
#[schemars(extend("minProperties" = 1))]
pub(super) struct PhoneNumberEntry {
    /// The id of the phone number in Vapi. Written by apply and pull; put in by hand, it adopts a number that exists.
    vapi_phone_number_id: Option<String>,
    /// Vapi's own fields of the phone number. A field that is not named here stays as it is in Vapi; `null` clears one.
    config: Option<PhoneNumber>,
}

/// What is left alone in both directions, by id, handle, name, number or glob.
#[derive(JsonSchema)]
pub(super) struct Ignore {
    /// Agents.
    agents: Option<Vec<String>>,
    /// Phone numbers.
    phone_numbers: Option<Vec<String>>,
}
