//! A Vapi to try and to test against. Shares no types with the rest of the crate.
