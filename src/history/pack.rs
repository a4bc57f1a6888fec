//! Reads many versions of one file from git's packs, each at the cost of one delta.
//!
//! Git stores a version as a delta of another one, in chains up to fifty deep. libgit2 does not cache versions above 1 MiB
//! (`GIT_PACK_CACHE_SIZE_LIMIT`), so it rebuilds the whole chain for each. This reader caches some. It reads the common
//! format only, and leaves the rest (loose objects, other formats, damage) to libgit2, which reports errors.
//!
//! Source of the format: `gitformat-pack(5)`.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};
use git2::Oid;

use super::delta;

/// The size of the cache in bytes.
const KEPT_BYTES: usize = 32 << 20;
/// The most versions in the cache.
const KEPT: usize = 256;
/// With more packs libgit2 reads everything: `git gc` leaves a handful.
const MAX_PACKS: usize = 64;
/// The longest delta chain of git (`pack.depth`).
const MAX_DEPTH: usize = 4096;
/// Larger files are not state files.
const MAX_SIZE: usize = 256 << 20;

const HEADER: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT: u64 = 8;
const NAMES: u64 = FANOUT + 256 * 4;
const NAME: u64 = 20;

/// The packs of a repository, the last used first.
pub(super) struct Packs(Vec<Pack>);

impl Packs {
    /// The packs in git's folder `objects/pack`, without unreadable ones.
    pub(super) fn open(folder: &Path) -> Self {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
        let indexes: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect();
        let usual = indexes.len() <= MAX_PACKS;
        Self(indexes.iter().filter(|_| usual).filter_map(|index| Pack::open(index)).collect())
    }

    /// The content of a blob. `None`: ask libgit2.
    pub(super) fn blob(&mut self, id: Oid) -> Option<Rc<Vec<u8>>> {
        let (place, offset) =
            self.0.iter_mut().enumerate().find_map(|(place, pack)| Some((place, pack.find(id.as_bytes())?)))?;
        self.0.swap(0, place);
        self.0.first_mut()?.blob(offset)
    }
}

struct Pack {
    data: File,
    index: File,
    /// The fanout table: how many names begin with this byte or a smaller one.
    fanout: Vec<u32>,
    /// The cache: versions by offset, the last used first.
    kept: VecDeque<(u64, Rc<Vec<u8>>)>,
}

/// An object as it is stored.
struct Stored {
    kind: u8,
    size: usize,
    /// Where the data after the size starts.
    offset: u64,
    /// Some of the bytes there.
    bytes: Vec<u8>,
}

const BLOB: u8 = 3;
const OFFSET_DELTA: u8 = 6;
const NAME_DELTA: u8 = 7;

impl Pack {
    fn open(index: &Path) -> Option<Self> {
        let data = File::open(index.with_extension("pack")).ok()?;
        let mut index = File::open(index).ok()?;
        let mut start = vec![0; NAMES as usize];
        index.read_exact(&mut start).ok()?;
        let (header, fanout) = start.split_at(FANOUT as usize);
        let fanout = fanout.chunks_exact(4).map(number).collect();
        (header == HEADER).then_some(Self { data, index, fanout, kept: VecDeque::new() })
    }

    /// The offset of the object with this name.
    fn find(&mut self, name: &[u8]) -> Option<u64> {
        let first = usize::from(*name.first()?);
        let start = if first == 0 { 0 } else { self.fanout[first - 1] };
        let names = u64::from(self.fanout[first].checked_sub(start)?);
        let bucket = bytes(&mut self.index, NAMES + u64::from(start) * NAME, usize::try_from(names * NAME).ok()?)?;
        let bucket: Vec<&[u8]> = bucket.chunks_exact(NAME as usize).collect();
        let place = u64::from(start) + bucket.binary_search(&name).ok()? as u64;
        let all = u64::from(*self.fanout.last()?);
        let offsets = NAMES + all * (NAME + 4);
        let offset = number(&bytes(&mut self.index, offsets + place * 4, 4)?);
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        // A pack of more than 2 GiB.
        let large = bytes(&mut self.index, offsets + all * 4 + u64::from(offset & 0x7fff_ffff) * 8, 8)?;
        Some(u64::from(number(&large[..4])) << 32 | u64::from(number(&large[4..])))
    }

