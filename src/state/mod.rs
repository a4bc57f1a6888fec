//! What the file says: its entries, and their configs with references and includes filled in.
//!
//! In: a document. Out: [`resolve::Desired`]: the entries of the file and what they say, or everything that is wrong with it.

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
pub mod template;
