//! Longer lists of words, from Vapi's OpenAPI document.

pub(in crate::kinds) const OPEN_AI_MODEL_MODEL: &[&str] = &[
    "gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-5.5", "chat-latest", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano",
    "gpt-5.2", "gpt-5.2-chat-latest", "gpt-5.1", "gpt-5.1-chat-latest", "gpt-5", "gpt-5-chat-latest", "gpt-5-mini",
    "gpt-5-nano", "gpt-4.1-2025-04-14", "gpt-4.1-mini-2025-04-14", "gpt-4.1-nano-2025-04-14", "gpt-4.1", "gpt-4.1-mini",
    "gpt-4.1-nano", "chatgpt-4o-latest", "o3", "o3-mini", "o4-mini", "o1-mini", "o1-mini-2024-09-12",
    "gpt-4o-realtime-preview-2024-10-01", "gpt-4o-realtime-preview-2024-12-17",
    "gpt-4o-mini-realtime-preview-2024-12-17", "gpt-realtime-2025-08-28", "gpt-realtime-mini-2025-12-15",
    "gpt-realtime-2", "gpt-4o-mini-2024-07-18", "gpt-4o-mini", "gpt-4o", "gpt-4o-2024-05-13", "gpt-4o-2024-08-06",
    "gpt-4o-2024-11-20", "gpt-4-turbo", "gpt-4-turbo-2024-04-09", "gpt-4-turbo-preview", "gpt-4-0125-preview",
    "gpt-4-1106-preview", "gpt-4", "gpt-4-0613", "gpt-3.5-turbo", "gpt-3.5-turbo-0125", "gpt-3.5-turbo-1106",
    "gpt-3.5-turbo-16k", "gpt-3.5-turbo-0613",
];

pub(in crate::kinds) const OPEN_AI_MODEL_TOOL_STRICT_COMPATIBILITY_MODE: &[&str] = &[
    "strip-parameters-with-unsupported-validation", "strip-unsupported-validation",
];

pub(in crate::kinds) const ANTHROPIC_MODEL_MODEL: &[&str] = &[
    "claude-3-opus-20240229", "claude-3-sonnet-20240229", "claude-3-haiku-20240307", "claude-3-5-sonnet-20240620",
    "claude-3-5-sonnet-20241022", "claude-3-5-haiku-20241022", "claude-3-7-sonnet-20250219", "claude-opus-4-20250514",
    "claude-opus-4-5-20251101", "claude-opus-4-6", "claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-6", "claude-sonnet-5", "claude-haiku-4-5-20251001",
];

pub(in crate::kinds) const GOOGLE_MODEL_MODEL: &[&str] = &[
    "gemini-3.5-flash", "gemini-3.1-flash-lite", "gemini-3-flash-preview", "gemini-2.5-pro", "gemini-2.5-flash",
    "gemini-2.5-flash-lite", "gemini-2.0-flash-thinking-exp", "gemini-2.0-pro-exp-02-05", "gemini-2.0-flash",
    "gemini-2.0-flash-lite", "gemini-2.0-flash-exp", "gemini-2.0-flash-realtime-exp", "gemini-1.5-flash",
    "gemini-1.5-flash-002", "gemini-1.5-pro", "gemini-1.5-pro-002", "gemini-1.0-pro",
];

pub(in crate::kinds) const GROQ_MODEL_MODEL: &[&str] = &[
    "openai/gpt-oss-20b", "openai/gpt-oss-120b", "deepseek-r1-distill-llama-70b", "llama-3.3-70b-versatile",
    "llama-3.1-405b-reasoning", "llama-3.1-8b-instant", "llama3-8b-8192", "llama3-70b-8192", "gemma2-9b-it",
    "moonshotai/kimi-k2-instruct-0905", "meta-llama/llama-4-scout-17b-16e-instruct", "mistral-saba-24b",
    "compound-beta", "compound-beta-mini",
];

pub(in crate::kinds) const XAI_MODEL_MODEL: &[&str] = &[
    "grok-beta", "grok-2", "grok-3", "grok-4-fast-reasoning", "grok-4-fast-non-reasoning", "grok-4.20-0309-reasoning",
    "grok-4.20-0309-non-reasoning", "grok-4.3",
];

