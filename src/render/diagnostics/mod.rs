//! Errors, warnings and notes as text for people, as annotations of a GitHub workflow, and as SARIF for code scanning. In
//! JSON they are a part of every document of [`super::json`].

mod annotations;
mod sarif;
mod text;

pub use annotations::annotations;
pub use sarif::sarif;
pub use text::{folded, text};

#[cfg(test)]
mod tests;
