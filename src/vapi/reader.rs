//! Reads whole lists and single objects, with GET alone.

use std::collections::HashSet;
use std::time::Duration;

use futures::FutureExt;
use futures::future::RemoteHandle;
use jiff::{Timestamp, ToSpan};

use super::answer::Body;
use super::transport::Transport;
use super::{Problem, RequestError};
use crate::model::RemoteId;
use crate::model::diagnostic::Diagnostic;
use crate::values::live::{Live, Sent};
use crate::values::page::{Page, PageReader};

/// The largest `limit` in Vapi's API document; the default is 100.
const PAGE: usize = 1000;

/// The default `limit` (same source). A shorter page is certainly the last; a longer one may have been capped below
/// [`PAGE`], so the next page is requested.
const DOUBTFUL: usize = 100;

/// A list beyond these limits is taken for endless.
const MOST_OBJECTS: usize = 200_000;
const MOST_BYTES: usize = 1 << 30;

/// A complete list: every object that existed at the request, once.
#[derive(Debug)]
pub struct Listing {
    /// Newest first.
    pub objects: Vec<Live>,
    /// How many pages were read.
    pub pages: usize,
}

/// Why a list was not read.
#[derive(Debug)]
pub enum Unread {
    /// In its own words, Vapi does not permit it, or does not know it: this organisation has no such objects.
    NotThere(Diagnostic),
    /// Anything else.
    Broken(Diagnostic),
}

impl From<RequestError> for Unread {
    fn from(error: RequestError) -> Self {
        let in_vapis_words = !error.words.is_empty();
        match error.problem {
            Problem::Forbidden | Problem::NoSuchObject => Unread::NotThere(error.into()),
            Problem::NoSuchAddress if in_vapis_words => Unread::NotThere(error.into()),
            _ => Unread::Broken(error.into()),
        }
    }
}

