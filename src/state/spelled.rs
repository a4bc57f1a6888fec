//! Texts with secrets in them as the file spells them: so they can be compared, merged, shown and logged.
//!
//! In: a text of the file with `${env:…}` in it, and what Vapi holds in its place. Out: the same with the variables in place of
//! their values, or nothing where what is left may hold a value that nobody knows any more.

use std::collections::{BTreeSet, HashSet};

use super::template::{self, Token, escape};
use crate::model::{Secret, Value};

/// Shorter values are looked for only in the lines that the file has them in: they would be found in words.
pub(super) const SHORTEST: usize = 6;

/// What stands around a secret in its line tells that line from others if it is so long.
const TELLING: usize = 3;

/// A text as the file spells it. `None`: it is no text, or nothing but a secret.
pub fn spelled(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(escape(text).into_owned()),
        Value::Secret(secret) => {
            let mut around = secret.around().map(escape);
            let first = around.next()?.into_owned();
            let after: Vec<_> = around.collect();
            let add = |text, (name, after): (&String, _)| format!("{text}${{env:{name}}}{after}");
            (after.len() == secret.variables().len()).then(|| secret.variables().iter().zip(after).fold(first, add))
        }
        _ => None,
    }
}

/// Every text of a value as the file spells it. `None`: something in it cannot be spelled.
pub fn all_spelled(value: &Value) -> Option<Value> {
    let can_be = |value: &Value| match value {
        Value::Secret(secret) => !secret.variables().is_empty(),
        Value::Unknown(_) => false,
        _ => true,
    };
    let all = !value.any(&|value| !can_be(value));
    all.then(|| {
        value.clone().map(&|value| {
            if let Value::Secret(secret) = value
                && !secret.is_within_text()
            {
                *value = Value::Text(secret.reviewed().into());
            } else if let Some(text) = spelled(value) {
                *value = Value::Text(text.into());
            }
        })
    })
}

/// A value whose texts were all spelled so.
pub fn all_read(value: Value) -> Value {
    value.map(&|value| {
        if let Value::Text(text) = value {
            *value = read(text);
        }
    })
}

/// A text that was spelled so, with secrets whose values are not known.
pub fn read(text: &str) -> Value {
    let (mut variables, mut around) = (Vec::new(), vec![String::new()]);
    for token in template::parse(text) {
        match token {
            Token::Env(name) => {
                variables.push(name.to_owned());
                around.push(String::new());
            }
            Token::Text(text) => around.last_mut().into_iter().for_each(|piece| piece.push_str(&text)),
            Token::Reference { .. } | Token::File(_) | Token::Var(_) => {}
        }
    }
    match variables.is_empty() {
        true => Value::Text(around.concat().into()),
        false => Value::Secret(Secret::missing(variables).within(around)),
    }
}

/// What Vapi holds where the file has (or had, at the `base`) a text with secrets, as the file spells it: variables stand where
/// their values do, and where a line is the file's but for those. `None`: a secret of the text is not found in it, so what
/// became of its value is not known.
pub fn respelled(live: &str, desired: &Value, base: Option<&Value>) -> Option<String> {
    let sides: Vec<&Value> = base.into_iter().chain([desired]).collect();
    let secrets: Vec<&Secret> = sides.iter().filter_map(|value| as_secret(value)).collect();
    let mut pieces = vec![Piece::Text(live.to_owned())];
    secrets.iter().for_each(|secret| replace(&mut pieces, secret, &|value| value.contains('\n')));
    let plain: HashSet<String> = sides.iter().flat_map(|value| plain_lines(value)).collect();
    let mut lines = lines_of(pieces);
    let mut set_anew = Vec::new();
    for template in secrets.iter().flat_map(|secret| templates(secret)) {
        let found = |line: &Line| match &line[..] {
            [Piece::Text(text)] if !plain.contains(text) => template.found_in(text),
            _ => None,
        };
        let mut fitting = lines.iter().enumerate().filter_map(|(at, line)| Some((at, found(line)?)));
        let (Some((at, found)), another) = (fitting.next(), fitting.next()) else { continue };
        let is_known = secrets.iter().any(|secret| found.pieces().iter().all(|piece| secret.pieces().contains(piece)));
        if another.is_some() || !is_known && goes_on(&template, at, &lines, &plain) {
            return None;
        }
        lines[at] = pieces_of(&template);
        set_anew.push(found);
    }
    for secret in secrets.into_iter().chain(&set_anew) {
        lines.iter_mut().for_each(|line| replace(line, secret, &|_| true));
    }
    let there: BTreeSet<&str> = lines.iter().flatten().filter_map(Piece::variable).collect();
    let sent = base.unwrap_or(desired);
    let is_missing = |name: &String| !there.contains(name.as_str());
    if as_secret(sent).is_some_and(|secret| secret.variables().iter().any(is_missing)) {
        return None;
    }
    let spelled = lines.iter().map(|line| line.iter().map(Piece::spelled).collect::<String>());
    let spelled = spelled.collect::<Vec<_>>().join("\n");
    // A dollar before a variable would make it text.
    let names: Vec<&str> = lines.iter().flatten().filter_map(Piece::variable).collect();
    let is_read = as_secret(&read(&spelled)).map_or(names.is_empty(), |secret| secret.variables() == names);
    let may_hold = as_secret(desired).is_some_and(|secret| may_hold(&spelled, secret));
    (is_read && !may_hold).then_some(spelled)
}

