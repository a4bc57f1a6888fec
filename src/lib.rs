//! vapi-sync keeps a version-controlled YAML file and a Vapi organisation in step.
//!
//! Data flows one way, and each room knows one thing. `plan::judge` alone decides what happens to a field, `apply::writer`
//! alone can write to Vapi, and a plan is made where no client is in reach.
//!
//! ```text
//!   cli: a command, from its arguments to its exit code
//!    │
//!    │    state file ── document ── state ──┐ desired     check: what can be said without Vapi
//!    │                                      │
//!    ├──  Vapi ── vapi ── values ───────────┤ live        recovery: did an earlier run make it?
//!    │                                      │                 │
//!    │    git, audit log ── history ────────┤ recorded        │
//!    │                                      └── plan ─────────┤
//!    │                                            │           │
//!    └─────────────────────────────────────────  render     apply ── writeback ──┬── files: the state file, its includes
//!                                                                                └── audit: the log
//!
//!   github: what a workflow tells GitHub, through its REST API: comments, commits, pull requests, issues
//!   model: the words that all of them speak      kinds: what is true of Vapi's objects and their fields
//!   emulator: a Vapi to try and to test against; shares nothing with the rest
//! ```

pub mod apply;
pub mod audit;
pub mod check;
pub mod cli;
pub mod document;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod files;
pub mod github;
pub mod history;
pub mod kinds;
pub mod model;
pub mod plan;
pub mod recovery;
pub mod render;
pub mod state;
pub mod values;
pub mod vapi;
pub mod writeback;
