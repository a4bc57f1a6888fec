//! The endpoints: from a request and the store to a response, without I/O.

use serde_json::Value;

use super::answer::Answer;
use super::check::{self, Change};
use super::clock::later;
use super::config::Config;
use super::links;
use super::list::Query;
use super::references;
use super::rewrite;
use super::store::{Collection, LATEST_VERSION, Object, Record, Store, is_uuid};
use super::view;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    pub method: &'a str,
    /// As sent, without the query: `/assistant/7b0e…`.
    pub path: &'a str,
    /// Without the question mark; empty if there is none.
    pub query: &'a str,
    /// The organisation of its key. `None` for a missing or wrong key.
    pub org: Option<&'a str>,
    pub body: &'a [u8],
}

/// A parsed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'a> {
    /// `/assistant`
    All(Collection),
    /// `/v2/phone-number`
    Paged(Collection),
    /// `/assistant/{id}`
    One(Collection, &'a str),
}

impl<'a> Route<'a> {
    /// `None` for a path that is not emulated.
    pub fn of(path: &'a str) -> Option<Self> {
        let mut words = path.strip_prefix('/')?.split('/');
        let route = match (words.next()?, words.next(), words.next()) {
            ("v2", Some("phone-number"), None) => Self::Paged(Collection::PhoneNumber),
            (word, None, _) => Self::All(Collection::from_path(word)?),
            (word, Some(id), None) if !id.is_empty() => Self::One(Collection::from_path(word)?, id),
            _ => return None,
        };
        Some(route)
    }

    fn collection(self) -> Collection {
        match self {
            Self::All(collection) | Self::Paged(collection) | Self::One(collection, _) => collection,
        }
    }
}

/// Runs a request. The store changes if and only if [`commits`] is true for the response.
pub(super) fn answer(store: &mut Store, config: &Config, call: &Call) -> Answer {
    let unknown = || Answer::error(404, format!("Cannot {} {}", call.method, call.path));
    let Some(route) = Route::of(call.path) else { return unknown() };
    let Some(org) = call.org else { return Answer::unauthorized() };
    let barred = config.unavailable.iter().find(|(collection, _)| *collection == route.collection());
    match barred {
        Some((_, 404)) => return unknown(),
        Some((_, status)) => return Answer::error(*status, "Forbidden resource"),
        None => {}
    }
    let api = Api { store, config, org };
    let outcome = match (call.method, route) {
        ("GET", Route::All(collection @ Collection::StructuredOutput) | Route::Paged(collection)) => {
            api.page(collection, call.query)
        }
        ("GET", Route::All(collection)) => api.list(collection, call.query),
        ("GET", Route::One(collection, id)) => api.get(collection, id),
        ("POST", Route::All(collection)) => api.create(collection, call.body),
        ("PATCH", Route::One(collection, id)) => api.update(collection, id, call.query, call.body),
        ("DELETE", Route::One(collection, id)) => api.delete(collection, id),
        _ => return unknown(),
    };
    outcome.unwrap_or_else(|refusal| refusal)
}

/// Whether a response with this status means that the store changed.
pub(super) fn commits(method: &str, status: u16) -> bool {
    method != "GET" && (200..300).contains(&status)
}

struct Api<'a> {
    store: &'a mut Store,
    config: &'a Config,
    org: &'a str,
}

/// `Err` is an error response.
type Outcome = Result<Answer, Answer>;