    /// The file at an offset.
    fn blob(&mut self, offset: u64) -> Option<Rc<Vec<u8>>> {
        let mut deltas: Vec<(u64, Stored)> = Vec::new();
        let mut at = offset;
        let mut blob: Rc<Vec<u8>> = loop {
            if let Some(kept) = self.kept(at) {
                break kept;
            }
            let mut stored = self.stored(at)?;
            let base = match stored.kind {
                BLOB => {
                    let room = self.room(stored.size + 1);
                    let blob = self.inflate(&stored, room)?;
                    break self.keep(at, blob);
                }
                OFFSET_DELTA => at.checked_sub(distance(&mut stored)?)?,
                NAME_DELTA => {
                    let name: Vec<u8> = stored.bytes.get(..NAME as usize)?.to_vec();
                    stored.skip(NAME as usize);
                    self.find(&name)?
                }
                _ => return None,
            };
            deltas.push((at, stored));
            at = base;
            if deltas.len() > MAX_DEPTH {
                return None;
            }
        };
        for (at, stored) in deltas.iter().rev() {
            let delta = self.inflate(stored, Vec::new())?;
            let result = delta::apply(&blob, &delta, MAX_SIZE, |bytes| self.room(bytes))?;
            blob = self.keep(*at, result);
        }
        Some(blob)
    }

    fn kept(&mut self, offset: u64) -> Option<Rc<Vec<u8>>> {
        let place = self.kept.iter().position(|(kept, _)| *kept == offset)?;
        let kept = self.kept.remove(place)?;
        let blob = kept.1.clone();
        self.kept.push_front(kept);
        Some(blob)
    }

    fn keep(&mut self, offset: u64, blob: Vec<u8>) -> Rc<Vec<u8>> {
        let blob = Rc::new(blob);
        self.kept.push_front((offset, blob.clone()));
        blob
    }

    /// Evicts the least recently used until one more version fits.
    fn room(&mut self, bytes: usize) -> Vec<u8> {
        let mut held: usize = self.kept.iter().map(|(_, blob)| blob.capacity()).sum();
        let mut room = Vec::new();
        while held + bytes > KEPT_BYTES || self.kept.len() >= KEPT {
            let Some((_, dropped)) = self.kept.pop_back() else { break };
            held -= dropped.capacity();
            room = Rc::try_unwrap(dropped).unwrap_or_default();
        }
        delta::room(room, bytes)
    }

    /// Reads the type and the size of the object at an offset.
    fn stored(&mut self, offset: u64) -> Option<Stored> {
        let mut bytes = vec![0; 4096];
        self.data.seek(SeekFrom::Start(offset)).ok()?;
        let mut length = 0;
        while length < bytes.len() {
            match self.data.read(&mut bytes[length..]).ok()? {
                0 => break,
                read => length += read,
            }
        }
        bytes.truncate(length);
        let first = *bytes.first()?;
        let mut size = usize::from(first & 0x0f);
        let (mut shift, mut used, mut last) = (4, 1, first);
        while last & 0x80 != 0 {
            last = *bytes.get(used)?;
            size |= usize::from(last & 0x7f).checked_shl(shift).filter(|_| shift < 32)?;
            shift += 7;
            used += 1;
        }
        let mut stored = Stored { kind: first >> 4 & 7, size, offset, bytes };
        stored.skip(used);
        (size <= MAX_SIZE).then_some(stored)
    }

    /// The content or delta of an object. Overwrites `room`.
    fn inflate(&self, stored: &Stored, room: Vec<u8>) -> Option<Vec<u8>> {
        let mut data = &self.data;
        let mut inflater = Decompress::new(true);
        // One byte more than expected, to see the end of the stream.
        let mut content = delta::room(room, stored.size + 1);
        let mut status = inflater.decompress_vec(&stored.bytes, &mut content, FlushDecompress::None).ok()?;
        let mut buffer = Vec::new();
        while status != Status::StreamEnd {
            buffer.resize(1 << 16, 0);
            data.seek(SeekFrom::Start(stored.offset + inflater.total_in())).ok()?;
            let read = data.read(&mut buffer).ok()?;
            let before = (inflater.total_in(), inflater.total_out());
            status = inflater.decompress_vec(&buffer[..read], &mut content, FlushDecompress::None).ok()?;
            if before == (inflater.total_in(), inflater.total_out()) && status != Status::StreamEnd {
                return None;
            }
        }
        (content.len() == stored.size).then_some(content)
    }
}

impl Stored {
    fn skip(&mut self, bytes: usize) {
        self.bytes.drain(..bytes.min(self.bytes.len()));
        self.offset += bytes as u64;
    }
}

/// The offset of the delta's base, backwards from the object.
fn distance(stored: &mut Stored) -> Option<u64> {
    let mut byte = *stored.bytes.first()?;
    let mut distance = u64::from(byte & 0x7f);
    let mut used = 1;
    while byte & 0x80 != 0 {
        byte = *stored.bytes.get(used)?;
        distance = (distance.checked_add(1)?.checked_mul(128)?) | u64::from(byte & 0x7f);
        used += 1;
    }
    stored.skip(used);
    Some(distance).filter(|distance| *distance > 0)
}

fn bytes(file: &mut File, offset: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(offset)).ok()?;
    file.read_exact(&mut bytes).ok()?;
    Some(bytes)
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}