pub(in crate::kinds) const ANTHROPIC_BEDROCK_MODEL_MODEL: &[&str] = &[
    "claude-3-opus-20240229", "claude-3-sonnet-20240229", "claude-3-haiku-20240307", "claude-3-5-sonnet-20240620",
    "claude-3-5-sonnet-20241022", "claude-3-5-haiku-20241022", "claude-3-7-sonnet-20250219", "claude-opus-4-20250514",
    "claude-opus-4-5-20251101", "claude-opus-4-6", "claude-sonnet-4-20250514", "claude-sonnet-4-5-20250929",
    "claude-sonnet-4-6", "claude-haiku-4-5-20251001", "global.anthropic.claude-haiku-4-5-20251001-v1:0",
];

pub(in crate::kinds) const ELEVEN_LABS_VOICE_MODEL: &[&str] = &[
    "eleven_multilingual_v2", "eleven_turbo_v2", "eleven_turbo_v2_5", "eleven_flash_v2", "eleven_flash_v2_5",
    "eleven_monolingual_v1", "eleven_v3",
];

pub(in crate::kinds) const CARTESIA_VOICE_MODEL: &[&str] = &[
    "sonic-3.5", "sonic-3.5-2026-05-04", "sonic-3", "sonic-3-2026-01-12", "sonic-3-2025-10-27", "sonic-2",
    "sonic-2-2025-06-11", "sonic-english", "sonic-multilingual", "sonic-preview", "sonic",
];

pub(in crate::kinds) const DEEPGRAM_VOICE_VOICE_ID: &[&str] = &[
    "asteria", "luna", "stella", "athena", "hera", "orion", "arcas", "perseus", "angus", "orpheus", "helios", "zeus",
    "thalia", "andromeda", "helena", "apollo", "aries", "amalthea", "atlas", "aurora", "callista", "cora", "cordelia",
    "delia", "draco", "electra", "harmonia", "hermes", "hyperion", "iris", "janus", "juno", "jupiter", "mars",
    "minerva", "neptune", "odysseus", "ophelia", "pandora", "phoebe", "pluto", "saturn", "selene", "theia", "vesta",
    "celeste", "estrella", "nestor", "sirio", "carina", "alvaro", "diana", "aquila", "selena", "javier", "viktoria",
    "kara", "fabian", "julius", "lara", "elara", "aurelia",
];

pub(in crate::kinds) const PLAY_HT_VOICE_EMOTION: &[&str] = &[
    "female_happy", "female_sad", "female_angry", "female_fearful", "female_disgust", "female_surprised", "male_happy",
    "male_sad", "male_angry", "male_fearful", "male_disgust", "male_surprised",
];

pub(in crate::kinds) const INWORLD_VOICE_VOICE_ID: &[&str] = &[
    "Alex", "Ashley", "Craig", "Deborah", "Dennis", "Edward", "Elizabeth", "Hades", "Julia", "Pixie", "Mark", "Olivia",
    "Priya", "Ronald", "Sarah", "Shaun", "Theodore", "Timothy", "Wendy", "Dominus", "Hana", "Clive", "Carter", "Blake",
    "Luna", "Yichen", "Xiaoyin", "Xinyi", "Jing", "Erik", "Katrien", "Lennart", "Lore", "Alain", "Hélène", "Mathieu",
    "Étienne", "Johanna", "Josef", "Gianni", "Orietta", "Asuka", "Satoshi", "Hyunwoo", "Minji", "Seojun", "Yoona",
    "Szymon", "Wojciech", "Heitor", "Maitê", "Diego", "Lupita", "Miguel", "Rafael", "Svetlana", "Elena", "Dmitry",
    "Nikolai", "Riya", "Manoj", "Yael", "Oren", "Nour", "Omar",
];

pub(in crate::kinds) const MICROSOFT_VOICE_STYLE: &[&str] = &[
    "adventurous", "angry", "caring", "cheerful", "confused", "curious", "determined", "disappointed", "disgusted",
    "embarrassed", "empathy", "encouraging", "excited", "fearful", "friendly", "happy", "hopeful", "jealous", "joyful",
    "nostalgic", "reflective", "regretful", "relieved", "sad", "serious", "shouting", "softvoice", "surprised",
    "whispering",
];

