//! What `check` says of files: of good ones nothing, of wrong ones the right thing at the right place.

mod allow;
mod codes;
mod differential;
mod document;
mod environments;
mod file;
mod gallery;
mod good;
mod schema;
