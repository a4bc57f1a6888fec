//! Nothing is lost without a word: edits in between, saved plans, the way back, commits.

mod accepted;
mod commit;
mod edits;
mod files;
mod lists;
mod merged;
mod misspelt;
mod normal;
mod random_edits;
mod restore;
mod restore_file;
mod saved;
mod shown;
mod told;
