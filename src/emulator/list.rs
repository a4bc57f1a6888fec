//! The lists: which objects, in which order, how many.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::store::Record;

/// What a list holds if it is not told otherwise (openapi.json, `limit`: "Defaults to 100").
const DEFAULT_LIMIT: usize = 100;
/// The most that may be asked for (openapi.json, `limit`: maximum 1000).
const MOST: f64 = 1000.0;

/// The query of a list, understood.
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
    comparison: Comparison,
    time: Timestamp,
}

#[derive(Debug, Clone, Copy)]
enum Comparison {
    Gt,
    Lt,
    Ge,
    Le,
}

impl Query {
    /// Understands the query of a list; `paged` is the second version of it, which has pages.
    ///
    /// # Errors
    /// The validator's messages.
    pub fn parse(query: &str, paged: bool) -> Result<Self, Vec<String>> {
        let mut parsed = Self { limit: DEFAULT_LIMIT, bounds: Vec::new(), page: 1, ascending: false, search: None };
        let mut messages = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match (&*name, paged) {
                ("limit", _) => match number(&name, &value, 0.0, MOST) {
                    Ok(limit) => parsed.limit = limit,
                    Err(message) => messages.push(message),
                },
                ("page", true) => match number(&name, &value, 1.0, f64::MAX) {
                    Ok(page) => parsed.page = page,
                    Err(message) => messages.push(message),
                },
                ("sortOrder", true) if matches!(&*value, "ASC" | "DESC") => parsed.ascending = value == "ASC",
                ("sortOrder", true) => messages.push(format!("{name} must be one of the following values: ASC, DESC")),
                ("sortBy", true) if value == "createdAt" => {}
                ("sortBy", true) => messages.push(format!("{name} must be one of the following values: createdAt")),
                ("search", true) => parsed.search = Some(value.to_lowercase()),
                _ => match Bound::parse(&name, &value) {
                    Some(Ok(bound)) => parsed.bounds.push(bound),
                    Some(Err(message)) => messages.push(message),
                    None => messages.push(format!("property {name} should not exist")),
                },
            }
        }
        if messages.is_empty() { Ok(parsed) } else { Err(messages) }
    }

    /// What of `records` the list shows, newest first; later arrivals first among those of one instant.
    pub fn list<'a>(&self, records: impl DoubleEndedIterator<Item = &'a Record>, now: Timestamp) -> Vec<&'a Record> {
        let mut found = self.matching(records, now);
        found.truncate(self.limit);
        found
    }

    /// The page that was asked for, and its metadata.
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
    /// `None` if `name` is none of the eight.
    fn parse(name: &str, value: &str) -> Option<Result<Self, String>> {
        let (updated, comparison) = match name.strip_prefix("createdAt") {
            Some(rest) => (false, rest),
            None => (true, name.strip_prefix("updatedAt")?),
        };
        let comparison = match comparison {
            "Gt" => Comparison::Gt,
            "Lt" => Comparison::Lt,
            "Ge" => Comparison::Ge,
            "Le" => Comparison::Le,
            _ => return None,
        };
        let time = value.parse().map_err(|_| format!("{name} must be a valid ISO 8601 date string"));
        Some(time.map(|time| Self { updated, comparison, time }))
    }

    fn holds(&self, record: &Record) -> bool {
        let time = if self.updated { record.updated } else { record.created };
        match self.comparison {
            Comparison::Gt => time > self.time,
            Comparison::Lt => time < self.time,
            Comparison::Ge => time >= self.time,
            Comparison::Le => time <= self.time,
        }
    }
}

fn number(name: &str, value: &str, least: f64, most: f64) -> Result<usize, String> {
    let number: f64 = value.parse().unwrap_or(f64::NAN);
    if !number.is_finite() {
        Err(format!("{name} must be a number conforming to the specified constraints"))
    } else if number > most {
        Err(format!("{name} must not be greater than {most}"))
    } else if number < least {
        Err(format!("{name} must not be less than {least}"))
    } else {
        Ok(number as usize)
    }
}
