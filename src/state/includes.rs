//! The texts of `${file:…}`: read from beside the state file, and refused where they are evidently not the text meant.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::memmem;

use crate::files::{Checkout, read_text};
use crate::model::diagnostic::{Diagnostic, Place};
use crate::model::shared;

/// Some editors begin a file with it; it is no part of the text.
const BOM: char = '\u{feff}';

/// How an include is named in a text.
const NAMED: &[u8] = b"${file:";

/// From so many includes on they are read side by side: threads have their price.
const MANY: usize = 64;

/// More of them do not make a disk faster.
const MOST_THREADS: usize = 4;

/// How many bytes all uses of all includes may come to.
const MAX_USED: usize = 128 << 20;

/// Where the texts of `${file:…}` come from.
pub trait IncludeSource {
    /// The text of an include.
    ///
    /// # Errors
    /// The path leads to no text file that may be included, or to one that is evidently not the text meant.
    fn text(&self, path: &str) -> Result<Arc<str>, Diagnostic>;
}

/// An include as messages name it: as seen from where the state file is named.
pub fn shown_include(document: &str, path: &str) -> Arc<str> {
    match Path::new(document).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.join(path).display().to_string().into(),
        _ => path.into(),
    }
}

/// The text files beside the state file, each read once.
pub struct Includes {
    checkout: Checkout,
    /// By path.
    read: RefCell<HashMap<String, Result<Read, Diagnostic>>>,
    used: Cell<usize>,
}

/// A text file as it was read.
#[derive(Clone)]
struct Read {
    has_mark: bool,
    /// The text meant.
    text: Arc<str>,
    end: &'static str,
}

impl Includes {
    /// The includes of a state file in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { checkout: Checkout::at(folder), read: RefCell::default(), used: Cell::new(0) }
    }

    /// The folder that no include may leave.
    pub fn folder(&self) -> &Path {
        self.checkout.folder()
    }

    /// The real path of an include, inside the folder.
    ///
    /// # Errors
    /// See [`Checkout::include`].
    pub fn locate(&self, path: &str) -> Result<PathBuf, Diagnostic> {
        self.checkout.include(path)
    }

    /// Where a new include of this path would stand, and whether something stands there already.
    ///
    /// # Errors
    /// See [`Checkout::vacancy`].
    pub fn vacancy(&self, path: &str) -> Result<(PathBuf, bool), String> {
        self.checkout.vacancy(path)
    }

    /// What was on the disk when the include was first read, byte for byte.
    ///
    /// # Errors
    /// See [`IncludeSource::text`].
    pub fn on_disk(&self, path: &str) -> Result<String, Diagnostic> {
        let Read { has_mark, text, end } = self.read(path)?;
        Ok(format!("{}{text}{end}", if has_mark { BOM.to_string() } else { String::new() }))
    }

    /// Reads the includes that a text names, side by side if there are many. Gives nothing: each is given, or refused, where it
    /// is used.
    pub fn read_ahead(&self, text: &str) {
        let rest = |at| text.get(at + NAMED.len()..).unwrap_or_default();
        let named = memmem::find_iter(text.as_bytes(), NAMED).filter_map(|at| Some(rest(at).split_once('}')?.0));
        let mut bytes = 0;
        let fits = |path: &&str| {
            // What may not be included is looked at, and not read.
            let size = self.folder().join(path).metadata().map_or(0, |file| file.len());
            bytes += size;
            bytes <= MAX_USED as u64
        };
        let is_new = |path: &&str| !self.read.borrow().contains_key(*path);
        let named: Vec<&str> = named.collect::<BTreeSet<_>>().into_iter().filter(is_new).take_while(fits).collect();
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
        if named.len() < MANY || threads == 1 {
            return;
        }
        let folder = self.folder();
        let read_all = |paths: &[&str]| {
            // What libgit2 knows of a repository is for one thread.
            let checkout = Checkout::at(folder);
            paths.iter().map(|path| ((*path).to_owned(), read(&checkout, path))).collect::<Vec<_>>()
        };
        let read_all = &read_all;
        std::thread::scope(|scope| {
            let parts = named.chunks(named.len().div_ceil(threads));
            let parts: Vec<_> = parts.map(|paths| scope.spawn(move || read_all(paths))).collect();
            // A part that is lost is read where it is used.
            self.read.borrow_mut().extend(parts.into_iter().filter_map(|part| part.join().ok()).flatten());
        });
    }

    fn read(&self, path: &str) -> Result<Read, Diagnostic> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let read = read(&self.checkout, path);
        self.read.borrow_mut().insert(path.to_owned(), read.clone());
        read
    }
}

