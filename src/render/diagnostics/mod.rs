//! Errors, warnings and notes: as text for people, as annotations of a GitHub workflow, as SARIF for code scanning. As JSON
//! they are part of every document of [`super::json`].

mod text;

pub use text::text;
