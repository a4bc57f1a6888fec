//! Assistants.

use rand::{Rng, RngExt};
use serde_json::{Value, json};

use super::{parts, text};
use crate::emulator::store::uuid;

/// An assistant for `POST /assistant`, the `index`-th: its name ends with the index, so that each has its own. It hands
/// over to some of `others` (ids of assistants).
pub fn assistant(rng: &mut impl Rng, index: usize, others: &[String]) -> Value {
    let mut assistant = json!({
        "name": format!("{} {index}", text::name(rng)),
        "model": parts::model(rng, index, others),
        "voice": parts::voice(rng, index),
        "transcriber": parts::transcriber(rng, index),
        "firstMessage": text::line(rng),
        "metadata": parts::metadata(rng, index),
    });
    for (field, value) in [
        ("firstMessageMode", json!("assistant-waits-for-user")),
        ("firstMessageInterruptionsEnabled", json!(index.is_multiple_of(2))),
        ("endCallMessage", json!(text::line(rng))),
        ("endCallPhrases", json!(["bye bye", "no thanks", "off"])),
        ("voicemailMessage", json!(text::line(rng))),
        (
            "voicemailDetection",
            json!({"provider": "google", "beepMaxAwaitSeconds": 0, "backoffPlan": {"maxRetries": 6}}),
        ),
        ("clientMessages", json!(["transcript", "hang", "tool-calls"])),
        ("serverMessages", json!(["end-of-call-report", "transcript[transcriptType=\"final\"]"])),
        ("maxDurationSeconds", json!(rng.random_range(10..=43_200))),
        ("backgroundSound", json!("off")),
        ("hooks", parts::hooks(rng)),
        ("analysisPlan", analysis_plan(rng)),
        ("artifactPlan", json!({"recordingEnabled": true, "recordingFormat": "mp3", "pcapEnabled": false})),
        ("startSpeakingPlan", json!({"waitSeconds": 0.4, "transcriptionEndpointingPlan": {"onNumberSeconds": 0.5}})),
        ("stopSpeakingPlan", json!({"numWords": 2, "voiceSeconds": 0.2, "acknowledgementPhrases": ["no", "ok"]})),
        ("compliancePlan", json!({"hipaaEnabled": false})),
        ("monitorPlan", json!({"listenEnabled": false, "controlEnabled": true})),
        ("credentialIds", json!([uuid(rng)])),
        (
            "server",
            json!({"url": "https://hooks.example.com/calls", "headers": {"X-Key": uuid(rng)}, "timeoutSeconds": 20}),
        ),
        ("keypadInputPlan", json!({"enabled": true, "timeoutSeconds": 2, "delimiters": "#"})),
    ] {
        if rng.random_bool(0.5) {
            assistant[field] = value;
        }
    }
    assistant
}

fn analysis_plan(rng: &mut impl Rng) -> Value {
    json!({
        "summaryPlan": {"enabled": true, "messages": [{"role": "system", "content": text::line(rng)}]},
        "structuredDataPlan": {
            "enabled": true,
            "schema": {
                "type": "object",
                "properties": {"0123": {"type": "string"}, "on": {"type": "boolean", "description": text::line(rng)}},
                "required": ["on"],
            },
        },
        "successEvaluationPlan": {"rubric": "PassFail", "enabled": false},
    })
}
