//! Phone numbers.
//!
//! Source: Vapi's OpenAPI document (the `Create…`, `Update…` and read shapes of the five providers), unless a row
//! says otherwise.

use super::parts::common::hook_key;
use super::parts::destination::FALLBACK;
use super::parts::server::MAIN_SERVER;
use super::{Kind, PLAIN, named};
use crate::kinds::table::Literal::Flag;
use crate::kinds::table::Shape::{Either, List, OneOf};
use crate::kinds::table::{MAPPING, field, flag, list, managed, object, one_of, table, text, union};

pub(super) static KIND: Kind = Kind {
    section: "phone_numbers",
    option: "phone-numbers",
    word: "phone_number",
    noun: "phone number",
    nouns: "phone numbers",
    id_key: "vapi_phone_number_id",
    endpoint: "/phone-number",
    dashboard: "phone-numbers",
    names: |text| named(text, &["number", "sipUri", "name"]),
    unique: &["number", "sipUri"],
    assignment: &["assistantId", "squadId", "workflowId"],
    is_everywhere: true,
    config: OneOf(&PHONE_NUMBER),
    purchase: |config| config.text_at("provider") == Some("vapi"),
    ..PLAIN
};

union! { PHONE_NUMBER: "PhoneNumber",
    "A phone number and who answers it. These are the fields of a Vapi phone number.", at "phone-calling",
    by text("provider", "Where the number comes from. Cannot be changed later.").create_only();
    "vapi" = VAPI_NUMBER, "A number that Vapi sells, or a SIP address. Creating one can cost money.";
    "twilio" = TWILIO_NUMBER, "A number that you have at Twilio.";
    "vonage" = CARRIER_NUMBER, "A number that you have at Vonage.";
    "telnyx" = CARRIER_NUMBER, "A number that you have at Telnyx.";
    "byo-phone-number" = OWN_NUMBER, "A number of your own SIP trunk.";
}

table! { NUMBER_COMMON, at "phone-calling";
    one_of("fallbackDestination", &FALLBACK, "Where calls go when no agent, squad or server takes them.")
        .see("call-forwarding"),
    list("hooks", &OneOf(&NUMBER_HOOK), "Actions that run when the number rings or a call ends.").keyed(hook_key),
    text("name", "The name, up to 40 characters.").longest(40),
    text("assistantId", "The agent that answers: `${agent:handle}`.").refers_to("agents"),
    text("workflowId", "Id of the workflow that answers."),
    text("squadId", "The squad that answers: `${squad:handle}`.").refers_to("squads"),
    object("server", &MAIN_SERVER, "Your server. When no agent is set, it decides what happens to a call."),
}

table! { VAPI_NUMBER, at "free-telephony", with NUMBER_COMMON NUMBER_MANAGED;
    text("numberDesiredAreaCode", "Area code of the number to buy. Cannot be changed later.")
        .at_least(3).longest(3).create_only(),
    text("sipUri", "A SIP address."),
    object("authentication", &SIP_AUTHENTICATION, "User and password that callers of the SIP address need."),
    text("number", "The number that Vapi gave. You cannot choose it.").create_only(),
}

table! { TWILIO_NUMBER, at "phone-numbers/import-twilio", with NUMBER_COMMON NUMBER_MANAGED;
    flag("smsEnabled", "Receive text messages too.").by_default(Flag(true)),
    text("number", "The number in E.164 format, in quotes. Cannot be changed later.")
        .must().such_as(&["+14155550100"]).create_only(),
    text("twilioAccountSid", "SID of the account at Twilio.").must(),
    text("twilioAuthToken", "Token of the account, from a variable: `${env:…}`.").hidden(None),
    text("twilioApiKey", "API key at Twilio, from a variable: `${env:…}`.").hidden(None),
    text("twilioApiSecret", "Secret of the API key, from a variable: `${env:…}`.").hidden(None),
}

table! { CARRIER_NUMBER, at "phone-calling", with NUMBER_COMMON NUMBER_MANAGED;
    text("number", "The number in E.164 format, in quotes. Cannot be changed later.")
        .must().such_as(&["+14155550100"]).create_only(),
    text("credentialId", "Id of the credential of the carrier or SIP trunk.").must(),
}

table! { OWN_NUMBER, at "advanced/sip/sip-trunk", with NUMBER_COMMON NUMBER_MANAGED;
    flag("numberE164CheckEnabled", "Check that the number is in E.164 format.").by_default(Flag(true)),
    text("number", "The number in E.164 format, in quotes. Cannot be changed later.")
        .such_as(&["+14155550100"]).create_only(),
    text("credentialId", "Id of the credential of the carrier or SIP trunk.").must(),
}

table! { SIP_AUTHENTICATION: "SipAuthentication", "User and password that callers of the SIP address need.",
    at "advanced/sip";
    text("realm", "Realm of the SIP account."),
    text("username", "User of the SIP account.").at_least(20).longest(40).must(),
    text("password", "Password of the SIP account, from a variable: `${env:…}`.")
        .at_least(20).longest(40).must().hidden(None),
}

union! { NUMBER_HOOK: "NumberHook",
    "Actions that run when a number rings or a call ends.", at "phone-numbers/phone-number-hooks",
    by text("on", "The event that runs the hook. It says which other fields there are.");
    "call.ringing" = RINGING, "When the number rings.";
    "call.ending" = ENDING, "When the call ends.";
}

table! { RINGING, at "phone-numbers/phone-number-hooks";
    list("filters", &MAPPING, "Conditions under which the hook runs."),
    list("do", &OneOf(&NUMBER_ACTION), "The actions to run.").must(),
}

table! { ENDING, at "phone-numbers/phone-number-hooks";
    list("filters", &MAPPING, "Conditions under which the hook runs."),
    field("do", Either(&[OneOf(&NUMBER_ACTION), List(&OneOf(&NUMBER_ACTION))]), "The actions to run."),
}

union! { NUMBER_ACTION: "NumberAction", "An action of a phone number's hook.", at "phone-numbers/phone-number-hooks",
    by text("type", "What the hook does.");
    "say" = SAY_ACTION, "Says something.";
    "transfer" = TRANSFER_ACTION, "Transfers the call.";
}

table! { SAY_ACTION, at "phone-numbers/phone-number-hooks";
    text("exact", "The exact words; of several, one is chosen at random.").longest(4000).must(),
}

table! { TRANSFER_ACTION, at "phone-numbers/phone-number-hooks";
    one_of("destination", &FALLBACK, "Where the call goes."),
}

table! { NUMBER_MANAGED;
    managed("id"),
    managed("orgId"),
    managed("createdAt"),
    managed("updatedAt"),
    managed("status"),
    // Observed, but in no schema of the document.
    managed("isServerUrlSecretSet"),
    managed("providerResourceId"),
    managed("stripeSubscriptionId"),
    managed("stripeSubscriptionStatus"),
    managed("stripeSubscriptionCurrentPeriodStart"),
}
