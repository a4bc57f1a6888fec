//! The fields of a structured output.

use super::shape::Shape::{Any, Bool, Length, List, Number, Open, Tagged, Text, Uuid, Words};
use super::shape::{Field, Shape, at_least, at_most, closed, fields, variants};

/// Fields of a creation.
pub(super) const CREATE: &[&[Field]] = &[fields![type: Words("ai regex"), name! NAME, schema! SCHEMA], COMMON];

/// Fields of an update, which cannot change the type.
pub(super) const UPDATE: &[&[Field]] = &[fields![name: NAME, schema: SCHEMA], COMMON];

const NAME: Shape = Length(1, 40);
/// A JSON Schema; more keywords than the document lists are in use.
const SCHEMA: Shape = Open;

/// `target` is not in the document (observed).
const COMMON: &[Field] = fields![
    regex: Length(1, 1000), model: MODEL, compliancePlan: closed![forceStoreOnHipaaEnabled: Bool],
    conditions: List(&CONDITION), description: Text, assistantIds: List(&Uuid), workflowIds: List(&Uuid),
    target: Words("messages messages-with-audio"),
];

const MODEL: Shape = Tagged(
    "provider",
    variants![
        "openai" "google": [ANY_MODEL],
        "anthropic" "anthropic-bedrock": [ANY_MODEL {thinking: Open}],
        "custom-llm": [ANY_MODEL {
            url! Text, headers: Open, metadataSendMode: Words("off variable destructured"),
            timeoutSeconds: Number(20.0, 600.0),
        }],
    ],
);
const ANY_MODEL: &[Field] = fields![
    model! at_most(100), messages: List(&Any), temperature: Number(0.0, 2.0), maxTokens: Number(50.0, 10_000.0),
];

const CONDITION: Shape = Tagged(
    "type",
    variants![
        "minMessages": [{count! at_least(0.0)}],
        "minCallDuration": [{seconds! at_least(0.0)}],
        "endedReason": [{operator! Words("oneOf notOneOf"), values! List(&Text)}],
    ],
);
