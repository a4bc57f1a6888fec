//! YAML as text: parse with places, edit. Knows nothing of Vapi.