fn read(checkout: &Checkout, path: &str) -> Result<Read, Diagnostic> {
    let raw = read_text(&checkout.include(path)?, path)?;
    let text = text_of(&raw);
    if let Some((why, help, line)) = not_meant(text) {
        let place = Place { file: path.into(), line, column: 1, width: 1 };
        let message = format!("{path} cannot be used as it is: {why}");
        return Err(Diagnostic::error("include-not-text", message).at(place).help(help));
    }
    Ok(Read { has_mark: raw.starts_with(BOM), text: shared(text), end: end_of(&raw) })
}

impl IncludeSource for Includes {
    fn text(&self, path: &str) -> Result<Arc<str>, Diagnostic> {
        let text = self.read(path)?.text;
        self.used.set(self.used.get().saturating_add(text.len()));
        if self.used.get() > MAX_USED {
            let message = format!("the included files add up to more than {} MiB", MAX_USED >> 20);
            return Err(Diagnostic::error("includes-too-large", message)
                .help("include shorter files, or split the state file in two"));
        }
        Ok(text)
    }
}

/// The text that a text file holds: without a BOM, and without its last line end, which editors add.
pub fn text_of(raw: &str) -> &str {
    let text = raw.strip_prefix(BOM).unwrap_or(raw);
    text.strip_suffix(end_of(text)).unwrap_or(text)
}

/// How the last line of a text file ends.
fn end_of(raw: &str) -> &'static str {
    ["\r\n", "\n"].into_iter().find(|end| raw.ends_with(end)).unwrap_or_default()
}

/// A text file that holds a text: one that is there keeps its BOM, and its way to end the last line.
pub fn file_of(text: &str, before: Option<&str>) -> String {
    let mark = before.unwrap_or(text).starts_with(BOM) || text.starts_with(BOM);
    let end = match before {
        Some(before) if !before.ends_with('\n') && !text.ends_with('\n') => "",
        Some(before) if before.ends_with("\r\n") => "\r\n",
        _ if text.ends_with('\r') => "\r\n",
        _ => "\n",
    };
    let mark = if mark { BOM.to_string() } else { String::new() };
    format!("{mark}{text}{end}")
}

/// Why a text would be refused if it stood in a file.
pub fn why_not_meant(text: &str) -> Option<&'static str> {
    not_meant(text).map(|(why, _, _)| why)
}

/// Why a text is evidently not the one meant, what to do, and the line that shows it.
fn not_meant(text: &str) -> Option<(&'static str, &'static str, usize)> {
    const DECRYPT: &str = "decrypt it before vapi-sync runs";
    let head = text.trim_start();
    if head.starts_with("version https://git-lfs.github.com/spec/") {
        return Some((
            "git has not downloaded its content yet (Git LFS)",
            "run `git lfs pull`; in actions/checkout set `lfs: true`",
            1,
        ));
    }
    let encrypted = [
        "-----BEGIN PGP MESSAGE-----",
        "-----BEGIN AGE ENCRYPTED FILE-----",
        "age-encryption.org/v1",
        "$ANSIBLE_VAULT;",
    ];
    if encrypted.iter().any(|start| head.starts_with(start))
        || (memmem::find(text.as_bytes(), b"ENC[AES256_GCM,").is_some() && text.contains("sops"))
    {
        return Some(("it is encrypted", DECRYPT, 1));
    }
    if text.starts_with("\0GITCRYPT") {
        return Some(("it is encrypted", "run `git-crypt unlock`", 1));
    }
    if text.contains('\0') {
        return Some(("it is a binary file, not text", DECRYPT, 1));
    }
    conflict(text).map(|line| {
        (
            "git left a merge conflict in it",
            "keep one of the two sides, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
            line,
        )
    })
}

