//! Tools, in `/tool` and in `model.tools[]`: 23 types.

use super::common::{FUNCTION, HANDOFF_DESTINATION, SERVER, TOOL_MESSAGE, TRANSFER_DESTINATION};
use super::shape::Shape::{Bool, List, Number, Open, Tagged, Text, TextOr, Uuid, Words};
use super::shape::{Field, NUMBER, Shape, Variant, at_most, may, must, when};

pub(super) const TOOL: Shape = Tagged("type", TYPES);

/// The types and what each of them may hold.
pub(super) const TYPES: &[Variant] = &[
    when("apiRequest", &[COMMON, API_REQUEST]),
    when(
        "bash",
        &[COMMON, &[must("subType", Words(&["bash_20241022"])), must("name", Words(&["bash"])), may("server", SERVER)]],
    ),
    when("code", &[COMMON, CODE]),
    when("computer", &[COMMON, COMPUTER]),
    when("dtmf", &[COMMON, &[may("sipInfoDtmfEnabled", Bool)]]),
    when("endCall", &[COMMON]),
    when(
        "function",
        &[
            COMMON,
            &[
                may("async", Bool),
                may("server", SERVER),
                may("variableExtractionPlan", Open),
                may("parameters", List(&Open)),
            ],
        ],
    ),
    when("gohighlevel.calendar.availability.check", &[COMMON]),
    when("gohighlevel.calendar.event.create", &[COMMON]),
    when("gohighlevel.contact.create", &[COMMON]),
    when("gohighlevel.contact.get", &[COMMON]),
    when("google.calendar.availability.check", &[COMMON]),
    when("google.calendar.event.create", &[COMMON]),
    when("google.sheets.row.append", &[COMMON]),
    when("handoff", &[COMMON, &[may("defaultResult", Text), may("destinations", List(&HANDOFF_DESTINATION))]]),
    when("mcp", &[COMMON, &[may("server", SERVER), may("toolMessages", List(&Open)), may("metadata", Open)]]),
    when("query", &[COMMON, &[may("knowledgeBases", List(&Open))]]),
    when("slack.message.send", &[COMMON]),
    when("sms", &[COMMON]),
    when(
        "textEditor",
        &[
            COMMON,
            &[
                must("subType", Words(&["text_editor_20241022"])),
                must("name", Words(&["str_replace_editor"])),
                may("server", SERVER),
            ],
        ],
    ),
    when("transferCall", &[COMMON, &[may("destinations", List(&TRANSFER_DESTINATION))]]),
    when(
        "sipRequest",
        &[
            COMMON,
            &[must("verb", Words(&["INFO", "MESSAGE", "NOTIFY"])), may("headers", Open), may("body", TextOr(&Open))],
        ],
    ),
    when("voicemail", &[COMMON, &[may("beepDetectionEnabled", Bool)]]),
];

/// `function` stands in older documents for every type, and objects made then carry it.
const COMMON: &[Field] = &[may("messages", List(&TOOL_MESSAGE)), may("rejectionPlan", Open), may("function", FUNCTION)];

const API_REQUEST: &[Field] = &[
    must("method", Words(&["POST", "GET", "PUT", "PATCH", "DELETE"])),
    must("url", Text),
    may("name", at_most(40)),
    may("description", Text),
    may("timeoutSeconds", Number(1.0, 300.0)),
    may("credentialId", Uuid),
    may("encryptedPaths", List(&Text)),
    may("parameters", List(&Open)),
    may("body", Open),
    may("headers", Open),
    may("backoffPlan", Open),
    may("variableExtractionPlan", Open),
];

const CODE: &[Field] = &[
    must("code", Text),
    may("async", Bool),
    may("server", SERVER),
    may("environmentVariables", List(&Open)),
    may("timeoutSeconds", Number(1.0, 30.0)),
    may("credentialId", Uuid),
    may("variableExtractionPlan", Open),
];

const COMPUTER: &[Field] = &[
    must("subType", Words(&["computer_20241022"])),
    must("name", Words(&["computer"])),
    must("displayWidthPx", NUMBER),
    must("displayHeightPx", NUMBER),
    may("displayNumber", NUMBER),
    may("server", SERVER),
];
