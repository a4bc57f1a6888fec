//! Builds the tree from parser events and checks it on the way.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, options};

use super::limits::{Extent, MAX_ALIASED, MAX_DEPTH};
use super::pairs;
use super::problem::{Problem, check_collection_tag, tag_of};
use super::scalar::{self, Tag};
use super::scan;
use super::syntax;
use super::tree::{Anchor, Kind, NodeId, Raw, Style, Tree};
use crate::model::shared;

/// Parses `text` into a tree, or returns all problems.
pub(super) fn build(text: &str) -> Result<Tree, Vec<Problem>> {
    let options = options! {
        emit_anchor_events: true,
        // Like libyaml, PyYAML and Psych: do not add a line end that is not written.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
        // Long runs of commented-out entries are common; the text is in memory anyway.
        max_buffered_comment_events: usize::MAX,
    };
    let mut builder = Builder::new(text);
    for event in Parser::new_from_str_with_options(text, options) {
        match event.map_err(|error| syntax::problem(&error, text)) {
            Ok((event, span)) => {
                if let Err(problem) = builder.event(event, span) {
                    builder.problems.push(problem);
                    break;
                }
            }
            Err(problem) => {
                builder.problems.push(problem);
                break;
            }
        }
    }
    builder.finish()
}

/// A collection that is not closed yet.
struct Frame {
    node: NodeId,
    map: bool,
    /// Where its children start in [`Builder::children`].
    base: usize,
    extent: Extent,
    /// The parser's number of its anchor, 0 for none.
    anchor: usize,
}

