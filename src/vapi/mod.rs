//! The way to Vapi: reading, retry, pacing.
