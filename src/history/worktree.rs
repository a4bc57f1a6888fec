//! A file of a commit as the working tree has it: git may convert line ends (`core.autocrlf`, `core.eol`, the attributes
//! `text` and `eol`). Filter programs are not run.

use std::path::Path;

use git2::{AttrCheckFlags, AttrValue, Repository};

/// How git converts line ends on checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// Nothing.
    Kept,
    /// To CR LF.
    Crlf,
    /// To CR LF, if it is a text without any.
    CrlfInPlainText,
}

/// The content of a file as the working tree has it. `path` is from the root of the repository.
pub(super) fn shown(repository: &Repository, path: &Path, content: Vec<u8>) -> Vec<u8> {
    match ends(repository, path) {
        Ends::Kept => content,
        Ends::CrlfInPlainText if content.iter().any(|byte| matches!(byte, b'\r' | 0)) => content,
        Ends::Crlf | Ends::CrlfInPlainText => with_crlf(&content),
    }
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
        let ours = shown(&repository, Path::new("p.md"), content.as_bytes().to_vec());
        (by_git, String::from_utf8(ours).unwrap())
    }

    #[test]
    fn lines_end_as_git_ends_them() {
        let configs: [&[(&str, &str)]; 4] =
            [&[], &[("core.autocrlf", "true")], &[("core.autocrlf", "input")], &[("core.eol", "crlf")]];
        let attributes =
            ["", "*.md text\n", "*.md -text\n", "*.md text=auto\n", "*.md eol=crlf\n", "*.md text eol=lf\n"];
        for config in configs {
            for attributes in attributes {
                for content in ["a\nb\n", "a\r\nb\nc", "a\u{0}\nb\n", "a\r\nb\r\n"] {
                    let (git, ours) = by_git(config, attributes, content);
                    assert_eq!(ours, git, "{config:?} {attributes:?} {content:?}");
                }
            }
        }
    }
}
