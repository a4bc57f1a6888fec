//! The fields of a phone number, which depend on its provider.

use super::common::{FALLBACK_DESTINATION, PHONE_HOOK, SERVER};
use super::shape::Shape::{Bool, Closed, Dialled, Length, List, Text, Uuid};
use super::shape::{Field, Variant, at_most, may, must, when};

/// What a provider's number may be created with.
pub(super) const CREATE: &[Variant] = &[
    when("vapi", &[COMMON, VAPI, &[may("numberDesiredAreaCode", Length(3, 3))]]),
    when("twilio", &[COMMON, NUMBER, TWILIO]),
    when("vonage", &[COMMON, NUMBER, CREDENTIAL]),
    when("telnyx", &[COMMON, NUMBER, CREDENTIAL]),
    when("byo-phone-number", &[COMMON, BYO, CREDENTIAL]),
];

/// What can be changed of it.
pub(super) const UPDATE: &[Variant] = &[
    when("vapi", &[COMMON, VAPI]),
    when("twilio", &[COMMON, NUMBER, TWILIO]),
    when("vonage", &[COMMON, NUMBER, CREDENTIAL]),
    when("telnyx", &[COMMON, NUMBER, CREDENTIAL]),
    when("byo-phone-number", &[COMMON, BYO, CREDENTIAL]),
];

/// What every provider's number has.
pub(super) const COMMON: &[Field] = &[
    may("name", at_most(40)),
    may("assistantId", Uuid),
    may("squadId", Uuid),
    may("workflowId", Uuid),
    may("server", SERVER),
    may("fallbackDestination", FALLBACK_DESTINATION),
    may("hooks", List(&PHONE_HOOK)),
];

const NUMBER: &[Field] = &[must("number", Dialled)];
const CREDENTIAL: &[Field] = &[must("credentialId", Uuid)];
const BYO: &[Field] = &[may("number", Dialled), may("numberE164CheckEnabled", Bool)];

const TWILIO: &[Field] = &[
    must("twilioAccountSid", Text),
    may("twilioAuthToken", Text),
    may("twilioApiKey", Text),
    may("twilioApiSecret", Text),
    may("smsEnabled", Bool),
];

const VAPI: &[Field] = &[
    may("sipUri", Text),
    may(
        "authentication",
        Closed(&[&[must("username", Length(20, 40)), must("password", Length(20, 40)), may("realm", Text)]]),
    ),
];
