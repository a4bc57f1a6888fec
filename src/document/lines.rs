//! Converts byte offsets to lines and columns.

use std::ops::Range;

/// The lines of a text. A line ends with `\n`, `\r\n` or a lone `\r`, as YAML has it.
#[derive(Debug)]
pub(super) struct Lines {
    /// The offset of each line; a byte-order mark belongs to no line.
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of `text`, which must be shorter than 4 GiB.
    pub(super) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![bom_width(text) as u32];
        let mut add = |at: usize| starts.push(at as u32 + 1);
        match memchr::memchr(b'\r', bytes) {
            None => memchr::memchr_iter(b'\n', bytes).for_each(add),
            Some(_) => memchr::memchr2_iter(b'\n', b'\r', bytes)
                .filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'))
                .for_each(&mut add),
        }
        Self { starts }
    }

    /// The index of the line that holds byte `at`, from 0.
    pub(super) fn index_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= at).saturating_sub(1)
    }

    /// The bytes of the line with this index, its line end included. Empty past the end.
    pub(super) fn range(&self, index: usize, text: &str) -> Range<usize> {
        let start = self.starts.get(index).map_or(text.len(), |&start| start as usize);
        let end = self.starts.get(index + 1).map_or(text.len(), |&start| start as usize);
        start..end
    }

    /// The line with this index without its line end.
    pub(super) fn line<'t>(&self, index: usize, text: &'t str) -> &'t str {
        text[self.range(index, text)].trim_end_matches(['\n', '\r'])
    }
}

/// The length in bytes of the byte-order mark of `text`.
pub(super) fn bom_width(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
