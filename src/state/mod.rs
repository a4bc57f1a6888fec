//! What the file says: its entries, and their configs with references and includes filled in.
//!
//! In: a document. Out: a [`load::StateFile`], and per entry the desired value, or everything that is wrong with it.

pub mod includes;
pub mod load;
pub mod resolve;
pub mod template;
