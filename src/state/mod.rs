//! The desired state: the entries of the file, with references, includes and variables resolved.
//!
//! In: a document. Out: [`resolve::Desired`], or all errors in the file.

mod across;
mod entries;
pub mod environments;
pub mod ids;
mod ignore;
pub mod includes;
pub mod load;
pub mod manage;
pub mod once;
pub mod resolve;
pub mod spelled;
pub mod template;
