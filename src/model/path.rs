//! Paths of fields.

use std::fmt;

/// One step of a [`FieldPath`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// The key of a mapping.
    Key(String),
    /// The position in a list, from 0.
    Index(usize),
    /// The key of an element in a list whose elements have keys: `function:lookup_patient`.
    Element(String),
}

/// The path of a field in an object: `model.tools[function:lookup].server.url`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FieldPath(pub Vec<Step>);

impl FieldPath {
    /// The path of the object itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// This path with one more step.
    pub fn join(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// This path with one more key.
    pub fn key(&self, key: &str) -> Self {
        self.join(Step::Key(key.to_owned()))
    }

    /// The top-level field of this path. `None` for the root.
    pub fn top(&self) -> Option<&str> {
        match self.0.first() {
            Some(Step::Key(key)) => Some(key),
            _ => None,
        }
    }
}

/// The position of a walk through a value. It lives on the stack, so that a path is only built when it is asked for.
#[derive(Clone, Copy)]
pub enum Trail<'t> {
    /// The start.
    Root,
    /// The value of a key.
    Key(&'t Trail<'t>, &'t str),
    /// An item of a list.
    Item(&'t Trail<'t>, usize),
    /// The value after a step.
    Step(&'t Trail<'t>, &'t Step),
}

impl<'t> Trail<'t> {
    /// Goes to the value of a key.
    pub fn key(&'t self, key: &'t str) -> Self {
        Trail::Key(self, key)
    }

    /// Goes to an item.
    pub fn item(&'t self, index: usize) -> Self {
        Trail::Item(self, index)
    }

    /// The path.
    pub fn path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut trail = self;
        loop {
            let (before, step) = match trail {
                Trail::Root => break,
                Trail::Key(before, key) => (before, Step::Key((*key).to_owned())),
                Trail::Item(before, index) => (before, Step::Index(*index)),
                Trail::Step(before, step) => (before, (*step).clone()),
            };
            steps.push(step);
            trail = before;
        }
        steps.reverse();
        FieldPath(steps)
    }

    /// The last key of the path.
    pub fn last_key(&self) -> Option<&'t str> {
        match self {
            Trail::Root => None,
            Trail::Key(_, key) => Some(key),
            Trail::Step(_, Step::Key(key)) => Some(key),
            Trail::Item(before, _) | Trail::Step(before, _) => before.last_key(),
        }
    }

    /// Whether the path crosses a list.
    pub fn in_list(&self) -> bool {
        match self {
            Trail::Root => false,
            Trail::Key(before, _) | Trail::Step(before, Step::Key(_)) => before.in_list(),
            Trail::Item(..) | Trail::Step(..) => true,
        }
    }
}

impl std::str::FromStr for FieldPath {
    type Err = ();

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(inside) = rest.strip_prefix('[') {
                let (step, behind) = bracketed(inside).ok_or(())?;
                steps.push(step);
                rest = behind;
            } else {
                rest = rest.strip_prefix('.').unwrap_or(rest);
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if end == 0 {
                    return Err(());
                }
                steps.push(Step::Key(rest[..end].to_owned()));
                rest = &rest[end..];
            }
        }
        Ok(Self(steps))
    }
}

/// Reads a step in brackets, after the opening bracket, and gives the rest of the text.
fn bracketed(text: &str) -> Option<(Step, &str)> {
    let (is_element, json) = match text.strip_prefix('=') {
        Some(json) => (true, json),
        None => (false, text),
    };
    if json.starts_with('"') {
        let mut reader = serde_json::Deserializer::from_str(json).into_iter::<String>();
        let key = reader.next()?.ok()?;
        let behind = json[reader.byte_offset()..].strip_prefix(']')?;
        return Some((if is_element { Step::Element(key) } else { Step::Key(key) }, behind));
    }
    let (inside, behind) = text.split_once(']')?;
    let step = inside.parse().map_or_else(|_| Step::Element(inside.to_owned()), Step::Index);
    Some((step, behind))
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if is_plain_key(key) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(key)?;
                }
                Step::Key(key) => write!(f, "[{}]", serde_json::Value::from(key.as_str()))?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Element(key) if is_plain_element(key) => write!(f, "[{key}]")?,
                Step::Element(key) => write!(f, "[={}]", serde_json::Value::from(key.as_str()))?,
            }
        }
        Ok(())
    }
}

fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$'))
}

fn is_plain_element(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_like_code_and_cannot_be_mistaken() {
        let path =
            FieldPath::root().key("model").key("tools").join(Step::Element("function:look_up".into())).key("a.b");
        assert_eq!(path.to_string(), r#"model.tools[function:look_up]["a.b"]"#);
        let odd = FieldPath::root().key("hooks").join(Step::Element("0]".into()));
        assert_eq!(odd.to_string(), r#"hooks[="0]"]"#);
        let index = FieldPath::root().key("messages").join(Step::Index(2)).key("content");
        for path in [path, odd, index, FieldPath::root()] {
            assert_eq!(path.to_string().parse(), Ok(path));
        }
        assert_eq!("a..b".parse::<FieldPath>(), Err(()));
    }
}
