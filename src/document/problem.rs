//! What is wrong with a text, by bytes; the document turns it into lines and columns.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::scalar::Tag;

/// One thing that is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
    /// Another byte whose line the message names.
    pub(super) first_at: Option<usize>,
}

impl Problem {
    pub(super) fn new(code: &'static str, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, range, message: message.into(), help: None, first_at: None }
    }

    pub(super) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }

    pub(super) fn also_at(mut self, at: usize) -> Self {
        self.first_at = Some(at);
        self
    }
}

impl From<ScanError> for Problem {
    fn from(error: ScanError) -> Self {
        let at = error.marker().byte_offset().unwrap_or(0);
        let problem = |code, message: &str| Problem::new(code, at..at, message);
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => {
                problem("yaml-too-deep", &format!("more than {} values inside each other", super::limits::MAX_DEPTH))
            }
            ErrorKind::UnknownAnchor => problem("yaml-syntax", "no anchor of this name comes before it"),
            kind => {
                let problem = problem("yaml-syntax", &format!("this is not YAML: {kind}"));
                match kind {
                    ErrorKind::TabNotAllowed
                    | ErrorKind::TabInBlockIndentation
                    | ErrorKind::TabAtBlockScalarStart
                    | ErrorKind::TabInIndentation
                    | ErrorKind::TabInPlainScalar => problem.help("indent with spaces, not with tabs"),
                    _ => problem,
                }
            }
        }
    }
}

/// The tag of a node, if it is one that says which JSON type a value has.
pub(super) fn tag_of(tag: Option<&granit_parser::Tag>, range: &Range<usize>) -> Result<Tag, Problem> {
    let Some(tag) = tag else { return Ok(Tag::None) };
    match tag.core_suffix() {
        Some("str") => Ok(Tag::Str),
        Some("null") => Ok(Tag::Null),
        Some("bool") => Ok(Tag::Bool),
        Some("int") => Ok(Tag::Int),
        Some("float") => Ok(Tag::Float),
        _ if tag.original() == "!" => Ok(Tag::Str),
        _ => Err(unknown_tag(tag, range)),
    }
}

/// Fails if a collection has another tag than its own, `map` or `seq`.
pub(super) fn check_collection_tag(
    tag: Option<&granit_parser::Tag>,
    own: &str,
    range: &Range<usize>,
) -> Result<(), Problem> {
    match tag {
        Some(tag) if tag.core_suffix() != Some(own) && tag.original() != "!" => Err(unknown_tag(tag, range)),
        _ => Ok(()),
    }
}

fn unknown_tag(tag: &granit_parser::Tag, range: &Range<usize>) -> Problem {
    let message = format!("the tag `{}` has no meaning here", tag.original());
    Problem::new("yaml-tag", range.clone(), message).help("write the value without a tag")
}
