//! A file of a commit as the working tree has it: git may convert line ends (`core.autocrlf`, `core.eol`, the attributes
//! `text` and `eol`) and expand `$Id$` (the attribute `ident`). Filter programs are not run.

use std::borrow::Cow;
use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, ObjectType, Oid, Repository};
use memchr::memmem;

/// What git does to a file on checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    ends: Ends,
    /// It expands `$Id$`.
    ident: bool,
}

/// How git converts line ends on checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ends {
    /// Nothing.
    Kept,
    /// To CR LF.
    Crlf,
    /// To CR LF, if it is a text without any.
    CrlfInPlainText,
}

/// The content of a file as the working tree has it. `path` is from the root of the repository.
pub(super) fn shown(repository: &Repository, path: &Path, content: &[u8]) -> Vec<u8> {
    Shown::at(repository, path).of(content).into_owned()
}

impl Shown {
    /// What it does to the file at a path from the root of the repository.
    pub(super) fn at(repository: &Repository, path: &Path) -> Self {
        let ident = repository.get_attr(path, "ident", AttrCheckFlags::FILE_THEN_INDEX).ok().flatten();
        Self { ends: ends(repository, path), ident: AttrValue::from_string(ident) == AttrValue::True }
    }

    /// A content as the working tree has it.
    pub(super) fn of<'c>(&self, content: &'c [u8]) -> Cow<'c, [u8]> {
        let kept = match self.ends {
            Ends::Kept => true,
            Ends::CrlfInPlainText => content.iter().any(|byte| matches!(byte, b'\r' | 0)),
            Ends::Crlf => false,
        };
        let content = if self.ident { with_id(content) } else { Cow::Borrowed(content) };
        if kept { content } else { with_crlf(&content).into() }
    }
}

/// A content with the id of its blob in `$Id$`.
fn with_id(content: &[u8]) -> Cow<'_, [u8]> {
    let Ok(id) = Oid::hash_object(ObjectType::Blob, content) else { return content.into() };
    let mut shown = Vec::with_capacity(content.len() + 64);
    let mut rest = content;
    while let Some(at) = memmem::find(rest, b"$Id") {
        let behind = &rest[at + 3..];
        let end = match behind.first() {
            Some(b'$') => Some(0),
            Some(b':') => memchr::memchr2(b'$', b'\n', behind).filter(|end| behind[*end] == b'$'),
            _ => None,
        };
        shown.extend_from_slice(&rest[..at]);
        match end {
            Some(_) => shown.extend_from_slice(format!("$Id: {id} $").as_bytes()),
            None => shown.extend_from_slice(b"$Id"),
        }
        rest = end.map_or(behind, |end| &behind[end + 1..]);
    }
    shown.extend_from_slice(rest);
    shown.into()
}

fn with_crlf(content: &[u8]) -> Vec<u8> {
    let mut shown = Vec::with_capacity(content.len() + content.len() / 32);
    for (at, byte) in content.iter().enumerate() {
        if *byte == b'\n' && at.checked_sub(1).is_none_or(|before| content[before] != b'\r') {
            shown.push(b'\r');
        }
        shown.push(*byte);
    }
    shown
}

fn ends(repository: &Repository, path: &Path) -> Ends {
    let attribute = |name| repository.get_attr(path, name, AttrCheckFlags::FILE_THEN_INDEX).ok().flatten();
    let config = repository.config().and_then(|mut config| config.snapshot()).ok();
    let word = |name: &str| config.as_ref().and_then(|config| config.get_string(name).ok());
    let autocrlf = word("core.autocrlf").unwrap_or_default();
    let is_on = matches!(autocrlf.as_str(), "true" | "yes" | "on" | "1");
    let (text, eol) = (attribute("text"), attribute("eol"));
    let by_config = || match (is_on, autocrlf.as_str(), word("core.eol").as_deref()) {
        (true, ..) => true,
        (false, "input", _) | (_, _, Some("lf")) => false,
        (_, _, Some("crlf")) => true,
        _ => cfg!(windows),
    };
    let is_crlf = match eol {
        Some("crlf") => true,
        Some("lf") => false,
        _ => by_config(),
    };
    match (AttrValue::from_string(text), eol) {
        (AttrValue::False, _) | (AttrValue::String("input"), _) => Ends::Kept,
        (AttrValue::Unspecified, None) if is_on => Ends::CrlfInPlainText,
        (AttrValue::Unspecified, None) => Ends::Kept,
        _ if !is_crlf => Ends::Kept,
        (AttrValue::String("auto"), _) => Ends::CrlfInPlainText,
        _ => Ends::Crlf,
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// What git itself checks out.
    fn by_git(config: &[(&str, &str)], attributes: &str, content: &str) -> (String, String) {
        let folder = tempfile::TempDir::new().unwrap();
        let git = |args: &[&str]| {
            let output = Command::new("git")
                .args(["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
                .args(args)
                .current_dir(folder.path())
                .env("GIT_CONFIG_GLOBAL", "/dev/null")
                .env("GIT_CONFIG_NOSYSTEM", "1")
                .output()
                .unwrap();
            assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        git(&["init", "-q"]);
        std::fs::write(folder.path().join("p.md"), content).unwrap();
        git(&["-c", "core.autocrlf=false", "add", "p.md"]);
        std::fs::write(folder.path().join(".gitattributes"), attributes).unwrap();
        git(&["add", ".gitattributes"]);
        git(&["commit", "-qm", "x"]);
        config.iter().for_each(|(key, value)| git(&["config", key, value]));
        std::fs::remove_file(folder.path().join("p.md")).unwrap();
        git(&["checkout", "--", "p.md"]);
        let by_git = std::fs::read_to_string(folder.path().join("p.md")).unwrap();
        let repository = Repository::open(folder.path()).unwrap();
        let ours = shown(&repository, Path::new("p.md"), content.as_bytes());
        (by_git, String::from_utf8(ours).unwrap())
    }

    #[test]
    fn lines_end_as_git_ends_them() {
        let configs: [&[(&str, &str)]; 4] =
            [&[], &[("core.autocrlf", "true")], &[("core.autocrlf", "input")], &[("core.eol", "crlf")]];
        let attributes = [
            "",
            "*.md text\n",
            "*.md -text\n",
            "*.md text=auto\n",
            "*.md eol=crlf\n",
            "*.md text eol=lf\n",
            "*.md ident\n",
        ];
        for config in configs {
            for attributes in attributes {
                for content in
                    ["a\nb\n", "a\r\nb\nc", "a\u{0}\nb\n", "a\r\nb\r\n", "a $Id$ $Id: x $\n$Id: y\n$\n$Idle$"]
                {
                    let (git, ours) = by_git(config, attributes, content);
                    assert_eq!(ours, git, "{config:?} {attributes:?} {content:?}");
                }
            }
        }
    }
}
