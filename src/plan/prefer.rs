//! `--prefer`: which side wins where the file and Vapi are in conflict.

use crate::kinds;
use crate::model::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{Address, FieldPath};
use crate::state::load::did_you_mean;

/// The side that wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The file: `apply` sends its value, `pull` keeps it.
    File,
    /// Vapi: `pull` takes its value, `apply` leaves it.
    Vapi,
}

/// The rules of `--prefer`. The last rule that covers a field counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prefer {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    side: Side,
    /// An entry and a field of it. `None`: everything.
    of: Option<(Address, FieldPath)>,
}

impl Prefer {
    /// Reads `file`, `vapi`, `file=agents.receptionist`, `vapi=agents.receptionist.model.temperature`.
    ///
    /// # Errors
    /// What is wrong with the first text that is none of these.
    pub fn parse(texts: &[String]) -> Result<Self, String> {
        texts.iter().map(|text| Rule::parse(text)).collect::<Result<_, _>>().map(|rules| Self { rules })
    }

    /// The side that wins for a field. `None`: no rule covers it.
    pub fn of(&self, address: &Address, path: &FieldPath) -> Option<Side> {
        let names = |rule: &&Rule| match &rule.of {
            None => true,
            Some((entry, field)) => entry == address && path.0.starts_with(&field.0),
        };
        self.rules.iter().rev().find(names).map(|rule| rule.side)
    }

    /// Refuses rules that name no entry, or a field that neither the entry nor its object has. `has` says whether one of them
    /// has it.
    ///
    /// # Errors
    /// `unknown-address`, `unknown-field`.
    pub fn check(&self, known: &[Address], has: &dyn Fn(&Address, &FieldPath) -> bool) -> Result<(), Diagnostics> {
        let named = self.rules.iter().filter_map(|rule| rule.of.as_ref());
        let wrong: Diagnostics = named.filter_map(|(address, path)| unknown(address, path, known, has)).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// The rules as they were written on the command line.
    pub fn texts(&self) -> Vec<String> {
        self.rules.iter().map(Rule::text).collect()
    }
}

fn unknown(
    address: &Address,
    path: &FieldPath,
    known: &[Address],
    has: &dyn Fn(&Address, &FieldPath) -> bool,
) -> Option<Diagnostic> {
    if !known.contains(address) {
        let error = Diagnostic::error("unknown-address", format!("--prefer: the file has no entry {address}"));
        let texts: Vec<String> = known.iter().map(Address::to_string).collect();
        let meant = did_you_mean(&address.to_string(), texts.iter().map(String::as_str));
        return Some(match meant {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error.help("write the entry as `vapi-sync plan` shows it, such as agents.receptionist"),
        });
    }
    (!has(address, path)).then(|| {
        let message = format!("--prefer: neither {address} nor its object in Vapi has {path}");
        Diagnostic::error("unknown-field", message)
            .help("write the field as `vapi-sync plan` shows it, such as model.temperature")
    })
}

impl Rule {
    fn parse(text: &str) -> Result<Self, String> {
        let (side, of) = match text.split_once('=') {
            Some((side, of)) => (side, Some(of)),
            None => (text, None),
        };
        let side = match side {
            "file" => Side::File,
            "vapi" => Side::Vapi,
            other => return Err(format!("write `file` or `vapi`, not `{other}`")),
        };
        let of = of.map(|of| {
            place(of)
                .ok_or_else(|| format!("`{of}` is not the address of an entry or a field, such as agents.receptionist"))
        });
        Ok(Self { side, of: of.transpose()? })
    }

    fn text(&self) -> String {
        let side = match self.side {
            Side::File => "file",
            Side::Vapi => "vapi",
        };
        match &self.of {
            None => side.to_owned(),
            Some((address, path)) => format!("{side}={}", named(address, path)),
        }
    }
}

/// A field of an entry as written in `--prefer`: `agents.receptionist.model.temperature`.
pub fn named(address: &Address, path: &FieldPath) -> String {
    let path = path.to_string();
    let point = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    format!("{address}{point}{path}")
}

fn place(text: &str) -> Option<(Address, FieldPath)> {
    let (section, rest) = text.split_once('.')?;
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (handle, path) = rest.split_at(end);
    let kind = kinds::by_section(section).filter(|_| !handle.is_empty())?;
    let path = match path.strip_prefix('.') {
        Some(inner) if inner.is_empty() || inner.starts_with(['.', '[']) => return None,
        inner => inner.unwrap_or(path).parse().ok()?,
    };
    Some((kind.address(handle), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefer(texts: &[&str]) -> Result<Prefer, String> {
        Prefer::parse(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_last_that_names_a_field_counts() {
        let texts = ["vapi", "file=agents.a", "vapi=agents.a.model.tools[function:x].server"];
        let rules = prefer(&texts).expect("rules");
        assert_eq!(rules.texts(), texts);
        let of = |handle: &str, path: &str| rules.of(&Address::new("agents", handle), &path.parse().expect("a path"));
        assert_eq!(of("b", "name"), Some(Side::Vapi));
        assert_eq!(of("a", "name"), Some(Side::File));
        assert_eq!(of("a", "model.tools[function:x].server.url"), Some(Side::Vapi));
        // All of the tools is more than was named.
        assert_eq!(of("a", "model.tools"), Some(Side::File));
        assert_eq!(Prefer::default().of(&Address::new("agents", "a"), &FieldPath::root()), None);
    }

    #[test]
    fn a_typo_is_an_error() {
        for text in ["fiel", "file=", "file=agents", "file=agent.a", "file=agents.", "vapi=agents.a..b", "hold"] {
            assert!(prefer(&[text]).is_err(), "{text}");
        }
        let known = [Address::new("agents", "reception")];
        let has = |_: &Address, path: &FieldPath| path.top() != Some("nmae");
        let check = |text: &str| prefer(&[text]).expect("a rule").check(&known, &has);
        assert_eq!(check("file=agents.reception.name"), Ok(()));
        let codes = |text: &str| check(text).expect_err("a typo").iter().map(|error| error.code).collect::<Vec<_>>();
        assert_eq!(codes("file=agents.recepton"), ["unknown-address"]);
        assert_eq!(codes("file=agents.reception.nmae"), ["unknown-field"]);
    }
}
