//! A phone number, by provider.

use schemars::JsonSchema;
use super::words::{Object, OneOrMany};
use super::destinations::Fallback;
use super::server::Server;

/// A phone number and what it rings. These are the fields of a Vapi phone number, as its API has them.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum PhoneNumber {
    /// A number that Vapi sells, or a SIP address. Making one can cost money.
    #[schemars(rename = "vapi")]
    Vapi(VapiNumber),
    /// A number that you have at Twilio.
    #[schemars(rename = "twilio")]
    Twilio(TwilioNumber),
    /// A number that you have at Vonage.
    #[schemars(rename = "vonage")]
    Vonage(CarrierNumber),
    /// A number that you have at Telnyx.
    #[schemars(rename = "telnyx")]
    Telnyx(CarrierNumber),
    /// A number of your own SIP trunk.
    #[schemars(rename = "byo-phone-number")]
    Own(OwnNumber),
}

/// What the numbers of all providers have.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct NumberCommon {
    /// Where calls go when nothing else answers.
    fallback_destination: Option<Fallback>,
    /// What is done when something happens.
    hooks: Option<Vec<NumberHook>>,
    /// The name, 40 characters at most.
    #[schemars(length(max = 40))]
    name: Option<String>,
    /// The agent that it rings: `${agent:handle}`.
    assistant_id: Option<String>,
    /// Id of the workflow that it rings.
    workflow_id: Option<String>,
    /// Id of the squad that it rings.
    squad_id: Option<String>,
    /// Your server, asked what to do when a call comes in and no agent is set.
    server: Option<Server>,
}

/// A number that Vapi sells, or a SIP address.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VapiNumber {
    #[schemars(flatten)]
    number_common: NumberCommon,
    /// Area code that the number should have. Only when it is made.
    #[schemars(length(min = 3, max = 3))]
    number_desired_area_code: Option<String>,
    /// A SIP address.
    sip_uri: Option<String>,
    /// Who may call the SIP address.
    authentication: Option<SipAuthentication>,
    /// The number that Vapi gave; it cannot be chosen.
    number: Option<String>,
}

/// A number at Twilio.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TwilioNumber {
    #[schemars(flatten)]
    number_common: NumberCommon,
    /// Take text messages as well.
    #[schemars(extend("default" = true))]
    sms_enabled: Option<bool>,
    /// The number in E.164 form, in quotes. Only when it is made.
    #[schemars(example = &"+14155550100")]
    number: String,
    /// Account at Twilio.
    twilio_account_sid: String,
    /// Token of the account: `${env:…}`.
    twilio_auth_token: Option<String>,
    /// API key at Twilio: `${env:…}`.
    twilio_api_key: Option<String>,
    /// Secret of the API key: `${env:…}`.
    twilio_api_secret: Option<String>,
}

/// A number at a carrier.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CarrierNumber {
    #[schemars(flatten)]
    number_common: NumberCommon,
    /// The number in E.164 form, in quotes. Only when it is made.
    #[schemars(example = &"+14155550100")]
    number: String,
    /// Id of the credential of the carrier or trunk.
    credential_id: String,
}

/// A number of a SIP trunk.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct OwnNumber {
    #[schemars(flatten)]
    number_common: NumberCommon,
    /// Whether the number must be one in E.164 form.
    #[schemars(extend("default" = true))]
    number_e164_check_enabled: Option<bool>,
    /// The number in E.164 form, in quotes. Only when it is made.
    #[schemars(example = &"+14155550100")]
    number: Option<String>,
    /// Id of the credential of the carrier or trunk.
    credential_id: String,
}

/// Who may call the SIP address.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SipAuthentication {
    /// Realm of the SIP account.
    realm: Option<String>,
    /// User of the SIP account.
    #[schemars(length(min = 20, max = 40))]
    username: String,
    /// Password of the SIP account: `${env:…}`.
    #[schemars(length(min = 20, max = 40))]
    password: String,
}

/// Something that is done when a number rings or hangs up.
#[derive(JsonSchema)]
#[schemars(tag = "on")]
pub(super) enum NumberHook {
    /// It rings.
    #[schemars(rename = "call.ringing")]
    CallRinging(Ringing),
    /// It hangs up.
    #[schemars(rename = "call.ending")]
    CallEnding(Ending),
}

/// What is done when it rings.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Ringing {
    /// When it applies.
    filters: Option<Vec<Object>>,
    /// What is done then.
    r#do: Vec<NumberAction>,
}

/// What is done when it hangs up.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct Ending {
    /// When it applies.
    filters: Option<Vec<Object>>,
    /// What is done then.
    r#do: Option<OneOrMany<NumberAction>>,
}

/// Something that a number does.
#[derive(JsonSchema)]
#[schemars(tag = "type")]
pub(super) enum NumberAction {
    /// Says something.
    #[schemars(rename = "say")]
    Say(SayAction),
    /// Puts the call through.
    #[schemars(rename = "transfer")]
    Transfer(TransferAction),
}

/// Something to say.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SayAction {
    /// What is said, word by word; of several, one at random.
    #[schemars(length(max = 4000))]
    exact: String,
}

/// Where to put the call through.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TransferAction {
    /// Where the call goes.
    destination: Option<Fallback>,
}