/// Whether a line of a spelled text may still hold a value of a secret that stood in the text once: it shares what stood
/// around it, and its variable is nowhere.
pub fn may_hold(spelled: &str, secret: &Secret) -> bool {
    let known = read(spelled);
    let there: &[String] = as_secret(&known).map_or(&[], Secret::variables);
    let plain = plain_lines(&known);
    let is_open = |template: &Secret| template.variables().iter().any(|name| !there.contains(name));
    templates(secret).into_iter().filter(is_open).any(|template| {
        let mut telling = template.around().map(str::trim).filter(|piece| piece.chars().count() >= TELLING);
        telling.any(|piece| plain.iter().any(|line| line.contains(piece)))
    })
}

fn as_secret(value: &Value) -> Option<&Secret> {
    match value {
        Value::Secret(secret) if secret.is_within_text() => Some(secret),
        _ => None,
    }
}

/// A part of a text.
#[derive(Clone)]
enum Piece {
    Text(String),
    Variable(String),
}

impl Piece {
    fn variable(&self) -> Option<&str> {
        match self {
            Piece::Variable(name) => Some(name),
            Piece::Text(_) => None,
        }
    }

    fn spelled(&self) -> String {
        match self {
            Piece::Variable(name) => format!("${{env:{name}}}"),
            Piece::Text(text) => escape(text).into_owned(),
        }
    }
}

/// The parts of a line, without its end.
type Line = Vec<Piece>;

fn pieces_of(secret: &Secret) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut names = secret.variables().iter();
    for text in secret.around() {
        pieces.extend((!text.is_empty()).then(|| Piece::Text(text.to_owned())));
        pieces.extend(names.next().map(|name| Piece::Variable(name.clone())));
    }
    pieces
}

/// Whether a value that is not known and begins or ends its line may have more lines beside that one.
fn goes_on(template: &Secret, at: usize, lines: &[Line], plain: &HashSet<String>) -> bool {
    let is_open = |piece: Option<&str>| piece.is_some_and(|piece| piece.trim().is_empty());
    let is_known = |line: Option<&Line>| match line.map(|line| &line[..]) {
        None => true,
        Some([Piece::Text(text)]) => plain.contains(text),
        Some(pieces) => !pieces.is_empty(),
    };
    let is_blank = |line: &&Line| line.is_empty();
    let (before, after) = (&lines[..at], &lines[at + 1..]);
    is_open(template.around().next()) && !is_known(before.iter().rev().find(|line| !is_blank(line)))
        || is_open(template.around().last()) && !is_known(after.iter().find(|line| !is_blank(line)))
}

/// Puts the variables of a secret in place of their values, as far as those are known and wanted.
fn replace(pieces: &mut Vec<Piece>, secret: &Secret, is_wanted: &dyn Fn(&str) -> bool) {
    if secret.expose().is_none() {
        return;
    }
    let values = secret.pieces().into_iter().zip(secret.variables());
    let is_wanted = |value: &str| value.chars().count() >= SHORTEST && is_wanted(value);
    let mut values: Vec<_> = values.filter(|(value, _)| is_wanted(value)).collect();
    values.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
    for (value, name) in values {
        let split = |piece: Piece| -> Vec<Piece> {
            let Piece::Text(text) = piece else { return vec![piece] };
            let mut parts = Vec::new();
            for (at, part) in text.split(value).enumerate() {
                parts.extend((at > 0).then(|| Piece::Variable(name.clone())));
                parts.extend((!part.is_empty()).then(|| Piece::Text(part.to_owned())));
            }
            parts
        };
        *pieces = std::mem::take(pieces).into_iter().flat_map(split).collect();
    }
}

fn lines_of(pieces: Vec<Piece>) -> Vec<Line> {
    let mut lines = vec![Line::new()];
    for piece in pieces {
        let Piece::Text(text) = piece else {
            lines.last_mut().into_iter().for_each(|line| line.push(piece.clone()));
            continue;
        };
        for (at, part) in text.split('\n').enumerate() {
            if at > 0 {
                lines.push(Line::new());
            }
            let part = (!part.is_empty()).then(|| Piece::Text(part.to_owned()));
            lines.last_mut().into_iter().for_each(|line| line.extend(part.clone()));
        }
    }
    lines
}

/// The lines of a text that have no secret in them.
fn plain_lines(value: &Value) -> Vec<String> {
    let pieces = match value {
        Value::Text(text) => vec![Piece::Text(text.to_string())],
        Value::Secret(secret) => pieces_of(secret),
        _ => Vec::new(),
    };
    let text = |line: Line| match &line[..] {
        [Piece::Text(text)] => Some(text.clone()),
        _ => None,
    };
    lines_of(pieces).into_iter().filter_map(text).collect()
}

/// The lines of a text that have secrets in them, as far as the rest of them tells them from others.
fn templates(secret: &Secret) -> Vec<Secret> {
    let line = |line: Line| {
        let (mut variables, mut around) = (Vec::new(), vec![String::new()]);
        for piece in line {
            match piece {
                Piece::Variable(name) => {
                    variables.push(name);
                    around.push(String::new());
                }
                Piece::Text(text) => around.last_mut().into_iter().for_each(|piece| piece.push_str(&text)),
            }
        }
        let telling: usize = around.iter().map(|piece| piece.trim().chars().count()).sum();
        let is_telling = !variables.is_empty() && telling >= TELLING;
        is_telling.then(|| Secret::missing(variables).within(around))
    };
    lines_of(pieces_of(secret)).into_iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests;
