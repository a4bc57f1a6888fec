//! The model of an agent, by provider.

use super::common::{tool_key, tool_ref_key};
use super::server::SERVER;
use super::tool::TOOL;
use super::words::{
    ANTHROPIC_BEDROCK_MODEL_MODEL, ANTHROPIC_MODEL_MODEL, GOOGLE_MODEL_MODEL, GROQ_MODEL_MODEL, OPEN_AI_MODEL_MODEL,
    OPEN_AI_MODEL_TOOL_STRICT_COMPATIBILITY_MODE, XAI_MODEL_MODEL,
};
use crate::kinds::table::Literal::Number;
use crate::kinds::table::Rewrite::{Trimmed, Unpinned};
use crate::kinds::table::Shape::{Map, Object, OneOf};
use crate::kinds::table::{TEXT, field, flag, list, mapping, number, object, open, table, text, texts, union, words};

union! { MODEL: "Model", "The language model of the agent.", at "providers/model/overview",
    by text("provider", "The provider of the model. It says which other fields there are.");
    "openai" = OPEN_AI_MODEL, "Models of OpenAI.";
    "anthropic" = ANTHROPIC_MODEL, "Models of Anthropic.";
    "google" = GOOGLE_MODEL, "Models of Google.";
    "custom-llm" = CUSTOM_LLM, "A model of your own, behind an OpenAI-compatible address.";
    "groq" = GROQ_MODEL, "Models at Groq.";
    "xai" = XAI_MODEL, "Models of xAI.";
    "deep-seek" = DEEP_SEEK_MODEL, "Models of DeepSeek.";
    "cerebras" = CEREBRAS_MODEL, "Models at Cerebras.";
    "inflection-ai" = INFLECTION_MODEL, "Models of Inflection.";
    "minimax" = MINIMAX_MODEL, "Models of MiniMax.";
    "openrouter" = NAMED_MODEL, "Models at OpenRouter.";
    "together-ai" = NAMED_MODEL, "Models at Together AI.";
    "perplexity-ai" = NAMED_MODEL, "Models of Perplexity.";
    "anyscale" = NAMED_MODEL, "Models at Anyscale.";
    "deepinfra" = NAMED_MODEL, "Models at DeepInfra.";
    "anthropic-bedrock" = BEDROCK_MODEL, "Models of Anthropic at AWS Bedrock.";
    "vapi" = VAPI_MODEL, "A workflow of Vapi in place of a model.";
}

table! { MODEL_COMMON, at "providers/model/overview";
    list("messages", &Object(&CHAT_MESSAGE),
        "The messages that the conversation starts with. The one with `role: system` is the prompt.")
        .see("prompting-guide"),
    list("tools", &OneOf(&TOOL), "Tools that belong to this agent alone.").keyed(tool_key),
    texts("toolIds", "Tools of the organisation that the model may call: `${tool:handle}`.")
        .as_set().refers_to("tools").see("tools").rewritten(Unpinned("toolRefs")),
    list("toolRefs", &Object(&TOOL_REF), "Tools of the organisation, each pinned to a version.").keyed(tool_ref_key),
    object("knowledgeBase", &KNOWLEDGE_SERVER, "Where the model looks up answers."),
    number("temperature", "How much answers vary; 0 varies least. Low values suit voice calls.").within(0.0, 2.0),
    flag("emotionRecognitionEnabled", "Tell the model the caller's emotion, as detected in the voice."),
    number("numFastTurns", "For how many first turns a faster, cheaper model of the same provider answers.").from(0.0),
    text("knowledgeBaseId", "Id of a knowledge base. Deprecated: use a tool of type `query`.").old(),
    text("systemPrompt", "The prompt. Deprecated: use `messages`.").old().rewritten(Trimmed),
}

table! { ANSWER_LENGTH;
    number("maxTokens", "Limit of tokens per answer. A low limit cuts tool calls short.")
        .within(50.0, 10000.0).by_default(Number(250.0)),
}

table! { OPEN_AI_MODEL, at "providers/model/openai", with MODEL_COMMON ANSWER_LENGTH;
    words("model", OPEN_AI_MODEL_MODEL, "The model, by its provider's name for it.").or_new().must(),
    list("fallbackModels", &const { open(OPEN_AI_MODEL_MODEL) }, "Models to try, in order, when the first one fails."),
    words("toolStrictCompatibilityMode", OPEN_AI_MODEL_TOOL_STRICT_COMPATIBILITY_MODE,
        "How to treat validation rules of tools that strict mode does not support.").or_new(),
    words("promptCacheRetention", &["in_memory", "24h"], "How long the provider caches the prompt.").or_new(),
    text("promptCacheKey", "Requests with the same key share a cached prompt.").longest(64),
    words("reasoningEffort", &["minimal", "none", "low", "medium", "high", "xhigh"],
        "How long a reasoning model thinks. The caller waits for it.").or_new(),
}

table! { ANTHROPIC_MODEL, at "providers/model/anthropic", with MODEL_COMMON ANSWER_LENGTH;
    words("model", ANTHROPIC_MODEL_MODEL, "The model, by its provider's name for it.").or_new().must(),
    object("thinking", &THINKING, "Extended thinking before an answer."),
}

