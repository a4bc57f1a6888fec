//! Applies git's deltas. Source: `gitformat-pack(5)`, "Deltified representation".

/// Applies `delta` to `base`; `room` gives an empty buffer of a size. `None`: they do not match, or the result exceeds `max`
/// bytes.
pub(super) fn apply(base: &[u8], delta: &[u8], max: usize, room: impl FnOnce(usize) -> Vec<u8>) -> Option<Vec<u8>> {
    let mut rest = delta;
    let base_size = size(&mut rest)?;
    let result_size = size(&mut rest).filter(|size| *size <= max)?;
    if base_size != base.len() {
        return None;
    }
    let mut result = room(result_size);
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        let piece = if instruction & 0x80 != 0 {
            // Bits 0 to 3 say which bytes of the offset follow, bits 4 to 6 which of the length.
            let offset = bytes(&mut rest, instruction, 4)?;
            let length = match bytes(&mut rest, instruction >> 4, 3)? {
                0 => 0x10000,
                length => length,
            };
            base.get(offset..offset.checked_add(length)?)?
        } else {
            let length = usize::from(instruction);
            let piece = rest.get(..length).filter(|piece| !piece.is_empty())?;
            rest = &rest[length..];
            piece
        };
        if piece.len() > result_size - result.len() {
            return None;
        }
        result.extend_from_slice(piece);
    }
    (result.len() == result_size).then_some(result)
}

/// A buffer of this size; reuses `spare` if it is large enough.
///
/// Large buffers come in few sizes, so that one version's fits the next: otherwise memory fragments, and a walk through many
/// versions needs more and more of it.
pub(super) fn room(mut spare: Vec<u8>, bytes: usize) -> Vec<u8> {
    const PIECE: usize = 256 << 10;
    spare.clear();
    if spare.capacity() >= bytes {
        return spare;
    }
    let bytes = if bytes < PIECE { bytes } else { bytes.next_multiple_of(PIECE) };
    Vec::with_capacity(bytes)
}

/// A number of at most `count` bytes, low one first; `present` marks those that are there.
fn bytes(rest: &mut &[u8], present: u8, count: u32) -> Option<usize> {
    let mut number = 0;
    for place in (0..count).filter(|place| present >> place & 1 != 0) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        number |= usize::from(byte) << (place * 8);
    }
    Some(number)
}

/// A size, seven bits per byte, the low ones first.
fn size(rest: &mut &[u8]) -> Option<usize> {
    let mut size = 0_u64;
    for shift in (0..56).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        size |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(size).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn copies_and_inserts() {
        let base = b"0123456789";
        // 10 bytes become 8: copy 3 from 7, insert "ab", copy 3 from 0.
        let delta = [10, 8, 0x91, 7, 3, 2, b'a', b'b', 0x90, 3];
        assert_eq!(apply(base, &delta, 100, Vec::with_capacity).as_deref(), Some(&b"789ab012"[..]));
        assert_eq!(apply(base, &delta, 7, Vec::with_capacity), None, "too large");
        assert_eq!(apply(&base[1..], &delta, 100, Vec::with_capacity), None, "another base");
        assert_eq!(apply(base, &delta[..9], 100, Vec::with_capacity), None, "cut off");
        assert_eq!(apply(base, &[10, 4, 0x91, 7, 4], 100, Vec::with_capacity), None, "beyond the base");
        assert_eq!(apply(base, &[10, 2, 0x90, 3], 100, Vec::with_capacity), None, "more than announced");
        assert_eq!(apply(base, &[10, 0, 0], 100, Vec::with_capacity), None, "a reserved instruction");
    }

    proptest! {
        #[test]
        fn no_delta_makes_it_panic(base in prop::collection::vec(any::<u8>(), 0..64), delta in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Some(result) = apply(&base, &delta, 1 << 20, Vec::with_capacity) {
                prop_assert!(result.len() <= 1 << 20);
            }
        }
    }
}
