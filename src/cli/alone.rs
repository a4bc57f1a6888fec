//! Objects that a list may not show whole, read one by one.

use futures::StreamExt;

use super::session::Fetched;
use crate::kinds::{KINDS, Kind};
use crate::model::diagnostic::Diagnostic;
use crate::vapi::Reader;

/// So many objects of a kind tell whether its list shows less than the read of one object does.
const PROBED: usize = 2;

/// Reads objects that lack what the file declares, each alone: a list may not show all of their fields. Says whether it did not.
///
/// # Errors
/// An object cannot be read.
pub async fn read_alone(
    lacking: Vec<(&'static Kind, usize)>,
    fetched: &mut Fetched,
    reader: &Reader,
) -> Result<bool, Diagnostic> {
    let mut any = false;
    if fetched.is_whole {
        return Ok(any);
    }
    for kind in KINDS {
        let Some(listing) = fetched.listings.get_mut(kind.section) else { continue };
        let places: Vec<usize> = lacking.iter().filter(|(of, _)| *of == kind).map(|(_, at)| *at).collect();
        let (probed, others) = places.split_at(places.len().min(PROBED));
        for places in [probed, others] {
            let ids: Vec<_> = places.iter().map(|at| (*at, listing[*at].header.id.clone())).collect();
            let reads = ids.into_iter().map(|(at, id)| async move { (at, reader.get(kind.endpoint, &id).await) });
            let mut reads = futures::stream::iter(reads).buffered(16);
            let mut is_more = false;
            while let Some((at, read)) = reads.next().await {
                if let Some(whole) = read?.and_then(|alone| listing[at].with(&alone)) {
                    (listing[at], is_more) = (whole, true);
                }
            }
            any |= is_more;
            if !is_more {
                break;
            }
        }
    }
    Ok(any)
}
