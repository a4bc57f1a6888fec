//! What the file says: its entries, and their configs with references and includes filled in.
//!
//! In: a document. Out: [`resolve::Desired`]: the entries of the file and what they say, or everything that is wrong with it.

pub mod ids;
pub mod includes;
pub mod load;
pub mod resolve;
pub mod template;
