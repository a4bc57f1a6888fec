//! Errors, warnings and notes: as text for people, as annotations of a GitHub workflow, as SARIF for code scanning. As JSON
//! they are part of every document of [`super::json`].

mod annotations;
mod sarif;
mod text;

pub use annotations::annotations;
pub use sarif::sarif;
pub use text::{folded, text};

#[cfg(test)]
mod tests;
