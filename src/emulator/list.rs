//! The lists: which objects, in which order, how many.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::check::range_problem;
use super::clock::later;
use super::config::Config;
use super::store::{Collection, Record};

/// The default page size (openapi.json, `limit`: "Defaults to 100").
const DEFAULT_LIMIT: usize = 100;
/// The maximum page size (openapi.json, `limit`: maximum 1000).
const MOST: f64 = 1000.0;

/// The parsed query of a list.
#[derive(Debug)]
pub(super) struct Query {
    limit: usize,
    bounds: Vec<Bound>,
    page: usize,
    ascending: bool,
    filters: Vec<Filter>,
}

/// What a list can be asked for besides times.
#[derive(Debug)]
enum Filter {
    /// A part of the name, number or address, in lower case.
    Search(String),
    /// The value of this field.
    Exact(&'static str, String),
    /// One of these ids, separated by commas.
    IdAny(String),
}

/// `createdAtLt` and the like.
#[derive(Debug)]
struct Bound {
    updated: bool,
    /// Whether a time satisfies this bound.
    holds: fn(&Timestamp, &Timestamp) -> bool,
    time: Timestamp,
    /// How long a change is not found yet, and the time of the question.
    known: (Duration, Timestamp),
}

impl Query {
    /// Parses the query of a list of `collection`, which grants no more than `cap` at a time; `paged` lists have pages.
    ///
    /// # Errors
    /// The validator's messages.
    pub fn parse(query: &str, collection: Collection, paged: bool, cap: usize) -> Result<Self, Vec<String>> {
        use Collection::{PhoneNumber, Squad, StructuredOutput};
        let mut parsed =
            Self { limit: DEFAULT_LIMIT, bounds: Vec::new(), page: 1, ascending: false, filters: Vec::new() };
        let mut messages = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let one_of = |words: &str| Err(format!("{name} must be one of the following values: {words}"));
            let understood = match (&*name, paged) {
                ("limit", _) => number(&name, &value, 0.0, MOST).map(|limit| parsed.limit = limit),
                ("page", true) => number(&name, &value, 1.0, f64::MAX).map(|page| parsed.page = page),
                ("sortOrder", true) if !matches!(&*value, "ASC" | "DESC") => one_of("ASC, DESC"),
                ("sortBy", true) if !matches!(&*value, "createdAt" | "duration" | "cost") => {
                    one_of("createdAt, duration, cost")
                }
                ("sortBy", true) => Ok(()),
                ("sortOrder", true) => {
                    parsed.ascending = value == "ASC";
                    Ok(())
                }
                ("search", true) if collection == PhoneNumber => parsed.filter(Filter::Search(value.to_lowercase())),
                ("idAny", false) if collection == Squad => parsed.filter(Filter::IdAny(value.into_owned())),
                ("id", true) if collection == StructuredOutput => {
                    parsed.filter(Filter::Exact("id", value.into_owned()))
                }
                ("name", true) if collection == StructuredOutput => {
                    parsed.filter(Filter::Exact("name", value.into_owned()))
                }
                _ => Bound::parse(&name, &value).map(|bound| parsed.bounds.push(bound)),
            };
            messages.extend(understood.err());
        }
        parsed.limit = parsed.limit.min(cap);
        if messages.is_empty() { Ok(parsed) } else { Err(messages) }
    }

    fn filter(&mut self, filter: Filter) -> Result<(), String> {
        self.filters.push(filter);
        Ok(())
    }

    /// The query as this service answers it.
    pub fn answered_by(mut self, config: &Config) -> Self {
        self.bounds.retain(|bound| !(bound.updated && config.ignores_updates));
        let now = config.clock.now();
        self.bounds.iter_mut().for_each(|bound| bound.known = (config.update_lag, now));
        self
    }

    /// The `records` that the list shows, newest first; of equal times, later arrivals first.
    pub fn list<'a>(&self, records: impl DoubleEndedIterator<Item = &'a Record>, now: Timestamp) -> Vec<&'a Record> {
        let mut found = self.matching(records, now);
        found.truncate(self.limit);
        found
    }

    /// The requested page and its metadata.
    pub fn page<'a>(
        &self,
        records: impl DoubleEndedIterator<Item = &'a Record>,
        now: Timestamp,
    ) -> (Vec<&'a Record>, Value) {
        let mut found = self.matching(records, now);
        if self.ascending {
            found.reverse();
        }
        let total = found.len();
        let start = self.limit.saturating_mul(self.page - 1).min(total);
        let end = start.saturating_add(self.limit).min(total);
        let metadata = json!({
            "itemsPerPage": self.limit,
            "totalItems": total,
            "currentPage": self.page,
            "totalPages": if self.limit == 0 { 0 } else { total.div_ceil(self.limit) },
            "hasNextPage": end < total,
            "sortOrder": if self.ascending { "ASC" } else { "DESC" },
        });
        (found[start..end].to_vec(), metadata)
    }

    fn matching<'a>(&self, records: impl DoubleEndedIterator<Item = &'a Record>, now: Timestamp) -> Vec<&'a Record> {
        let mut found: Vec<&Record> =
            records.rev().filter(|record| record.listed_from <= now && self.holds(record)).collect();
        found.sort_by_key(|record| std::cmp::Reverse(record.created));
        found
    }

    fn holds(&self, record: &Record) -> bool {
        self.bounds.iter().all(|bound| bound.holds(record)) && self.filters.iter().all(|filter| filter.holds(record))
    }
}

impl Filter {
    fn holds(&self, record: &Record) -> bool {
        match self {
            Self::Search(part) => ["id", "name", "number", "sipUri"]
                .into_iter()
                .any(|field| record.text(field).is_some_and(|value| value.to_lowercase().contains(part))),
            Self::Exact(field, value) => record.text(field) == Some(value),
            Self::IdAny(ids) => ids.split(',').any(|id| record.text("id") == Some(id)),
        }
    }
}

impl Bound {
    fn parse(name: &str, value: &str) -> Result<Self, String> {
        let unknown = || format!("property {name} should not exist");
        let (field, comparison) = name.split_at_checked("createdAt".len()).ok_or_else(unknown)?;
        let updated = match field {
            "createdAt" => false,
            "updatedAt" => true,
            _ => return Err(unknown()),
        };
        let holds = match comparison {
            "Gt" => Timestamp::gt,
            "Lt" => Timestamp::lt,
            "Ge" => Timestamp::ge,
            "Le" => Timestamp::le,
            _ => return Err(unknown()),
        };
        let time = value.parse().map_err(|_| format!("{name} must be a valid ISO 8601 date string"))?;
        Ok(Self { updated, holds, time, known: (Duration::ZERO, Timestamp::MAX) })
    }

    fn holds(&self, record: &Record) -> bool {
        let (lag, now) = self.known;
        if !self.updated {
            return (self.holds)(&record.created, &self.time);
        }
        later(record.updated, lag) <= now && (self.holds)(&record.updated, &self.time)
    }
}

fn number(name: &str, value: &str, least: f64, most: f64) -> Result<usize, String> {
    let number = value.parse().ok().filter(|number: &f64| number.is_finite());
    match range_problem(number, least, most) {
        None => Ok(number.unwrap_or_default() as usize),
        Some(problem) => Err(format!("{name} {problem}")),
    }
}
