//! Tools, in `/tool` and in `model.tools[]`: 23 types.

use super::common::{
    BACKOFF, EXTRACTION, FUNCTION, HANDOFF_DESTINATION, SERVER, TOOL_MESSAGE, TRANSFER_DESTINATION, is_word,
};
use super::shape::Shape::{Any, Bool, List, Matches, Number, Open, Tagged, Text, TextOr, Uuid, Words};
use super::shape::{Field, NUMBER, Shape, Variant, at_most, closed, fields, is_name, variants};

pub(super) const TOOL: Shape = Tagged("type", TYPES);

/// The types and their fields.
pub(super) const TYPES: &[Variant] = variants![
    "apiRequest": [COMMON API_REQUEST],
    "bash": [COMMON {subType! Words("bash_20241022"), name! Words("bash"), server: SERVER}],
    "code": [COMMON CODE],
    "computer": [COMMON COMPUTER],
    "dtmf": [COMMON {sipInfoDtmfEnabled: Bool}],
    "endCall": [COMMON],
    "function": [COMMON {
        async: Bool, server: SERVER, variableExtractionPlan: EXTRACTION, parameters: List(&PARAMETER),
    }],
    "gohighlevel.calendar.availability.check" "gohighlevel.calendar.event.create" "gohighlevel.contact.create"
    "gohighlevel.contact.get" "google.calendar.availability.check" "google.calendar.event.create"
    "google.sheets.row.append": [COMMON],
    "handoff": [COMMON {defaultResult: Text, destinations: List(&HANDOFF_DESTINATION)}],
    "mcp": [COMMON {
        server: SERVER, metadata: closed![protocol: Words("sse shttp")],
        toolMessages: List(&closed![name! Text, messages: List(&TOOL_MESSAGE)]),
    }],
    "query": [COMMON {
        knowledgeBases: List(&closed![
            name! Text, provider! Words("google"), model: Text, description! Text, fileIds! List(&Text),
        ]),
    }],
    "slack.message.send" "sms": [COMMON],
    "textEditor": [COMMON {
        subType! Words("text_editor_20241022"), name! Words("str_replace_editor"), server: SERVER,
    }],
    "transferCall": [COMMON {destinations: List(&TRANSFER_DESTINATION)}],
    "sipRequest": [COMMON {verb! Words("INFO MESSAGE NOTIFY"), headers: Open, body: TextOr(&Open)}],
    "voicemail": [COMMON {beepDetectionEnabled: Bool}],
];

/// Types that an organisation may have and nobody can create here, with the fields of an update.
pub(super) const UNCREATABLE: &[Variant] = variants![
    "knowledgeBase": [COMMON {knowledgeBaseId: Uuid}],
    "ghl" "make": [COMMON {metadata: Open}],
    "output": [COMMON],
];

/// Older documents allow `function` for every type, and old objects have it.
const COMMON: &[Field] = fields![
    messages: List(&TOOL_MESSAGE), rejectionPlan: closed![conditions: List(&Open)], function: FUNCTION,
];

/// A static parameter.
const PARAMETER: Shape = closed![key! Text, value! Any];

const ENVIRONMENT: Shape = closed![
    name! Matches(
        |text| text.len() <= 64 && is_word(text, |c| c.is_ascii_uppercase(), |c| c.is_ascii_uppercase() || c.is_ascii_digit()),
        "must match /^[A-Z][A-Z0-9_]*$/ regular expression",
    ),
    value! at_most(10_000),
];

const API_NAME: Shape = Matches(|text| is_name(text, 40), "must match /^[a-zA-Z0-9_-]{1,40}$/ regular expression");

/// `async` is not in the document and is ignored.
const API_REQUEST: &[Field] = fields![
    method! Words("POST GET PUT PATCH DELETE"), url! Text, name: API_NAME, description: Text,
    timeoutSeconds: Number(1.0, 300.0), credentialId: Uuid, encryptedPaths: List(&Text), body: Open, headers: Open,
    parameters: List(&PARAMETER), backoffPlan: BACKOFF, variableExtractionPlan: EXTRACTION, async: Bool,
];

const CODE: &[Field] = fields![
    code! at_most(50_000), async: Bool, server: SERVER, environmentVariables: List(&ENVIRONMENT),
    timeoutSeconds: Number(1.0, 30.0), credentialId: Uuid, variableExtractionPlan: EXTRACTION,
];

const COMPUTER: &[Field] = fields![
    subType! Words("computer_20241022"), name! Words("computer"), displayWidthPx! NUMBER, displayHeightPx! NUMBER,
    displayNumber: NUMBER, server: SERVER,
];
