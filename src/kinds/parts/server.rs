//! Servers that Vapi calls.

use crate::kinds::table::Shape::Map;
use crate::kinds::table::{Shape, TEXT, field, flag, list, number, object, table, text, texts, words};

table! { SERVER: "Server", "A server of yours, and how Vapi calls it.", at "server-url", with SERVER_COMMON;
    text("secret", "Sent in the header `x-vapi-secret`. Take it from a variable: `${env:…}`.")
        .secret().see("server-url/server-authentication"),
}

table! { MAIN_SERVER: "MainServer", "Your server, which gets the messages of a call.",
    at "server-url", with SERVER_COMMON;
    text("secret", "Sent in the header `x-vapi-secret`, from a variable: `${env:…}`. Vapi does not show it again.")
        .hidden(Some("isServerUrlSecretSet")).see("server-url/server-authentication"),
}

table! { SERVER_COMMON, at "server-url";
    number("timeoutSeconds", "How long Vapi waits for a response, in seconds.").within(1.0, 300.0),
    text("credentialId", "Id of the credential that signs requests.").see("server-url/server-authentication"),
    flag("staticIpAddressesEnabled", "Send requests from fixed IP addresses.")
        .see("security-and-privacy/static-ip-addresses"),
    texts("encryptedPaths", "Paths of the values in the request that are encrypted.").see("tools/encryption"),
    text("url", "Address of your server, with https."),
    field("headers", Map(&TEXT), "HTTP headers. Take credentials from a variable: `${env:…}`.").secret(),
    object("backoffPlan", &BACKOFF, "When a failed request is retried."),
}

table! { BACKOFF: "Backoff", "When a failed request is retried.", at "server-url";
    number("maxRetries", "How often to retry.").within(0.0, 10.0).must(),
    number("baseDelaySeconds", "Delay between tries, in seconds.").within(0.0, 10.0).must(),
    list("excludedStatusCodes", &Shape::Any, "Status codes that are not retried."),
    words("type", &["fixed", "exponential"], "Whether the delay is constant or doubles.").must(),
}
