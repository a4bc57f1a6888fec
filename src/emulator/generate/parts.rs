//! Parts of an assistant: model, voice, transcriber, tools, hooks, metadata.

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use serde_json::{Map, Value, json};

use super::text;
use crate::emulator::store::uuid;

/// `model`, with a prompt and tools that hand over to some of `others` (ids).
pub(super) fn model(rng: &mut impl Rng, index: usize, others: &[String]) -> Value {
    let (provider, name) = MODELS[index % MODELS.len()];
    let mut model =
        json!({"provider": provider, "model": name, "temperature": f64::from(rng.random_range(0..=20u8)) / 10.0});
    if provider == "custom-llm" {
        model["url"] = "https://llm.example.com/v1?key={{key}}".into();
    }
    if rng.random_bool(0.5) {
        model["maxTokens"] = rng.random_range(50..=10_000).into();
    }
    let mut messages = vec![json!({"role": "system", "content": text::prompt(rng)})];
    if rng.random_bool(0.2) {
        messages.push(json!({"role": "assistant", "content": text::line(rng)}));
    }
    model["messages"] = messages.into();
    let mut tools = vec![json!({"type": "endCall"})];
    tools.extend((0..rng.random_range(0..4)).map(|number| function_tool(rng, number)));
    if rng.random_bool(0.6) {
        tools.push(
            json!({"type": "transferCall", "destinations": [number_destination(rng, index), sip_destination(rng)]}),
        );
    }
    if let Some(other) = others.choose(rng) {
        let destination = json!({"type": "assistant", "assistantId": other, "description": text::line(rng)});
        tools.push(json!({"type": "handoff", "destinations": [destination]}));
    }
    model["tools"] = tools.into();
    model
}

const MODELS: &[(&str, &str)] = &[
    ("openai", "gpt-4.1"),
    ("openai", "gpt-4.1-mini"),
    ("anthropic", "claude-sonnet-4-5-20250929"),
    ("google", "gemini-2.5-flash"),
    ("groq", "llama-3.3-70b-versatile"),
    ("custom-llm", "house-model: v2"),
    ("openrouter", "mistralai/mixtral-8x7b"),
    ("together-ai", "meta-llama/Llama-3-70b"),
    ("xai", "grok-3"),
    ("deep-seek", "deepseek-chat"),
];

/// A function tool, with traps.
pub(super) fn function_tool(rng: &mut impl Rng, number: usize) -> Value {
    let name = ["look_up_patient", "book-appointment", "cancel", "y"].choose(rng).copied().unwrap_or("n");
    json!({
        "type": "function",
        "async": rng.random_bool(0.2),
        "function": {
            "name": format!("{name}_{number}"),
            "description": text::line(rng),
            "parameters": {
                "type": "object",
                "required": ["when"],
                "properties": {
                    "when": {"type": "string", "format": "date-time", "description": text::line(rng)},
                    "reason": {"type": "string", "enum": ["pain", "off", "0123", text::greeting(rng)]},
                    "people": {"type": "array", "items": {"type": "object", "properties": {"age": {"type": "integer"}}}},
                },
            },
        },
        "messages": [
            {"type": "request-start", "content": text::line(rng), "blocking": false},
            {"type": "request-response-delayed", "content": text::line(rng), "timingMilliseconds": 2000},
        ],
        "server": {
            "url": "https://hooks.example.com/vapi?a=1&b=%20#frag",
            "secret": format!("tool-secret-{}", uuid(rng)),
            "headers": {"Authorization": format!("Bearer {}", uuid(rng)), "X-Tenant": text::greeting(rng)},
            "timeoutSeconds": 20,
        },
    })
}

/// A number below `end`.
pub(super) fn index(rng: &mut impl Rng, end: usize) -> usize {
    rng.random_range(0..end)
}

/// A destination that is a telephone number.
pub(super) fn number_destination(rng: &mut impl Rng, index: usize) -> Value {
    json!({
        "type": "number",
        "number": format!("+1415555{:04}", index % 10_000),
        "message": text::line(rng),
        "description": text::line(rng),
        "transferPlan": {"mode": "blind-transfer", "sipVerb": "refer"},
    })
}

