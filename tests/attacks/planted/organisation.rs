//! A file of all kinds with secrets wherever one can stand, and objects that were made in the dashboard.

use serde_json::{Value, json};
use vapi_sync::emulator::Collection;

/// A number that decides everything about a case.
pub struct Seed(pub u64);

impl Seed {
    pub fn next(&mut self, below: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % below as u64).expect("small")
    }

    pub fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.next(of.len())]
    }

    /// A secret that looks another way in each form, and that no prose holds.
    pub fn secret(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
        const MARKS: &[u8] = b"&/+=<\"'%";
        let letters = (0..length).map(|at| if at % 5 == 4 { MARKS } else { LETTERS });
        letters.map(|letters| char::from(letters[self.next(letters.len())])).collect()
    }
}

pub const VARIABLES: [&str; 19] = [
    "HEADER", "HOOK", "DOOR", "TOOL", "TWILIO", "MOVED", "GONE", "LISTED", "ROTATED", "QUERY", "API", "CODE", "MCP",
    "SCHEMA", "OVER", "INLINE", "INSIDE", "PHRASE", "ELEMENT",
];

/// Those of a place in which Vapi takes secrets. The first value of a variable is the one that is sent to an emulator.
pub const IN_SECRET_PLACES: [&str; 7] = ["HOOK", "TOOL", "TWILIO", "API", "CODE", "MCP", "INLINE"];

