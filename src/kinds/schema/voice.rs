//! The voice of an agent, by provider: the ones that are used most.

use schemars::JsonSchema;
use super::words::{Open, Value, words};
use super::server::Server;
use super::voice_others::{HumeVoice, InworldVoice, LmntVoice, MicrosoftVoice, MinimaxVoice, NeuphonicVoice, SesameVoice, SmallestVoice, TavusVoice, WellSaidVoice, XaiVoice};
use super::voice_parts::{CartesiaControls, CartesiaGeneration, ElevenLabsDictionary, VapiDictionary, VoiceCommon, VoiceFallback};

/// The voice of the agent.
#[derive(JsonSchema)]
#[schemars(tag = "provider")]
pub(super) enum Voice {
    /// Voices of ElevenLabs.
    #[schemars(rename = "11labs")]
    ElevenLabs(ElevenLabsVoice),
    /// Voices of Cartesia.
    #[schemars(rename = "cartesia")]
    Cartesia(CartesiaVoice),
    /// Voices of Vapi.
    #[schemars(rename = "vapi")]
    Vapi(VapiVoice),
    /// Voices of OpenAI.
    #[schemars(rename = "openai")]
    Openai(OpenAiVoice),
    /// Voices of Azure.
    #[schemars(rename = "azure")]
    Azure(AzureVoice),
    /// Voices of Deepgram.
    #[schemars(rename = "deepgram")]
    Deepgram(DeepgramVoice),
    /// Voices of PlayHT.
    #[schemars(rename = "playht")]
    Playht(PlayHtVoice),
    /// Voices of Rime.
    #[schemars(rename = "rime-ai")]
    RimeAi(RimeVoice),
    /// Speech from a server of yours.
    #[schemars(rename = "custom-voice")]
    CustomVoice(CustomVoice),
    /// Voices of Hume.
    #[schemars(rename = "hume")]
    Hume(HumeVoice),
    /// Voices of Inworld.
    #[schemars(rename = "inworld")]
    Inworld(InworldVoice),
    /// Voices of LMNT.
    #[schemars(rename = "lmnt")]
    Lmnt(LmntVoice),
    /// Voices of Microsoft.
    #[schemars(rename = "microsoft")]
    Microsoft(MicrosoftVoice),
    /// Voices of MiniMax.
    #[schemars(rename = "minimax")]
    Minimax(MinimaxVoice),
    /// Voices of Neuphonic.
    #[schemars(rename = "neuphonic")]
    Neuphonic(NeuphonicVoice),
    /// Voices of Sesame.
    #[schemars(rename = "sesame")]
    Sesame(SesameVoice),
    /// Voices of Smallest AI.
    #[schemars(rename = "smallest-ai")]
    SmallestAi(SmallestVoice),
    /// Personas of Tavus.
    #[schemars(rename = "tavus")]
    Tavus(TavusVoice),
    /// Voices of WellSaid.
    #[schemars(rename = "wellsaid")]
    Wellsaid(WellSaidVoice),
    /// Voices of xAI.
    #[schemars(rename = "xai")]
    Xai(XaiVoice),
}

/// Voices of ElevenLabs.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct ElevenLabsVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"burt", example = &"marissa", example = &"andrea")]
    voice_id: String,
    /// Low is lively, high is even.
    #[schemars(range(min = 0, max = 1))]
    stability: Option<f64>,
    /// How close to the original voice.
    #[schemars(range(min = 0, max = 1))]
    similarity_boost: Option<f64>,
    /// How much of the speaker's manner is exaggerated.
    #[schemars(range(min = 0, max = 1))]
    style: Option<f64>,
    /// Sound more like the speaker, a little later.
    use_speaker_boost: Option<bool>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.7, max = 1.2))]
    speed: Option<f64>,
    /// 0 sounds best, 4 speaks soonest.
    #[schemars(range(min = 0, max = 4))]
    optimize_streaming_latency: Option<f64>,
    /// Read SSML tags in the text, `<break/>` and the like.
    enable_ssml_parsing: Option<bool>,
    /// Let the provider decide when to begin to speak.
    auto_mode: Option<bool>,
    /// The model, as its provider calls it.
    model: Option<Open<ElevenLabsVoiceModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Pronunciation dictionaries at ElevenLabs.
    pronunciation_dictionary_locators: Option<Vec<ElevenLabsDictionary>>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
    /// Put in fillers; of older days.
    #[schemars(extend("deprecated" = true))]
    filler_injection_enabled: Option<bool>,
    /// Prepare the text to be spoken; of older days.
    #[schemars(extend("deprecated" = true))]
    input_preprocessing_enabled: Option<bool>,
}

/// Voices of Cartesia.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CartesiaVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// The model, as its provider calls it.
    model: Option<Open<CartesiaVoiceModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Speed and emotion of older Sonic models; `generationConfig` has taken their place.
    #[schemars(extend("deprecated" = true))]
    experimental_controls: Option<CartesiaControls>,
    /// Speed and volume of Sonic 3 and later.
    generation_config: Option<CartesiaGeneration>,
    /// Id of a pronunciation dictionary.
    pronunciation_dict_id: Option<String>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Vapi.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct VapiVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: String,
    /// Which version.
    version: Option<Value>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.25, max = 2), extend("default" = 1))]
    speed: Option<f64>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// Pronunciation dictionaries.
    pronunciation_dictionary: Option<Vec<VapiDictionary>>,
}

