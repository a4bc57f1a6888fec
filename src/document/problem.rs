//! Problems by byte offset; the document converts them to lines and columns.

use std::ops::Range;

use super::scalar::Tag;

/// One problem.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) range: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
    /// Another offset whose line the message names.
    pub(super) first_at: Option<usize>,
}

impl Problem {
    pub(super) fn new(code: &'static str, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, range, message: message.into(), help: None, first_at: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn also_at(mut self, at: usize) -> Self {
        self.first_at = Some(at);
        self
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
    let message = format!("`{}` is a YAML tag that vapi-sync does not know", tag.original());
    let help = match tag.original().contains("file") || tag.original().contains("include") {
        true => "to include a text file, write `${file:PATH}`",
        false => "remove it; for a text that starts with `!`, put the text in quotes: \"…\"",
    };
    Problem::new("yaml-tag", range.clone(), message).help(help)
}
