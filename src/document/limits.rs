//! Limits on the size of a file.

/// The largest file that is read, in bytes: 64 MiB.
pub(super) const MAX_BYTES: usize = 64 << 20;

/// How deep collections may be nested, aliases followed. The second parser stops at 128.
pub(super) const MAX_DEPTH: usize = 100;

/// How much all aliases of a file together may expand to.
pub(super) const MAX_ALIASED: Extent = Extent { nodes: 2_000_000, bytes: 256 << 20, height: 0 };

/// The size of a value with its aliases expanded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) nodes: u64,
    /// Bytes of text in scalars.
    pub(super) bytes: u64,
    /// Levels of nesting; 1 for a scalar.
    pub(super) height: u32,
}

impl Extent {
    /// Adds `other` as a sibling; the height stays.
    pub(super) fn add(&mut self, other: Extent) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }
}