/// The line on which an unresolved merge begins: its three marks must follow each other.
fn conflict(text: &str) -> Option<usize> {
    memmem::find(text.as_bytes(), b"<<<<<<< ")?;
    let mut lines = text.lines().enumerate();
    let (begins, _) = lines.find(|(_, line)| line.starts_with("<<<<<<< "))?;
    lines.find(|(_, line)| *line == "=======")?;
    lines.find(|(_, line)| line.starts_with(">>>>>>> "))?;
    Some(begins + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_evidently_not_the_text_is_an_error() {
        let conflict = "a\n<<<<<<< HEAD\nb\n||||||| base\n=======\nc\n>>>>>>> other\n";
        let table = [
            ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", Some(1)),
            (conflict, Some(2)),
            ("$ANSIBLE_VAULT;1.1;AES256\n6638", Some(1)),
            ("-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", Some(1)),
            ("\0GITCRYPT\0\u{1}", Some(1)),
            ("{\"data\": \"ENC[AES256_GCM,data:p673w==]\", \"sops\": {}}", Some(1)),
            ("You answer the phone.\n=======\nHeading\n", None),
            ("In git, `<<<<<<< HEAD` begins a conflict.\n", None),
            ("<<<<<<< HEAD\nno end\n", None),
            ("", None),
        ];
        for (text, line) in table {
            assert_eq!(not_meant(text).map(|(_, _, line)| line), line, "{text:?}");
        }
    }

    #[test]
    fn many_includes_are_read_ahead_and_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let names: Vec<String> = (0..MANY).map(|at| format!("{at}.md")).collect();
        names.iter().for_each(|name| write(name, &format!("I am {name}\n")));
        write("binary.md", "\0");
        let others = ["binary.md", "missing.md", "../outside.md"].map(str::to_owned);
        let all: Vec<&String> = names.iter().chain(&others).collect();
        let text: String = all.iter().map(|name| format!("a: ${{file:{name}}} ${{file:\n")).collect();
        let (ahead, one_by_one) = (Includes::new(folder.path()), Includes::new(folder.path()));
        ahead.read_ahead(&text);
        if std::thread::available_parallelism().is_ok_and(|threads| threads.get() > 1) {
            assert!(all.iter().all(|name| ahead.read.borrow().contains_key(*name)));
        }
        for name in all {
            assert_eq!(ahead.text(name), one_by_one.text(name));
        }
    }

    #[test]
    fn a_file_gives_back_the_text_that_was_written_into_it() {
        for (raw, text) in
            [("\u{feff}Hello", "Hello"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a"), ("\n", ""), ("", "")]
        {
            assert_eq!(text_of(raw), text, "{raw:?}");
        }
        let texts = ["", "a", "a\n", "a\n\n", "a\r", "a\r\n", "\u{feff}a", "\n", "\r", "\u{feff}", "\u{feff}\n"];
        let files = texts.map(Some).into_iter().chain([None]);
        for before in files {
            for text in texts {
                assert_eq!(text_of(&file_of(text, before)), text, "{text:?} over {before:?}");
            }
        }
        assert_eq!(file_of("b", Some("\u{feff}a\r\n")), "\u{feff}b\r\n");
        assert_eq!(file_of("b", Some("a")), "b");
        assert_eq!(file_of("b", None), "b\n");
    }
}
