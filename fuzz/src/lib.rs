//! What is fuzzed. `tests/fuzz/` of the program runs the same drivers for a moment on stable Rust.

pub mod drivers;
