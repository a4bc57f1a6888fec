//! Tools, in `/tool` and in `model.tools[]`: 23 types.

use super::common::{FUNCTION, HANDOFF_DESTINATION, SERVER, TOOL_MESSAGE, TRANSFER_DESTINATION};
use super::shape::Shape::{Bool, List, Number, Open, Tagged, Text, TextOr, Uuid, Words};
use super::shape::{Field, NUMBER, Shape, Variant, at_most, fields, variants};

pub(super) const TOOL: Shape = Tagged("type", TYPES);

/// The types and their fields.
pub(super) const TYPES: &[Variant] = variants![
    "apiRequest": [COMMON API_REQUEST],
    "bash": [COMMON {subType! Words("bash_20241022"), name! Words("bash"), server: SERVER}],
    "code": [COMMON CODE],
    "computer": [COMMON COMPUTER],
    "dtmf": [COMMON {sipInfoDtmfEnabled: Bool}],
    "endCall": [COMMON],
    "function": [COMMON {async: Bool, server: SERVER, variableExtractionPlan: Open, parameters: List(&Open)}],
    "gohighlevel.calendar.availability.check" "gohighlevel.calendar.event.create" "gohighlevel.contact.create"
    "gohighlevel.contact.get" "google.calendar.availability.check" "google.calendar.event.create"
    "google.sheets.row.append": [COMMON],
    "handoff": [COMMON {defaultResult: Text, destinations: List(&HANDOFF_DESTINATION)}],
    "mcp": [COMMON {server: SERVER, toolMessages: List(&Open), metadata: Open}],
    "query": [COMMON {knowledgeBases: List(&Open)}],
    "slack.message.send" "sms": [COMMON],
    "textEditor": [COMMON {
        subType! Words("text_editor_20241022"), name! Words("str_replace_editor"), server: SERVER,
    }],
    "transferCall": [COMMON {destinations: List(&TRANSFER_DESTINATION)}],
    "sipRequest": [COMMON {verb! Words("INFO MESSAGE NOTIFY"), headers: Open, body: TextOr(&Open)}],
    "voicemail": [COMMON {beepDetectionEnabled: Bool}],
];

/// Older documents allow `function` for every type, and old objects have it.
const COMMON: &[Field] = fields![messages: List(&TOOL_MESSAGE), rejectionPlan: Open, function: FUNCTION];

const API_REQUEST: &[Field] = fields![
    method! Words("POST GET PUT PATCH DELETE"), url! Text, name: at_most(40), description: Text,
    timeoutSeconds: Number(1.0, 300.0), credentialId: Uuid, encryptedPaths: List(&Text), parameters: List(&Open),
    body: Open, headers: Open, backoffPlan: Open, variableExtractionPlan: Open,
];

const CODE: &[Field] = fields![
    code! Text, async: Bool, server: SERVER, environmentVariables: List(&Open), timeoutSeconds: Number(1.0, 30.0),
    credentialId: Uuid, variableExtractionPlan: Open,
];

const COMPUTER: &[Field] = fields![
    subType! Words("computer_20241022"), name! Words("computer"), displayWidthPx! NUMBER, displayHeightPx! NUMBER,
    displayNumber: NUMBER, server: SERVER,
];
