//! vapi-sync keeps a version-controlled YAML file and a Vapi organisation in step.

pub mod compare;
pub mod diagnostic;
pub mod document;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod identity;
pub mod kinds;
pub mod live;
pub mod load;
pub mod merge;
pub mod model;
pub mod normalize;
pub mod plan;
pub mod recorded;
pub mod render;
pub mod report;
pub mod resolve;
pub mod template;
pub mod vapi;
