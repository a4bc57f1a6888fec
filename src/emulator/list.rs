//! The lists: which objects, in which order, how many.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::check::range_problem;
use super::store::Record;

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
    search: Option<String>,
}

/// `createdAtLt` and the like.
#[derive(Debug)]
struct Bound {
    updated: bool,
    /// Whether a time satisfies this bound.
    holds: fn(&Timestamp, &Timestamp) -> bool,
    time: Timestamp,
}

impl Query {
    /// Parses the query of a list; `paged` is version 2, which has pages.
    ///
    /// # Errors
    /// The validator's messages.
    pub fn parse(query: &str, paged: bool) -> Result<Self, Vec<String>> {
        let mut parsed = Self { limit: DEFAULT_LIMIT, bounds: Vec::new(), page: 1, ascending: false, search: None };
        let mut messages = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let one_of = |words: &str| Err(format!("{name} must be one of the following values: {words}"));
            let understood = match (&*name, paged) {
                ("limit", _) => number(&name, &value, 0.0, MOST).map(|limit| parsed.limit = limit),
                ("page", true) => number(&name, &value, 1.0, f64::MAX).map(|page| parsed.page = page),
                ("sortOrder", true) if !matches!(&*value, "ASC" | "DESC") => one_of("ASC, DESC"),
                ("sortBy", true) if value != "createdAt" => one_of("createdAt"),
                ("sortBy", true) => Ok(()),
                ("sortOrder", true) => {
                    parsed.ascending = value == "ASC";
                    Ok(())
                }
                ("search", true) => {
                    parsed.search = Some(value.to_lowercase());
                    Ok(())
                }
                _ => Bound::parse(&name, &value).map(|bound| parsed.bounds.push(bound)),
            };
            messages.extend(understood.err());
        }
        if messages.is_empty() { Ok(parsed) } else { Err(messages) }
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
        let wanted = |text: &String| {
            ["id", "name", "number", "sipUri"]
                .into_iter()
                .any(|field| record.text(field).is_some_and(|value| value.to_lowercase().contains(text)))
        };
        self.bounds.iter().all(|bound| bound.holds(record)) && self.search.as_ref().is_none_or(wanted)
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
        Ok(Self { updated, holds, time })
    }

    fn holds(&self, record: &Record) -> bool {
        (self.holds)(if self.updated { &record.updated } else { &record.created }, &self.time)
    }
}

fn number(name: &str, value: &str, least: f64, most: f64) -> Result<usize, String> {
    let number = value.parse().ok().filter(|number: &f64| number.is_finite());
    match range_problem(number, least, most) {
        None => Ok(number.unwrap_or_default() as usize),
        Some(problem) => Err(format!("{name} {problem}")),
    }
}
