//! vapi-sync keeps a version-controlled YAML file and a Vapi organisation in step.
//!
//! Data flows one way. Each module knows one thing; [`merge`] alone decides what happens to a field, `apply::writer` alone
//! can write to Vapi, and a plan is made where no client is in reach.
//!
//! ```text
//!   state file ── document ── load ── resolve ──┐ desired
//!                                               │
//!   Vapi ── vapi::Reader ── live ───────────────┤ live ──── normalize ── compare ── identity
//!                                               │                           │
//!   git, audit log ── history ── recorded ──────┘ recorded ──────────────── merge
//!                                                                           │
//!                                                             render ──── plan
//!                                                                           │ Approved
//!                                                             report ──── apply ── record ── state file
//! ```

pub mod apply;
pub mod audit;
pub mod check;
pub mod cli;
pub mod commit;
pub mod compare;
pub mod diagnostic;
pub mod document;
pub mod earlier;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod history;
pub mod identity;
pub mod journal;
pub mod kinds;
pub mod live;
pub mod load;
pub mod merge;
pub mod model;
pub mod normalize;
pub mod plan;
pub mod record;
pub mod recorded;
pub mod render;
pub mod report;
pub mod resolve;
pub mod restore;
pub mod saved;
pub mod schema;
pub mod session;
pub mod template;
pub mod vapi;
pub mod workdir;