table! { GOOGLE_MODEL, at "providers/model/gemini", with MODEL_COMMON ANSWER_LENGTH;
    words("model", GOOGLE_MODEL_MODEL, "The model, by its provider's name for it.").or_new().must(),
    object("realtimeConfig", &REALTIME_CONFIG, "Settings of Google's live models."),
}

table! { CUSTOM_LLM, at "customization/custom-llm/using-your-server", with MODEL_COMMON ANSWER_LENGTH;
    words("metadataSendMode", &["off", "variable", "destructured"],
        "How `metadata` and variables are sent to your model."),
    field("headers", Map(&TEXT), "HTTP headers. Take credentials from a variable: `${env:…}`."),
    text("url", "Address of your model, with https.").must(),
    flag("wordLevelConfidenceEnabled", "Send the transcriber's confidence for each word."),
    number("timeoutSeconds", "How long Vapi waits for the model, in seconds.").within(0.0, 300.0),
    text("model", "The model, by its provider's name for it.").must(),
}

table! { GROQ_MODEL, at "providers/model/groq", with MODEL_COMMON ANSWER_LENGTH;
    words("model", GROQ_MODEL_MODEL, "The model, by its provider's name for it.").or_new().must(),
}

table! { XAI_MODEL, at "providers/model/xai", with MODEL_COMMON ANSWER_LENGTH;
    words("model", XAI_MODEL_MODEL, "The model, by its provider's name for it.").or_new().must(),
}

table! { DEEP_SEEK_MODEL, at "providers/model/deepseek", with MODEL_COMMON ANSWER_LENGTH;
    words("model", &["deepseek-chat", "deepseek-reasoner"], "The model, by its provider's name for it.")
        .or_new().must(),
}

table! { CEREBRAS_MODEL, at "providers/model/cerebras", with MODEL_COMMON ANSWER_LENGTH;
    words("model", &["llama3.1-8b", "llama-3.3-70b"], "The model, by its provider's name for it.").or_new().must(),
}

table! { INFLECTION_MODEL, at "providers/model/inflection-ai", with MODEL_COMMON ANSWER_LENGTH;
    words("model", &["inflection_3_pi"], "The model, by its provider's name for it.").or_new().must(),
}

table! { MINIMAX_MODEL, at "providers/model/minimax", with MODEL_COMMON ANSWER_LENGTH;
    words("model", &["MiniMax-M2.7"], "The model, by its provider's name for it.").or_new().must(),
}

table! { NAMED_MODEL, at "providers/model/overview", with MODEL_COMMON ANSWER_LENGTH;
    text("model", "The model, by its provider's name for it.").must(),
}

table! { BEDROCK_MODEL, at "providers/model/anthropic-bedrock", with MODEL_COMMON ANSWER_LENGTH;
    words("model", ANTHROPIC_BEDROCK_MODEL_MODEL, "The model, by its provider's name for it.").or_new().must(),
    object("thinking", &THINKING, "Extended thinking before an answer."),
}

table! { VAPI_MODEL, at "providers/model/overview", with MODEL_COMMON;
    text("model", "The model, by its provider's name for it."),
    words("version", &["latest", "1"], "Version of the model.").or_new(),
    text("workflowId", "Id of a workflow."),
    mapping("workflow", "A workflow, in full."),
}

table! { THINKING: "Thinking", "Extended thinking.", at "providers/model/anthropic";
    words("type", &["enabled"], "Whether it is on.").must(),
    number("budgetTokens", "Limit of tokens for thinking; less than `maxTokens`.").within(1024.0, 100000.0).must(),
}

table! { CHAT_MESSAGE: "ChatMessage", "A message at the start of the conversation.", at "prompting-guide";
    text("content", "The text. A variable such as `{{name}}` is filled in during the call.").rewritten(Trimmed),
    words("role", &["assistant", "function", "user", "system", "tool"], "The author of the message.").must(),
}

table! { TOOL_REF: "ToolRef",
    "A tool of the organisation at a fixed version.", at "assistants/versioning/versioning-tools";
    text("toolId", "A tool of the organisation: `${tool:handle}`.").refers_to("tools").must(),
    text("version", "The version, such as `v3`.").must(),
}

table! { REALTIME_CONFIG: "RealtimeConfig", "Settings of Google's live models.", at "providers/model/gemini";
    number("topP", "Sample from the likeliest tokens that add up to this probability."),
    number("topK", "Sample from this many of the likeliest tokens."),
    number("presencePenalty", "Above 0, prefer words that were not used yet."),
    number("frequencyPenalty", "Above 0, avoid words that were used often."),
    mapping("speechConfig", "How the live model speaks."),
}

table! { KNOWLEDGE_SERVER: "KnowledgeServer",
    "A server that answers the model's questions.", at "knowledge-base/custom-knowledge-base";
    object("server", &SERVER, "Your server that answers.").must(),
    words("provider", &["custom-knowledge-base"], "Always your own server: `custom-knowledge-base`.").must(),
}
