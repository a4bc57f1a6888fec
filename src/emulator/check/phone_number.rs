//! The fields of a phone number, by provider.

use super::common::{FALLBACK_DESTINATION, PHONE_HOOK, SERVER};
use super::shape::Shape::{Bool, Dialled, Length, List, Text, Uuid};
use super::shape::{Field, Variant, at_most, closed, fields, variants};

/// Fields of a creation.
pub(super) const CREATE: &[Variant] = variants![
    "vapi": [COMMON VAPI {numberDesiredAreaCode: Length(3, 3)}],
    "twilio": [COMMON NUMBER TWILIO],
    "vonage" "telnyx": [COMMON NUMBER CREDENTIAL],
    "byo-phone-number": [COMMON BYO CREDENTIAL],
];

/// Fields of an update.
pub(super) const UPDATE: &[Variant] = variants![
    "vapi": [COMMON VAPI],
    "twilio": [COMMON NUMBER TWILIO],
    "vonage" "telnyx": [COMMON NUMBER CREDENTIAL],
    "byo-phone-number": [COMMON BYO CREDENTIAL],
];

/// Fields of every provider.
pub(super) const COMMON: &[Field] = fields![
    name: at_most(40), assistantId: Uuid, squadId: Uuid, workflowId: Uuid, server: SERVER,
    fallbackDestination: FALLBACK_DESTINATION, hooks: List(&PHONE_HOOK),
];

const NUMBER: &[Field] = fields![number! Dialled];
const CREDENTIAL: &[Field] = fields![credentialId! Uuid];
const BYO: &[Field] = fields![number: Dialled, numberE164CheckEnabled: Bool];

const TWILIO: &[Field] = fields![
    twilioAccountSid! Text, twilioAuthToken: Text, twilioApiKey: Text, twilioApiSecret: Text, smsEnabled: Bool,
];

const VAPI: &[Field] = fields![
    sipUri: Text, authentication: closed![username! Length(20, 40), password! Length(20, 40), realm: Text],
];