/// Voices of OpenAI.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct OpenAiVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"alloy", example = &"echo", example = &"fable")]
    voice_id: String,
    /// The model, as its provider calls it.
    model: Option<Open<OpenAiVoiceModel>>,
    /// How to speak, in words; for models that follow instructions.
    #[schemars(length(max = 10000))]
    instructions: Option<String>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.25, max = 4))]
    speed: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Azure.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct AzureVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"andrew", example = &"brian", example = &"emma")]
    voice_id: String,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.5, max = 2))]
    speed: Option<f64>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Deepgram.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct DeepgramVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: Open<DeepgramVoiceVoiceId>,
    /// The model, as its provider calls it.
    model: Option<Open<DeepgramVoiceModel>>,
    /// Keep the audio out of the provider's training.
    #[schemars(extend("default" = false))]
    mip_opt_out: Option<bool>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of PlayHT.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct PlayHtVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"jennifer", example = &"melissa", example = &"will")]
    voice_id: String,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.1, max = 5))]
    speed: Option<f64>,
    /// How freely the model answers: 0 says the same each time. Voice calls do well with little.
    #[schemars(range(min = 0.1, max = 2))]
    temperature: Option<f64>,
    /// With what feeling.
    emotion: Option<Open<PlayHtVoiceEmotion>>,
    /// Higher is closer to the voice.
    #[schemars(range(min = 1, max = 6))]
    voice_guidance: Option<f64>,
    /// Higher is more of the emotion.
    #[schemars(range(min = 1, max = 30))]
    style_guidance: Option<f64>,
    /// Higher is closer to the text.
    #[schemars(range(min = 1, max = 2))]
    text_guidance: Option<f64>,
    /// The model, as its provider calls it.
    model: Option<Open<PlayHtVoiceModel>>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Voices of Rime.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct RimeVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    #[schemars(example = &"cove", example = &"moon", example = &"wildflower")]
    voice_id: String,
    /// The model, as its provider calls it.
    model: Option<Open<RimeVoiceModel>>,
    /// How fast it speaks; 1 is normal.
    #[schemars(range(min = 0.1))]
    speed: Option<f64>,
    /// Pause so many milliseconds where the text says `<200>`.
    pause_between_brackets: Option<bool>,
    /// Say what stands in `{}` by its phonemes.
    phonemize_between_brackets: Option<bool>,
    /// Speak sooner, at some cost of sound.
    reduce_latency: Option<bool>,
    /// Speeds of the words in brackets, separated by commas.
    inline_speed_alpha: Option<String>,
    /// The language, as its provider calls it.
    language: Option<String>,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

/// Speech from a server of yours.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub(super) struct CustomVoice {
    #[schemars(flatten)]
    voice_common: VoiceCommon,
    /// The voice, as its provider calls it.
    voice_id: Option<String>,
    /// Your server, and how it is called.
    server: Server,
    /// What takes over when the provider fails.
    fallback_plan: Option<VoiceFallback>,
}

words!(ElevenLabsVoiceModel: "eleven_multilingual_v2", "eleven_turbo_v2", "eleven_turbo_v2_5", "eleven_flash_v2", "eleven_flash_v2_5", "eleven_monolingual_v1", "eleven_v3");
words!(CartesiaVoiceModel: "sonic-3.5", "sonic-3.5-2026-05-04", "sonic-3", "sonic-3-2026-01-12", "sonic-3-2025-10-27", "sonic-2", "sonic-2-2025-06-11", "sonic-english", "sonic-multilingual", "sonic-preview", "sonic");
words!(OpenAiVoiceModel: "tts-1", "tts-1-hd", "gpt-4o-mini-tts");
words!(DeepgramVoiceVoiceId: "asteria", "luna", "stella", "athena", "hera", "orion", "arcas", "perseus", "angus", "orpheus", "helios", "zeus", "thalia", "andromeda", "helena", "apollo", "aries", "amalthea", "atlas", "aurora", "callista", "cora", "cordelia", "delia", "draco", "electra", "harmonia", "hermes", "hyperion", "iris", "janus", "juno", "jupiter", "mars", "minerva", "neptune", "odysseus", "ophelia", "pandora", "phoebe", "pluto", "saturn", "selene", "theia", "vesta", "celeste", "estrella", "nestor", "sirio", "carina", "alvaro", "diana", "aquila", "selena", "javier", "viktoria", "kara", "fabian", "julius", "lara", "elara", "aurelia");
words!(DeepgramVoiceModel: "aura", "aura-2");
words!(PlayHtVoiceEmotion: "female_happy", "female_sad", "female_angry", "female_fearful", "female_disgust", "female_surprised", "male_happy", "male_sad", "male_angry", "male_fearful", "male_disgust", "male_surprised");
words!(PlayHtVoiceModel: "PlayHT2.0", "PlayHT2.0-turbo", "Play3.0-mini", "PlayDialog");
words!(RimeVoiceModel: "arcana", "mistv2", "mist");
