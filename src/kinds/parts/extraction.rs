//! The models of structured outputs, by provider.

use super::model::{CHAT_MESSAGE, THINKING};
use super::words::{ANTHROPIC_BEDROCK_MODEL_MODEL, ANTHROPIC_MODEL_MODEL, GOOGLE_MODEL_MODEL, OPEN_AI_MODEL_MODEL};
use crate::kinds::table::Shape::{Map, Object};
use crate::kinds::table::{TEXT, field, list, number, object, table, text, union, words};

union! { EXTRACTION_MODEL: "ExtractionModel", "The model that extracts data from a call.",
    at "assistants/structured-outputs",
    by text("provider", "The provider of the model. It says which other fields there are.");
    "openai" = OPEN_AI_EXTRACTION, "Models of OpenAI.";
    "anthropic" = ANTHROPIC_EXTRACTION, "Models of Anthropic.";
    "anthropic-bedrock" = BEDROCK_EXTRACTION, "Models of Anthropic at AWS Bedrock.";
    "google" = GOOGLE_EXTRACTION, "Models of Google.";
    "custom-llm" = CUSTOM_EXTRACTION, "A model of your own, behind an OpenAI-compatible address.";
}

table! { EXTRACTION_COMMON, at "assistants/structured-outputs";
    list("messages", &Object(&CHAT_MESSAGE), "The prompt. Without it, Vapi has its own."),
    number("temperature", "How much answers vary; 0 varies least.").within(0.0, 2.0),
    number("maxTokens", "Limit of tokens per answer.").within(50.0, 10000.0),
}

table! { OPEN_AI_EXTRACTION, at "assistants/structured-outputs", with EXTRACTION_COMMON;
    words("model", OPEN_AI_MODEL_MODEL, "The model, by its provider's name for it.").or_new().longest(100).must(),
}

table! { ANTHROPIC_EXTRACTION, at "assistants/structured-outputs", with EXTRACTION_COMMON;
    words("model", ANTHROPIC_MODEL_MODEL, "The model, by its provider's name for it.").or_new().longest(100).must(),
    object("thinking", &THINKING, "Extended thinking before an answer."),
}

table! { BEDROCK_EXTRACTION, at "assistants/structured-outputs", with EXTRACTION_COMMON;
    words("model", ANTHROPIC_BEDROCK_MODEL_MODEL, "The model, by its provider's name for it.")
        .or_new().longest(100).must(),
    object("thinking", &THINKING, "Extended thinking before an answer."),
}

table! { GOOGLE_EXTRACTION, at "assistants/structured-outputs", with EXTRACTION_COMMON;
    words("model", GOOGLE_MODEL_MODEL, "The model, by its provider's name for it.").or_new().longest(100).must(),
}

table! { CUSTOM_EXTRACTION, at "assistants/structured-outputs", with EXTRACTION_COMMON;
    words("metadataSendMode", &["off", "variable", "destructured"],
        "How `metadata` and variables are sent to your model."),
    text("url", "Address of your model, with https.").must(),
    field("headers", Map(&TEXT), "HTTP headers. Take credentials from a variable: `${env:…}`.").secret(),
    number("timeoutSeconds", "How long Vapi waits for the model, in seconds.").within(20.0, 600.0),
    text("model", "The model, by its provider's name for it.").longest(100).must(),
}