pub(in crate::kinds) const FORMAT_PLAN_FORMATTERS_ENABLED: &[&str] = &[
    "markdown", "asterisk", "quote", "dash", "newline", "colon", "acronym", "dollarAmount", "email", "date", "time",
    "distance", "unit", "percentage", "phoneNumber", "number", "stripAsterisk",
];

pub(in crate::kinds) const DEEPGRAM_TRANSCRIBER_MODEL: &[&str] = &[
    "nova-3", "nova-3-general", "nova-3-medical", "nova-2", "nova-2-general", "nova-2-meeting", "nova-2-phonecall",
    "nova-2-finance", "nova-2-conversationalai", "nova-2-voicemail", "nova-2-video", "nova-2-medical",
    "nova-2-drivethru", "nova-2-automotive", "nova", "nova-general", "nova-phonecall", "nova-medical", "enhanced",
    "enhanced-general", "enhanced-meeting", "enhanced-phonecall", "enhanced-finance", "base", "base-general",
    "base-meeting", "base-phonecall", "base-finance", "base-conversationalai", "base-voicemail", "base-video",
    "whisper", "flux-general-en", "flux-general-multi",
];

pub(in crate::kinds) const ASSEMBLY_TRANSCRIBER_SPEECH_MODEL: &[&str] = &[
    "universal-streaming-english", "universal-streaming-multilingual", "universal-3-5-pro",
];

pub(in crate::kinds) const GLADIA_TRANSCRIBER_LANGUAGE_BEHAVIOUR: &[&str] = &[
    "manual", "automatic single language", "automatic multiple languages",
];

pub(in crate::kinds) const TO_ASSISTANT_TRANSFER_MODE: &[&str] = &[
    "rolling-history", "swap-system-message-in-history",
    "swap-system-message-in-history-and-remove-transfer-tool-messages", "delete-history",
];

pub(in crate::kinds) const TRANSFER_PLAN_MODE: &[&str] = &[
    "blind-transfer", "blind-transfer-add-summary-to-sip-header", "warm-transfer-say-message",
    "warm-transfer-say-summary", "warm-transfer-twiml",
    "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
    "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary", "warm-transfer-experimental",
];

pub(in crate::kinds) const HOOK_EVENT: &[&str] = &[
    "call.ending", "assistant.speech.interrupted", "customer.speech.interrupted", "customer.speech.timeout",
    "model.response.timeout", "session.created",
];

pub(in crate::kinds) const TWILIO_DETECTION_VOICEMAIL_DETECTION_TYPES: &[&str] = &[
    "machine_start", "human", "fax", "unknown", "machine_end_beep", "machine_end_silence", "machine_end_other",
];

pub(in crate::kinds) const SUCCESS_EVALUATION_RUBRIC: &[&str] = &[
    "NumericScale", "DescriptiveScale", "Checklist", "Matrix", "PercentageScale", "LikertScale", "AutomaticRubric",
    "PassFail",
];

pub(in crate::kinds) const ASSISTANT_FIRST_MESSAGE_MODE: &[&str] = &[
    "assistant-speaks-first", "assistant-speaks-first-with-model-generated-message", "assistant-waits-for-user",
];

pub(in crate::kinds) const ASSISTANT_CLIENT_MESSAGES: &[&str] = &[
    "conversation-update", "assistant.speechStarted", "function-call", "function-call-result", "hang",
    "language-changed", "metadata", "model-output", "speech-update", "status-update", "transcript", "tool-calls",
    "tool-calls-result", "tool.completed", "transfer-update", "user-interrupted", "voice-input",
    "workflow.node.started", "assistant.started",
];

pub(in crate::kinds) const ASSISTANT_SERVER_MESSAGES: &[&str] = &[
    "assistant.started", "assistant.speechStarted", "conversation-update", "end-of-call-report", "function-call",
    "hang", "language-changed", "language-change-detected", "model-output", "phone-call-control", "speech-update",
    "status-update", "transcript", "transcript[transcriptType=\"final\"]", "tool-calls", "transfer-destination-request",
    "handoff-destination-request", "transfer-update", "user-interrupted", "voice-input", "chat.created", "chat.deleted",
    "session.created", "session.updated", "session.deleted", "call.deleted", "call.delete.failed",
    "call.artifact.upload",
];
