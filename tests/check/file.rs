//! A state file in a test, checked.

use std::path::Path;

use vapi_sync::check::{Options, check};
use vapi_sync::document::Document;
use vapi_sync::model::diagnostic::{Diagnostics, attach_snippets};
use vapi_sync::state::environments::Whose;
use vapi_sync::state::includes::Includes;
use vapi_sync::state::resolve::Desired;

/// All that is said of a file: by the parser, by the loader, or by `check`. `includes` is the folder beside it.
pub fn findings(name: &str, text: &str, includes: &Path, options: Options) -> Diagnostics {
    findings_for(&Whose::Only, name, text, includes, options)
}

/// The same for an environment.
pub fn findings_for(whose: &Whose, name: &str, text: &str, includes: &Path, options: Options) -> Diagnostics {
    let document = match Document::parse(name, text) {
        Ok(document) => document,
        Err(errors) => return errors,
    };
    let includes = Includes::new(includes);
    let mut found = match Desired::of(&document, whose, &includes, &env) {
        Ok(desired) => check(&desired, &includes, &env, &options).all(),
        Err(errors) => errors,
    };
    attach_snippets(&mut found, |place| (*place.file == *name).then(|| document.line_text(place.line)));
    found
}

/// The environment of tests: every variable that begins with `SET_`.
fn env(name: &str) -> Option<String> {
    name.starts_with("SET_").then(|| "value of a variable".to_owned())
}