fn sip_destination(rng: &mut impl Rng) -> Value {
    json!({"type": "sip", "sipUri": "sip:desk@pbx.example.com", "sipHeaders": {"X-Reason": text::greeting(rng)}})
}

/// `voice`
pub(super) fn voice(rng: &mut impl Rng, index: usize) -> Value {
    let half = f64::from(rng.random_range(0..=10u8)) / 10.0;
    let mut voice = match index % 8 {
        0 | 1 => json!({
            "provider": "11labs", "voiceId": "sarah", "model": "eleven_turbo_v2_5", "stability": half,
            "similarityBoost": 0.75, "useSpeakerBoost": true, "optimizeStreamingLatency": 4,
        }),
        2 => json!({"provider": "azure", "voiceId": "en-US-JennyNeural", "speed": 1}),
        3 => {
            json!({"provider": "openai", "voiceId": "alloy", "instructions": text::prompt(rng).chars().take(500).collect::<String>()})
        }
        4 => {
            json!({"provider": "cartesia", "voiceId": "a0e99841-438c-4a64-b679-ae501e7d6091", "model": "sonic-3", "language": "de"})
        }
        5 => json!({"provider": "deepgram", "voiceId": "asteria"}),
        6 => {
            json!({"provider": "playht", "voiceId": "jennifer", "speed": 1.0, "temperature": 0.1 + half, "emotion": "female_happy"})
        }
        _ => json!({"provider": "rime-ai", "voiceId": "cove", "model": "mistv2", "reduceLatency": true}),
    };
    if rng.random_bool(0.3) {
        voice["chunkPlan"] = json!({"enabled": true, "minCharacters": 30, "punctuationBoundaries": [".", "!", ":"]});
    }
    voice
}

/// `transcriber`
pub(super) fn transcriber(rng: &mut impl Rng, index: usize) -> Value {
    match index % 6 {
        0 | 1 => json!({
            "provider": "deepgram", "model": "nova-3", "language": "no", "smartFormat": true, "endpointing": 255,
            "keyterm": ["Northwind", text::greeting(rng)], "keywords": ["snuffles:1", "no:2"],
        }),
        2 => {
            json!({"provider": "assembly-ai", "language": "en", "keytermsPrompt": ["Zoë", "off"], "formatTurns": false})
        }
        3 => {
            json!({"provider": "gladia", "model": "solaria-1", "language": "de", "endpointing": 0.05, "transcriptionHint": text::line(rng)})
        }
        4 => json!({"provider": "azure", "language": "nb-NO"}),
        _ => json!({"provider": "openai", "model": "gpt-4o-transcribe", "language": "no"}),
    }
}

/// `hooks`
pub(super) fn hooks(rng: &mut impl Rng) -> Value {
    json!([
        {"on": "call.ending", "filters": [{"type": "oneOf", "key": "call.endedReason", "oneOf": ["pipeline-error"]}],
         "do": [{"type": "tool", "tool": {"type": "endCall"}}]},
        {"on": "customer.speech.timeout", "options": {"timeoutSeconds": 10, "triggerMaxCount": 2},
         "do": [{"type": "say", "exact": ["Are you still there?", text::line(rng)]}], "name": "nudge"},
    ])
}

/// `metadata`: anything at all.
pub(super) fn metadata(rng: &mut impl Rng, index: usize) -> Value {
    let mut metadata = Map::new();
    for key in ["yes", "0123", "a.b", "with blank", "ключ", "#x", "- a", "null", "~", "key: value", "${x}"] {
        if rng.random_bool(0.3) {
            metadata.insert(key.to_owned(), text::line(rng).into());
        }
    }
    metadata.insert("index".into(), index.into());
    metadata
        .insert("empties".into(), json!({"text": "", "list": [], "map": {}, "null": null, "nested": [[], {}, [[]]]}));
    metadata
        .insert("numbers".into(), json!([0, -1, 1.5, 1e21, 9_007_199_254_740_993_u64, "1", "1.0", "0x1F", "1_000"]));
    if rng.random_bool(0.2) {
        let depth = rng.random_range(5..30);
        let nested = (0..depth)
            .fold(json!("bottom"), |inner, level| if level % 2 == 0 { json!({"in": inner}) } else { json!([inner]) });
        metadata.insert("deep".into(), nested);
    }
    metadata.into()
}