impl Api<'_> {
    fn list(self, collection: Collection, query: &str) -> Outcome {
        let query = Query::parse(query, collection, false, self.config.most_listed).map_err(Answer::invalid)?;
        let query = query.answered_by(self.config);
        let records = query.list(self.store.of_org(collection, self.org), self.config.clock.now());
        let shown = records.into_iter().map(|record| view::of(record, collection, self.config));
        Ok(Answer::ok(shown.collect()))
    }

    fn page(self, collection: Collection, query: &str) -> Outcome {
        let query = Query::parse(query, collection, true, self.config.most_listed).map_err(Answer::invalid)?;
        let query = query.answered_by(self.config);
        let (records, metadata) = query.page(self.store.of_org(collection, self.org), self.config.clock.now());
        let shown = records.into_iter().map(|record| view::of(record, collection, self.config));
        Ok(Answer::ok(serde_json::json!({"results": shown.collect::<Value>(), "metadata": metadata})))
    }

    fn get(self, collection: Collection, id: &str) -> Outcome {
        self.known(collection, id)?;
        Ok(Answer::ok(self.shown(collection, id)))
    }

    fn create(mut self, collection: Collection, body: &[u8]) -> Outcome {
        let mut object = self.accepted(collection, Change::Create, parse(body)?)?;
        check::check_whole(collection, &object).map_err(Answer::invalid)?;
        self.refuse_twin(collection, None, &object)?;
        self.clear(&mut object);
        rewrite::whole(collection, &mut object, &self.config.rewrites);
        match collection {
            Collection::Assistant => fill(&mut object, &self.config.fill),
            Collection::PhoneNumber => self.allot(&mut object)?,
            Collection::Tool | Collection::Squad | Collection::StructuredOutput => {}
        }
        let now = self.config.stamp();
        let listed_from = later(self.config.clock.now(), self.config.list_lag);
        if self.config.versions && collection.has_versions() {
            object.insert(LATEST_VERSION.into(), "v1".into());
        }
        let id = self.store.create(collection, self.org, object, now, listed_from);
        self.mirror(collection, &id);
        Ok(Answer::created(self.shown(collection, &id)))
    }

    fn update(mut self, collection: Collection, id: &str, query: &str, body: &[u8]) -> Outcome {
        let current = self.own(collection, id)?;
        let fields = self.accepted(collection, Change::Update(current), parse(body)?)?;
        if collection == Collection::StructuredOutput {
            refuse_schema(query, current, &fields)?;
        }
        self.refuse_twin(collection, Some(id), &fields)?;
        let mut object = current.clone();
        for (name, value) in fields {
            if value.is_null() && !self.config.show_cleared {
                object.shift_remove(&name);
            } else {
                object.insert(name, value);
            }
        }
        check::check_whole(collection, &object).map_err(Answer::invalid)?;
        rewrite::whole(collection, &mut object, &self.config.rewrites);
        self.store.change(collection, id, self.config.stamp(), |stored| *stored = object);
        self.mirror(collection, id);
        Ok(Answer::ok(self.shown(collection, id)))
    }

    fn delete(self, collection: Collection, id: &str) -> Outcome {
        self.own(collection, id)?;
        let shown = self.shown(collection, id);
        self.store.remove(collection, id);
        Ok(Answer::ok(shown))
    }

    /// The body of a write as it is stored.
    fn accepted(&self, collection: Collection, change: Change, sent: Object) -> Result<Object, Answer> {
        let understood = rewrite::understood(collection, sent.clone(), &self.config.rewrites);
        check::check(collection, change, &understood, &self.config.refuse).map_err(Answer::invalid)?;
        references::check(self.store, self.org, &understood).map_err(|message| Answer::error(400, message))?;
        Ok(rewrite::stored(sent, understood, &self.config.rewrites))
    }

    /// The object with that id, which the organisation may change.
    fn own(&self, collection: Collection, id: &str) -> Result<&Object, Answer> {
        let object = self.known(collection, id)?;
        let of_platform = self.store.get(collection, id).is_some_and(Record::is_of_platform);
        let refusal = || Answer::error(403, format!("{} Is Not Yours. Id: {id}", collection.noun()));
        if of_platform { Err(refusal()) } else { Ok(object) }
    }

    /// The object with that id that this organisation sees.
    fn known(&self, collection: Collection, id: &str) -> Result<&Object, Answer> {
        match self.store.get(collection, id) {
            Some(record) if record.is_seen_by(self.org) => Ok(&record.object),
            _ if !is_uuid(id) => Err(Answer::error(400, "Validation failed (uuid is expected)")),
            _ => Err(Answer::error(404, format!("Couldn't Find {}. Id: {id}", collection.noun()))),
        }
    }

    fn shown(&self, collection: Collection, id: &str) -> Value {
        let record = self.store.get(collection, id);
        record.map(|record| view::of(record, collection, self.config)).unwrap_or_default()
    }

    /// Numbers and SIP addresses are unique across organisations.
    fn refuse_twin(&self, collection: Collection, id: Option<&str>, fields: &Object) -> Result<(), Answer> {
        if collection != Collection::PhoneNumber {
            return Ok(());
        }
        for (field, words) in [("number", "`number`"), ("sipUri", "`sipUri`")] {
            let Some(value) = fields.get(field).and_then(Value::as_str) else { continue };
            let twin = |record: &&Record| record.text(field) == Some(value) && record.text("id") != id;
            if let Some(twin) = self.store.all(collection).find(twin) {
                let twin = twin.text("id").unwrap_or_default();
                return Err(Answer::error(400, format!("Existing Phone Number {twin} Has Identical {words}")));
            }
        }
        Ok(())
    }

    /// Sets what Vapi adds to a phone number: the status and, if Vapi sells it, the number.
    fn allot(&self, object: &mut Object) -> Result<(), Answer> {
        /// The default area code.
        const AREA: &str = "415";
        if object.get("provider") == Some(&Value::from("vapi")) && !object.contains_key("sipUri") {
            let area = object.get("numberDesiredAreaCode").and_then(Value::as_str).unwrap_or(AREA);
            let number = self.store.free_number(area);
            let none = || Answer::error(400, format!("No Phone Numbers Available In Area Code {area}"));
            object.insert("number".into(), number.ok_or_else(none)?.into());
        }
        object.insert("status".into(), "active".into());
        Ok(())
    }

    /// Writes the other side of links between assistants and structured outputs.
    fn mirror(&mut self, collection: Collection, id: &str) {
        if self.config.mirror_links {
            links::mirror(self.store, collection, id);
        }
    }

    fn clear(&self, object: &mut Object) {
        if !self.config.show_cleared {
            object.retain(|_, value| !value.is_null());
        }
    }
}

fn parse(body: &[u8]) -> Result<Object, Answer> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Answer::error(400, "The body must be a JSON object")),
        Err(error) => Err(Answer::error(400, format!("The body is not JSON: {error}"))),
    }
}

/// An update of a structured output needs `schemaOverride`, and changes the schema's type only if it is `true`.
fn refuse_schema(query: &str, current: &Object, fields: &Object) -> Result<(), Answer> {
    let flag = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "schemaOverride");
    let may = match flag.as_ref().map(|(_, value)| &**value) {
        Some("true") => true,
        Some("false") => false,
        _ => {
            return Err(Answer::invalid(vec![
                "schemaOverride must be one of the following values: true, false".into(),
            ]));
        }
    };
    let kind = |object: &Object| object.get("schema").and_then(|schema| schema.get("type").cloned());
    match kind(fields) {
        Some(new) if !may && kind(current).is_some_and(|old| old != new) => {
            Err(Answer::error(400, "Cannot change the type of the schema without schemaOverride"))
        }
        _ => Ok(()),
    }
}

/// Fills in absent fields, at any depth of objects.
fn fill(object: &mut Object, with: &Value) {
    let Value::Object(with) = with else { return };
    for (name, value) in with {
        match object.get_mut(name) {
            None => {
                object.insert(name.clone(), value.clone());
            }
            Some(Value::Object(inner)) => fill(inner, value),
            Some(_) => {}
        }
    }
}