/// Which objects a list is asked for, by a time as Vapi shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since<'t> {
    /// All of them.
    Ever,
    /// Created at this time or later.
    Created(&'t str),
    /// Changed at this time or later. Vapi may ignore the question, or compare other digits than it shows: check the answer.
    Updated(&'t str),
}

impl<'t> Since<'t> {
    fn query(self) -> Option<(&'static str, &'t str)> {
        match self {
            Since::Ever => None,
            Since::Created(time) => Some(("createdAtGe", time)),
            Since::Updated(time) => Some(("updatedAtGe", time)),
        }
    }
}

impl From<Unread> for Diagnostic {
    fn from((Unread::NotThere(why) | Unread::Broken(why)): Unread) -> Self {
        why
    }
}

/// Read access to Vapi.
#[derive(Debug, Clone)]
pub struct Reader {
    transport: Transport,
}

impl Reader {
    /// A reader on this transport.
    pub fn new(transport: Transport) -> Self {
        Self { transport }
    }

    /// How long the quickest response took so far.
    pub fn quickest(&self) -> Duration {
        self.transport.stats().quickest.unwrap_or_default()
    }

    /// Reads all pages of a list such as `/assistant`: of n objects ⌈n/1000⌉ requests, or one more.
    ///
    /// There is no cursor. The next page is requested by the time of the oldest object seen. Vapi may know more digits
    /// than it shows, so the request includes that whole millisecond, and duplicates are dropped.
    ///
    /// # Errors
    /// The list may be incomplete. A partial list is never returned.
    pub async fn list(&self, endpoint: &str) -> Result<Listing, Diagnostic> {
        Ok(self.pages(endpoint, Since::Ever).await?)
    }

    /// The same; the error says whether Vapi has such a list.
    ///
    /// # Errors
    /// As for [`Reader::list`].
    pub async fn list_if_any(&self, endpoint: &str) -> Result<Listing, Unread> {
        self.pages(endpoint, Since::Ever).await
    }

    /// The same, of newer objects only.
    ///
    /// # Errors
    /// As for [`Reader::list`].
    pub async fn list_since(&self, endpoint: &str, since: Since<'_>) -> Result<Listing, Diagnostic> {
        Ok(self.pages(endpoint, since).await?)
    }

    async fn pages(&self, endpoint: &str, since: Since<'_>) -> Result<Listing, Unread> {
        let mut list = Listing { objects: Vec::new(), pages: 0 };
        let mut seen = HashSet::new();
        let mut bytes = 0;
        let mut total = None;
        let mut before: Option<Timestamp> = None;
        let mut coming = self.ask(endpoint, since, None);
        loop {
            let Read { page, bytes: size, next: early } = coming.await?;
            list.pages += 1;
            total = total.or(page.total);
            let count = page.objects.len();
            let objects = page.objects.into_iter().map(Live::try_from).collect::<Result<Vec<_>, _>>();
            let objects = objects.map_err(|why| {
                let host = self.transport.connection().host();
                let message = format!("GET {endpoint}: an object in the list of {host} cannot be read: {why}");
                Unread::Broken(Diagnostic::error("vapi-unreadable", message))
            })?;
            bytes += size;
            if list.objects.len() + count > MOST_OBJECTS || bytes > MOST_BYTES {
                return Err(Unread::Broken(incomplete(endpoint, list.objects.len(), "it does not end")));
            }
            let next = end_of_oldest(&objects);
            let known = list.objects.len();
            list.objects.extend(objects.into_iter().filter(|live| seen.insert(live.header.id.clone())));

            let brought_nothing = before.is_some() && list.objects.len() == known;
            let goes_back = next.as_ref().is_ok_and(|next| before.is_none_or(|before| *next < before));
            if count >= DOUBTFUL && goes_back && !brought_nothing {
                before = next.ok();
                coming = match early {
                    Some((bound, asked)) if Some(bound) == before => asked,
                    _ => self.ask(endpoint, since, before),
                };
            } else if count >= PAGE || count >= DOUBTFUL && is_doubtful(since, next.is_err(), count) {
                let why = next.err().unwrap_or("a whole page of it has the same time");
                return Err(Unread::Broken(incomplete(endpoint, list.objects.len(), why)));
            } else {
                break;
            }
        }
        match total {
            Some(total) if total > list.objects.len() as u64 => {
                Err(Unread::Broken(incomplete(endpoint, list.objects.len(), &format!("Vapi counts {total}"))))
            }
            _ => Ok(list),
        }
    }

    /// Requests a page of what is new `since` then and was created before `before`, and the next one as soon as its bytes are
    /// there. The requests run at once; dropping the handle cancels them.
    fn ask(&self, endpoint: &str, since: Since<'_>, before: Option<Timestamp>) -> Coming {
        let since = since.query().map(|(name, time)| (name, time.to_owned()));
        Question { transport: self.transport.clone(), endpoint: endpoint.to_owned(), since, before }.ask()
    }

    /// Reads one object. `None`: Vapi itself says that there is none (404).
    ///
    /// # Errors
    /// Any other failure, also a response with another object.
    pub async fn get(&self, endpoint: &str, id: &str) -> Result<Option<Live>, Diagnostic> {
        let path = object_path(endpoint, id)?;
        match self.transport.get::<Live>(&path, &[]).await {
            Ok(answer) if RemoteId::read(id).is_some_and(|id| answer.value.header.id == id.as_str()) => {
                Ok(Some(answer.value))
            }
            Ok(answer) => Err(Diagnostic::error(
                "vapi-unreadable",
                format!(
                    "GET {path}: {} answered with another object, {:?}",
                    self.transport.connection().host(),
                    answer.value.header.id
                ),
            )),
            Err(RequestError { problem: Problem::NoSuchObject, .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// A page that was requested.
type Coming = RemoteHandle<Result<Read, RequestError>>;

/// A page that was read.
struct Read {
    page: Page,
    bytes: usize,
    /// The request for the next page, if this is a long one, with the time that it asks for.
    next: Option<(Timestamp, Coming)>,
}

/// What a page is asked for: what is new `since` then and was created before `before`.
#[derive(Clone)]
struct Question {
    transport: Transport,
    endpoint: String,
    since: Option<(&'static str, String)>,
    before: Option<Timestamp>,
}

impl Question {
    /// Sends it at once.
    fn ask(self) -> Coming {
        let page = async move {
            let (limit, shown) = (PAGE.to_string(), self.before.map(|time| format!("{time:.3}")));
            let mut query = vec![("limit", limit.as_str())];
            query.extend(self.since.as_ref().map(|(name, time)| (*name, time.as_str())));
            query.extend(shown.as_deref().map(|before| ("createdAtLt", before)));
            let body = || -> Box<dyn Body<Read>> {
                Box::new(Arriving { question: self.clone(), bytes: 0, page: PageReader::default() })
            };
            Ok(self.transport.get_with(&self.endpoint, &query, &body).await?.value)
        };
        let (page, coming) = page.boxed().remote_handle();
        tokio::spawn(page);
        coming
    }
}

/// A page on its way.
struct Arriving {
    question: Question,
    bytes: usize,
    page: PageReader,
}

impl Body<Read> for Arriving {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len();
        self.page.take(bytes);
    }

    fn end(&mut self) -> serde_json::Result<Read> {
        let page = self.page.end()?;
        // Requested before anybody looks at this page.
        let bound = page.objects.last().filter(|_| page.objects.len() >= DOUBTFUL).and_then(Sent::created_at);
        let bound = bound.and_then(|time| end_of(time).ok());
        let bound = bound.filter(|bound| self.question.before.is_none_or(|before| *bound < before));
        let next = bound.map(|bound| (bound, Question { before: Some(bound), ..self.question.clone() }.ask()));
        Ok(Read { page, bytes: self.bytes, next })
    }

    fn rest(&self) -> &[u8] {
        self.page.rest()
    }
}

/// Whether a page that is not full may hide others. Only a list of changes that other reads can replace is so strict: where it
/// cannot be paged through, or brings a default page again and again.
fn is_doubtful(since: Since<'_>, cannot_go_on: bool, count: usize) -> bool {
    matches!(since, Since::Updated(_)) && (cannot_go_on || count == DOUBTFUL)
}

/// The path of one object: `/assistant/7b0e…`.
///
/// # Errors
/// `vapi-id`: [`RemoteId::read`] does not accept it; it could point to another path.
pub(crate) fn object_path(endpoint: &str, id: &str) -> Result<String, Diagnostic> {
    match RemoteId::read(id) {
        Some(id) => Ok(format!("{endpoint}/{id}")),
        None => Err(Diagnostic::error("vapi-id", format!("`{id}` is not a Vapi id"))
            .help("correct the id in the state file; or delete it: the object is then found by its name")),
    }
}

/// The first time after everything the oldest object's time can stand for. Vapi truncates times: `….123Z` may be
/// anything before `….124Z`.
fn end_of_oldest(objects: &[Live]) -> Result<Timestamp, &'static str> {
    let mut oldest: Option<(Timestamp, &str)> = None;
    for live in objects {
        let shown = live.header.created_at.as_deref().ok_or("an object has no creation time")?;
        let time: Timestamp = shown.parse().map_err(|_| "an object's creation time cannot be read")?;
        if oldest.is_some_and(|(oldest, _)| time > oldest) {
            return Err("it is not sorted newest first");
        }
        oldest = Some((time, shown));
    }
    let (_, shown) = oldest.ok_or("it is empty")?;
    end_of(shown)
}

/// The first time after everything that a truncated time can stand for.
fn end_of(shown: &str) -> Result<Timestamp, &'static str> {
    let time: Timestamp = shown.parse().map_err(|_| "an object's creation time cannot be read")?;
    let digits = shown.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    let unit = match digits {
        0 => 1000,
        1 => 100,
        2 => 10,
        _ => 1,
    };
    Timestamp::from_millisecond(time.as_millisecond())
        .and_then(|time| time.checked_add(unit.milliseconds()))
        .map_err(|_| "an object's creation time is out of range")
}

fn incomplete(endpoint: &str, read: usize, why: &str) -> Diagnostic {
    Diagnostic::error(
        "vapi-list-incomplete",
        format!(
            "the list {endpoint} could not be read to its end ({read} objects were read): {why}. Nothing was planned"
        ),
    )
    .help(
        "run it again; if it stays so, Vapi may have more than 1000 objects that were created in the same \
        millisecond, which its list cannot show",
    )
}

#[cfg(test)]
mod tests;
