//! GitHub, where a workflow runs `vapi-sync … --github`: its REST API, never git and never `gh`.
//!
//! In: texts that `render` made, digests of what will be sent. Out: a comment, an issue, a commit, a pull request, each found again by
//! a hidden marker in it and by who wrote it.
//!
//! ```text
//! environment, event ── place ── client ─┬─ comment   what a pull request would do
//!                                        ├─ review    what merged pull requests have shown (seal)
//!                                        ├─ agreed    the commit at which the file and Vapi agreed
//!                                        ├─ refs      a commit on a branch ── proposal   as a pull request
//!                                        └─ issue     one, while Vapi is not as the file says
//! ```

mod agreed;
mod client;
pub mod comment;
mod event;
pub mod issue;
pub mod place;
pub mod proposal;
pub mod refs;
pub mod review;
pub mod seal;

pub use client::{Client, Problem};
pub use event::{Event, PullRequest};
pub use place::Place;

/// The line by which a text is found again: hidden, and different for each `about`.
pub fn marker(about: &str) -> String {
    // Whatever is in it, it ends no comment.
    let safe = |c: char| c.is_alphanumeric() || "._-/=*, ".contains(c);
    let about: String =
        about.chars().map(|c| if safe(c) { c.to_string() } else { format!("%{:X}", u32::from(c)) }).collect();
    format!("<!-- vapi-sync {about} -->")
}
