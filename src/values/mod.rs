//! What Vapi holds, the one normal form of all values, and how two of them differ.

pub mod base;
pub mod compare;
pub mod live;
pub mod logged;
pub mod merge;
pub mod normalize;
pub mod page;
pub mod shown;
