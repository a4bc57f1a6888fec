//! Tables used by several kinds or fields.

pub(super) mod analysis;
pub(super) mod common;
pub(super) mod destination;
pub(super) mod extraction;
pub(super) mod hook;
pub(super) mod model;
pub(super) mod overrides;
pub(super) mod plans;
pub(super) mod server;
pub(super) mod tool;
pub(super) mod tool_more;
pub(super) mod tool_parts;
pub(super) mod transcriber;
pub(super) mod transcriber_more;
pub(super) mod voice;
pub(super) mod voice_more;
pub(super) mod voice_parts;
#[rustfmt::skip]
pub(super) mod words;
