//! vapi-sync keeps a version-controlled YAML file and a Vapi organisation in step.

pub mod audit;
pub mod compare;
pub mod diagnostic;
pub mod document;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod kinds;
pub mod history;
pub mod identity;
pub mod live;
pub mod load;
pub mod merge;
pub mod model;
pub mod normalize;
pub mod recorded;
pub mod resolve;
pub mod template;
pub mod vapi;
