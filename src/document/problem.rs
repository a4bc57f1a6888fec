//! Problems by byte offset; the document converts them to lines and columns.

use std::ops::Range;

use granit_parser::{ErrorKind, ScanError};

use super::scalar::Tag;

/// One problem.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
    /// Another offset whose line the message names.
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
            ErrorKind::RecursionLimitExceeded => problem(
                "yaml-too-deep",
                &format!("values are nested more than {} levels deep", super::limits::MAX_DEPTH),
            ),
            ErrorKind::UnknownAnchor => problem("yaml-syntax", "no anchor above has this name"),
            kind => {
                let problem = problem("yaml-syntax", &format!("not valid YAML: {kind}"));
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

/// The tag of a node, if it names a JSON type.
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

/// Fails if a collection has a tag other than `map` or `seq`.
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
    let message = format!("the tag `{}` is not supported", tag.original());
    Problem::new("yaml-tag", range.clone(), message).help("remove the tag")
}
