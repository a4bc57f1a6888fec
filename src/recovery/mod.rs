//! May this object be one that we made already? The only room that asks.

pub mod earlier;