/// The file: all kinds, and secrets wherever one can stand.
pub fn state(seed: &mut Seed) -> String {
    let door = seed.pick(&["say ${env:DOOR}.", "${env:DOOR}", "The door opens with ${env:DOOR}, twice ${env:DOOR}"]);
    let element = seed.pick(&["${env:ELEMENT}", "code ${env:ELEMENT}."]);
    let server = seed.pick(&["secret: '${env:HOOK}', headers", "headers"]);
    let listed = seed.pick(&["You know ${env:LISTED} by heart.", "First ${env:LISTED}\\nthen that."]);
    format!(
        "version: 1
vars: {{backend: 'https://x.example', token: '${{env:TOOL}}'}}
structured_outputs:
  booking:
    config: {{name: Booking, schema: {{type: object, properties: {{slot: {{type: string, description: 'not ${{env:SCHEMA}}'}}}}}}}}
tools:
  ask:
    config:
      type: apiRequest
      name: ask
      method: GET
      url: 'https://x.example/ask?city=Rome&api_key=${{env:QUERY}}'
      headers: {{type: object, properties: {{X-Any: {{type: string, value: '${{env:API}}'}}}}}}
  code:
    config: {{type: code, code: return env.PLAIN;, function: {{name: code}}, environmentVariables: [{{name: PLAIN, value: '${{env:CODE}}'}}]}}
  look_up:
    config: {{type: function, function: {{name: look_up}}, server: {{url: '${{var:backend}}', secret: '${{var:token}}', headers: {{x-key: '${{env:ROTATED}}'}}}}}}
  mcp:
    config: {{type: mcp, function: {{name: mcp}}, server: {{url: 'https://mcp.example/${{env:MCP}}'}}}}
agents:
  one:
    config:
      name: One
      firstMessage: '{door}'
      voicemailMessage: 'call back ${{env:MOVED}}'
      endCallPhrases: [bye, '${{env:PHRASE}}', '{element}']
      server: {{url: 'https://example.com', {server}: {{Authorization: 'Bearer ${{env:HEADER}}'}}}}
      model:
        provider: openai
        model: gpt-4.1
        messages:
          - {{role: system, content: \"{listed}\"}}
        toolIds: ['${{tool:ask}}', '${{tool:look_up}}']
  two:
    config: {{name: Two, endCallMessage: 'bye ${{env:GONE}}'}}
squads:
  team:
    config:
      name: Team
      members:
        - assistantId: ${{agent:one}}
          assistantOverrides: {{firstMessage: 'over ${{env:OVER}}'}}
        - assistant: {{name: Inside, firstMessage: 'inside ${{env:INSIDE}}', server: {{url: 'https://x.example', headers: {{x: '${{env:INLINE}}'}}}}}}
phone_numbers:
  main:
    config:
      provider: twilio
      number: '+14155550100'
      twilioAccountSid: AC00000000000000000000000000000000
      twilioAuthToken: '${{env:TWILIO}}'
      assistantId: ${{agent:one}}
"
    )
}

/// What was made in the dashboard: `SECRET` stands for one that no variable has, `SHAPED` for one that looks like a key.
fn dashboard() -> Vec<(Collection, Value)> {
    let server = json!({"url": "https://x.example", "headers": {"x-any": "SECRET", "X-Api-Key": "SECRET", "X_Api_Key": "SECRET"}});
    let plain = json!([{"name": "PLAIN", "value": "SECRET"}]);
    let headers = json!({"type": "object", "properties": {"X-Any": {"type": "string", "value": "SECRET"}}});
    let model = |more: Value| {
        let mut model = json!({"provider": "openai", "model": "gpt-4.1"});
        model.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        model
    };
    let says = |text: &str| model(json!({"messages": [{"role": "system", "content": text}]}));
    let code = json!({"type": "code", "name": "code", "code": "return 1;", "environmentVariables": plain});
    let ask =
        json!({"type": "apiRequest", "name": "ask", "method": "GET", "url": "https://x.example", "headers": headers});
    let function = |name: &str| json!({"type": "function", "function": {"name": name}, "server": server});
    let mut made_there = function("made_there");
    made_there["parameters"] = json!([{"key": "api_key", "value": "SECRET"}]);
    let inside = json!({
        "name": "In it", "server": server, "firstMessage": "use SHAPED", "model": model(json!({"tools": [function("t")]})),
    });
    vec![
        (
            Collection::Assistant,
            json!({"name": "Tools", "model": model(json!({"tools": [code, ask]})), "metadata": {"server": {"headers": {"x": "SECRET"}}}}),
        ),
        (
            Collection::Assistant,
            json!({
                "name": "Dashboard", "server": server, "credentials": [{"provider": "openai", "apiKey": "SECRET"}],
                "model": says("use SHAPED here, or https://u:ADDRESS@x.example/"),
            }),
        ),
        (Collection::Tool, made_there),
        (Collection::Squad, json!({"name": "Made there", "members": [{"assistant": inside}]})),
        (
            Collection::StructuredOutput,
            json!({
                "name": "Made there", "type": "ai", "schema": {"type": "string", "description": "like SHAPED"},
                "model": says("never SHAPED"),
            }),
        ),
        (
            Collection::PhoneNumber,
            json!({
                "name": "Made there", "provider": "vapi", "sipUri": "sip:a@sip.vapi.ai", "server": server,
                "authentication": {"realm": "r", "username": "u", "password": "SECRET"},
            }),
        ),
    ]
}

/// What was made in the dashboard, and the secrets in it.
pub fn made_there(mut secret: impl FnMut() -> String) -> (Vec<(Collection, Value)>, Vec<String>) {
    let mut letters = || secret().replace(|c: char| !c.is_alphanumeric(), "");
    let (shaped, address) = (format!("sk-proj-4f9aK2mQ81xZ7Lw0{}", letters()), letters());
    let mut secrets = vec![shaped.clone(), address.clone()];
    let mut objects = dashboard();
    for (_, object) in &mut objects {
        fill(object, &mut |text| match text {
            "SECRET" => {
                let secret = secret();
                secrets.push(secret.clone());
                secret
            }
            text => text.replace("SHAPED", &shaped).replace("ADDRESS", &address),
        });
    }
    (objects, secrets)
}

/// Replaces every text in a value.
fn fill(value: &mut Value, by: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = by(text),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, by)),
        Value::Object(map) => map.values_mut().for_each(|item| fill(item, by)),
        _ => {}
    }
}