struct Builder<'t> {
    text: &'t str,
    tree: Tree,
    frames: Vec<Frame>,
    /// The children of all open collections; those of the innermost one last.
    children: Vec<NodeId>,
    /// By the parser's anchor number: index into `tree.anchors`, and the extent once complete.
    anchors: HashMap<usize, (usize, Option<Extent>)>,
    /// Total size of all aliases expanded so far.
    aliased: Extent,
    /// End of the last token that is not a gap.
    cursor: usize,
    documents: usize,
    problems: Vec<Problem>,
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            tree: Tree::default(),
            frames: Vec::new(),
            children: Vec::new(),
            anchors: HashMap::new(),
            aliased: Extent::default(),
            cursor: 0,
            documents: 0,
            problems: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), Problem> {
        let range = span.byte_range().unwrap_or(self.cursor..self.cursor);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Problem::new("yaml-documents", range, "a second YAML document starts here")
                        .help("delete the line `---` or `...`, or move what follows to a file of its own"));
                }
                self.cursor = range.end;
            }
            Event::Comment(..) => self.tree.comments.push((range.start as u32, range.end as u32)),
            Event::Anchor(..) => self.cursor = self.cursor.max(range.end),
            Event::Scalar(value, style, anchor, tag) => {
                self.step_in();
                let tagged = tag_range(&span);
                let tag = tag_of(tag.as_deref(), tagged.as_ref().unwrap_or(&range))?;
                let tag_end = tagged.as_ref().map_or(0, |tag| tag.end);
                let range = match style {
                    ScalarStyle::Literal | ScalarStyle::Folded => {
                        scan::block_range(self.text, self.cursor, range, value.ends_with(' '))
                    }
                    // The parser puts an absent value before its colon and its tag.
                    _ if range.is_empty() => {
                        let at = self.cursor.max(range.start).max(tag_end);
                        at..at
                    }
                    _ => range,
                };
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::SingleQuoted => Style::Single,
                    ScalarStyle::DoubleQuoted => Style::Double,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                };
                let value = if range.is_empty() { "" } else { value.as_ref() };
                self.scalar(value, style, tag, range, (anchor, tagged.is_some()));
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.step_in();
                check_collection_tag(tag.as_deref(), "seq", tag_range(&span).as_ref().unwrap_or(&range))?;
                self.collection(false, style, range, (anchor, tag.is_some()))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                self.step_in();
                check_collection_tag(tag.as_deref(), "map", tag_range(&span).as_ref().unwrap_or(&range))?;
                self.collection(true, style, range, (anchor, tag.is_some()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Alias(anchor) => {
                self.step_in();
                self.alias(anchor, range)?;
            }
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd | Event::UnresolvedAlias(_) => {}
            // The enum may grow; skipping an unknown event could shift every later node.
            _ => return Err(Problem::new("yaml-syntax", range, "this YAML is not supported")),
        }
        Ok(())
    }

    /// Skips the `-` or `:` before the next node.
    fn step_in(&mut self) {
        let Some(frame) = self.frames.last() else { return };
        let indicator = match self.tree.raw(frame.node).kind {
            Kind::List { flow: false, .. } => scan::find(self.text, self.cursor, b"-"),
            Kind::Map { .. } if !self.at_key() => scan::colon(self.text, self.cursor),
            _ => None,
        };
        if let Some(at) = indicator {
            self.cursor = at + 1;
        }
    }

    fn scalar(&mut self, value: &str, style: Style, tag: Tag, range: Range<usize>, (anchor, tagged): (usize, bool)) {
        let written = match style {
            Style::Plain => self.text.get(range.clone()),
            Style::Single | Style::Double => self.text.get(range.start + 1..range.end.saturating_sub(1)),
            Style::Literal | Style::Folded => None,
        };
        let decoded = (written != Some(value)).then(|| {
            self.tree.decoded.push(shared(value));
            self.tree.decoded.len() as u32 - 1
        });
        if !self.at_key()
            && let Err(reason) = scalar::meaning(value, style == Style::Plain, tag)
        {
            let problem = Problem::new(
                "yaml-not-json",
                range.clone(),
                format!("this cannot be sent to Vapi as a number: {reason}"),
            );
            self.problems.push(problem.help("if you mean text, put it in quotes: \"…\""));
        }
        let id = self.node(Kind::Scalar { style, tag, decoded }, range.clone(), tagged);
        let extent = Extent { nodes: 1, bytes: value.len() as u64, height: 1 };
        self.anchor(anchor, id, Some(extent));
        self.grow(extent);
        self.cursor = self.cursor.max(range.end);
    }

    fn collection(
        &mut self,
        map: bool,
        style: StructureStyle,
        range: Range<usize>,
        (anchor, tagged): (usize, bool),
    ) -> Result<(), Problem> {
        let flow = style == StructureStyle::Flow;
        // The parser starts an unindented list after its first dash.
        let start = match scan::find(self.text, self.cursor, b"-") {
            Some(dash) if !map && !flow => dash,
            _ => range.start,
        };
        if self.at_key() {
            if self.text.get(range.start.saturating_sub(1)..).is_some_and(|text| text.starts_with("{{")) {
                return Err(syntax::needs_quotes(range.start - 1..range.end, "{{"));
            }
            return Err(Problem::new(
                "yaml-key",
                range,
                "the name of a field must be text, not a list or a group of fields",
            )
            .help("a text that starts with `[` or `{` must be in quotes"));
        }
        if self.frames.len() >= MAX_DEPTH {
            return Err(too_deep(range));
        }
        let kind = match map {
            true => Kind::Map { flow, merges: false, first: 0, len: 0 },
            false => Kind::List { flow, first: 0, len: 0 },
        };
        let id = self.node(kind, start..start, tagged);
        self.anchor(anchor, id, None);
        let extent = Extent { nodes: 1, bytes: 0, height: 1 };
        self.frames.push(Frame { node: id, map, base: self.children.len(), extent, anchor });
        if flow {
            self.cursor = range.end.max(self.cursor);
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Problem> {
        if self.at_key() {
            return Err(Problem::new("yaml-key", range, "the name of a field must be text, not an alias (`*`)")
                .help("for a text that starts with `*`, put the text in quotes: \"…\""));
        }
        let Some(&(index, extent)) = self.anchors.get(&anchor) else {
            return Err(Problem::new("yaml-syntax", range, "no anchor above has this name"));
        };
        let Some(extent) = extent else {
            return Err(Problem::new("yaml-aliases", range, "this alias refers to a value that contains it"));
        };
        self.aliased.add(extent);
        if self.aliased.nodes > MAX_ALIASED.nodes || self.aliased.bytes > MAX_ALIASED.bytes {
            return Err(Problem::new(
                "yaml-aliases",
                range,
                "the aliases (`*name`) up to here stand for far too many values",
            )
            .help("use fewer aliases inside of what other aliases stand for"));
        }
        if self.frames.len() + extent.height as usize > MAX_DEPTH {
            return Err(too_deep(range));
        }
        self.tree.anchors[index].users += 1;
        let target = self.tree.anchors[index].node;
        self.node(Kind::Alias { target }, range.clone(), false);
        self.grow(extent);
        self.cursor = self.cursor.max(range.end);
        Ok(())
    }

    fn close(&mut self, range: &Range<usize>) {
        let Some(frame) = self.frames.pop() else { return };
        let children = self.children.split_off(frame.base);
        let node = frame.node as usize;
        match self.tree.nodes[node].kind {
            Kind::Map { flow, .. } => {
                let (first, len, merges) = pairs::close(&mut self.tree, self.text, &children, &mut self.problems);
                self.tree.nodes[node].kind = Kind::Map { flow, merges, first, len };
            }
            Kind::List { flow, .. } => {
                let first = self.tree.items.len() as u32;
                self.tree.items.extend_from_slice(&children);
                self.tree.nodes[node].kind = Kind::List { flow, first, len: children.len() as u32 };
            }
            Kind::Scalar { .. } | Kind::Alias { .. } => {}
        }
        if matches!(self.tree.nodes[node].kind, Kind::Map { flow: true, .. } | Kind::List { flow: true, .. }) {
            self.cursor = self.cursor.max(range.end);
        }
        self.tree.nodes[node].end = self.cursor as u32;
        if let Some((index, extent)) = self.anchors.get_mut(&frame.anchor) {
            self.tree.anchors[*index].node_end = self.tree.nodes.len() as NodeId;
            *extent = Some(frame.extent);
        }
        self.grow(frame.extent);
    }

    fn at_key(&self) -> bool {
        self.frames.last().is_some_and(|frame| frame.map && (self.children.len() - frame.base).is_multiple_of(2))
    }

    /// Adds a node to the innermost open collection.
    fn node(&mut self, kind: Kind, range: Range<usize>, tagged: bool) -> NodeId {
        let id = self.tree.nodes.len() as NodeId;
        self.tree.nodes.push(Raw { start: range.start as u32, end: range.end as u32, kind, shared: false, tagged });
        match self.frames.is_empty() {
            true => self.tree.root = Some(id),
            false => self.children.push(id),
        }
        id
    }

    fn anchor(&mut self, anchor: usize, node: NodeId, extent: Option<Extent>) {
        if anchor != 0 {
            self.anchors.insert(anchor, (self.tree.anchors.len(), extent));
            self.tree.anchors.push(Anchor { node, node_end: node + 1, users: 0 });
        }
    }

    /// Adds the extent of a complete child to the innermost open collection.
    fn grow(&mut self, child: Extent) {
        if let Some(frame) = self.frames.last_mut() {
            frame.extent.add(child);
            frame.extent.height = frame.extent.height.max(child.height + 1);
        }
    }

    fn finish(mut self) -> Result<Tree, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let mut shared_until = 0;
        let mut anchors = self.tree.anchors.iter().filter(|anchor| anchor.users > 0).peekable();
        for (id, raw) in self.tree.nodes.iter_mut().enumerate() {
            while let Some(anchor) = anchors.next_if(|anchor| anchor.node as usize <= id) {
                shared_until = shared_until.max(anchor.node_end as usize);
            }
            raw.shared = id < shared_until;
        }
        self.tree.comments.sort_unstable();
        Ok(self.tree)
    }
}

fn tag_range(span: &Span) -> Option<Range<usize>> {
    span.tag_span()?.byte_range()
}

fn too_deep(range: Range<usize>) -> Problem {
    Problem::new("yaml-too-deep", range, format!("values are nested more than {MAX_DEPTH} levels deep"))
}
