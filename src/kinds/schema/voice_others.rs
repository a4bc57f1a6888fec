//! The voice of an agent, by provider: the others.

use schemars::JsonSchema;
use super::words::{Open, Value, words};
use super::voice_parts::{TavusConversation, VoiceCommon, VoiceFallback};

/// Voices of Hume.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct HumeVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The model, as its provider calls it.
    model: Option<Open<HumeVoiceModel>>,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// The voice is one that you made.
    is_custom_hume_voice: Option<bool>,
    /// What it is for, in words; models read it.
    description: Option<String>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Inworld.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct InworldVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: Open<InworldVoiceVoiceId>,
    /// The model, as its provider calls it.
    #[schemars(extend("default" = "inworld-tts-1"))]
    model: Option<Open<InworldVoiceModel>>,
    /// The language, as its provider calls it.
    #[schemars(extend("default" = "en"))]
    language_code: Option<String>,
    /// How freely the model answers: 0 says the same each time. Voice calls do well with little.
    #[schemars(range(min = 0.1, max = 2), extend("default" = 1.1))]
    temperature: Option<f64>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.5, max = 1.5), extend("default" = 1))]
    speaking_rate: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of LMNT.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct LmntVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"amy", example = &"ansel", example = &"autumn")]
    voice_id: String,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.25, max = 2))]
    speed: Option<f64>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Microsoft.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct MicrosoftVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// How much of the speaker's manner is exaggerated.
    style: Option<Open<MicrosoftVoiceStyle>>,
    /// How much of the style.
    #[schemars(range(min = 0.01, max = 2), extend("default" = 1))]
    style_degree: Option<f64>,
    /// Who says it.
    role: Option<String>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.5, max = 2))]
    speed: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of MiniMax.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct MinimaxVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// The model, as its provider calls it.
    #[schemars(extend("default" = "speech-02-turbo"))]
    model: Option<Open<MinimaxVoiceModel>>,
    /// With what feeling.
    emotion: Option<String>,
    /// Whether subtitles come by word or by sentence.
    #[schemars(extend("default" = "sentence"))]
    subtitle_type: Option<Open<MinimaxVoiceSubtitleType>>,
    /// Half tones up or down.
    #[schemars(range(min = -12, max = 12), extend("default" = 0))]
    pitch: Option<f64>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.5, max = 2), extend("default" = 1))]
    speed: Option<f64>,
    /// How loud; 1 is normal.
    #[schemars(range(min = 0.5, max = 2), extend("default" = 1))]
    volume: Option<f64>,
    /// Where the provider works on it.
    #[schemars(extend("default" = "worldwide"))]
    region: Option<Open<MinimaxVoiceRegion>>,
    /// The language that it should be good at.
    language_boost: Option<String>,
    /// Spell out numbers and dates.
    #[schemars(extend("default" = true))]
    text_normalization_enabled: Option<bool>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Neuphonic.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct NeuphonicVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// The model, as its provider calls it.
    model: Option<Open<NeuphonicVoiceModel>>,
    /// The language, as its provider calls it.
    language: Value,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.25, max = 2))]
    speed: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Sesame.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SesameVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// The model, as its provider calls it.
    model: Open<SesameVoiceModel>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Smallest AI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct SmallestVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"emily", example = &"jasmine", example = &"arman")]
    voice_id: String,
    /// The model, as its provider calls it.
    model: Option<Open<SmallestVoiceModel>>,
    /// How fast it speaks; 1 is normal.
    speed: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Personas of Tavus.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct TavusVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"r52da2535a")]
    voice_id: String,
    /// Persona at Tavus.
    persona_id: Option<String>,
    /// Where Tavus reports to.
    callback_url: Option<String>,
    /// Name of the conversation.
    conversation_name: Option<String>,
    /// What the persona knows of the conversation.
    conversational_context: Option<String>,
    /// What the persona says first.
    custom_greeting: Option<String>,
    /// Further settings.
    properties: Option<TavusConversation>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of WellSaid.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct WellSaidVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// The model, as its provider calls it.
    model: Option<Open<WellSaidVoiceModel>>,
    /// Read SSML tags in the text.
    enable_ssml: Option<bool>,
    /// Pronunciation libraries.
    library_ids: Option<Vec<String>>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of xAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct XaiVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: Open<XaiVoiceVoiceId>,
    /// The language, as its provider calls it.
    #[schemars(extend("default" = "en"))]
    language: Option<String>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.7, max = 1.5), extend("default" = 1.1))]
    speed: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

words!(HumeVoiceModel: "octave", "octave2");
words!(InworldVoiceVoiceId: "Alex", "Ashley", "Craig", "Deborah", "Dennis", "Edward", "Elizabeth", "Hades", "Julia", "Pixie", "Mark", "Olivia", "Priya", "Ronald", "Sarah", "Shaun", "Theodore", "Timothy", "Wendy", "Dominus", "Hana", "Clive", "Carter", "Blake", "Luna", "Yichen", "Xiaoyin", "Xinyi", "Jing", "Erik", "Katrien", "Lennart", "Lore", "Alain", "Hélène", "Mathieu", "Étienne", "Johanna", "Josef", "Gianni", "Orietta", "Asuka", "Satoshi", "Hyunwoo", "Minji", "Seojun", "Yoona", "Szymon", "Wojciech", "Heitor", "Maitê", "Diego", "Lupita", "Miguel", "Rafael", "Svetlana", "Elena", "Dmitry", "Nikolai", "Riya", "Manoj", "Yael", "Oren", "Nour", "Omar");
words!(InworldVoiceModel: "inworld-tts-1");
words!(MicrosoftVoiceStyle: "adventurous", "angry", "caring", "cheerful", "confused", "curious", "determined", "disappointed", "disgusted", "embarrassed", "empathy", "encouraging", "excited", "fearful", "friendly", "happy", "hopeful", "jealous", "joyful", "nostalgic", "reflective", "regretful", "relieved", "sad", "serious", "shouting", "softvoice", "surprised", "whispering");
words!(MinimaxVoiceModel: "speech-02-hd", "speech-02-turbo", "speech-2.5-turbo-preview");
words!(MinimaxVoiceSubtitleType: "word", "sentence");
words!(MinimaxVoiceRegion: "worldwide", "china");
words!(NeuphonicVoiceModel: "neu_hq", "neu_fast");
words!(SesameVoiceModel: "csm-1b");
words!(SmallestVoiceModel: "lightning");
words!(WellSaidVoiceModel: "caruso", "legacy");
words!(XaiVoiceVoiceId: "eve", "ara", "rex", "sal", "leo");
