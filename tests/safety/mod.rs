//! Nothing is lost without a word: edits in between, saved plans, the way back, commits.

mod commit;
mod edits;
mod files;
mod lists;
mod restore;
mod saved;
mod told;
