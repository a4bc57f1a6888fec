//! Git's errors in the user's words.

use std::path::Path;

use git2::{ErrorClass, ErrorCode, Oid, Repository};

use crate::model::diagnostic::Diagnostic;
use crate::model::escape::shell_word;

/// The error of a repository that cannot be opened.
pub(super) fn not_opened(error: &git2::Error, folder: &Path) -> Diagnostic {
    let folder = folder.display();
    if error.code() == ErrorCode::Owner {
        let owned = format!(
            "git does not open the repository of {folder}, because it belongs to another user. Nothing was done"
        );
        // libgit2 names the folder to declare safe: "repository path '/x/y' is not owned by current user".
        let named = error.message().split('\'').nth(1).map(|path| path.trim_end_matches('/'));
        let path =
            named.map_or_else(|| folder.to_string(), |path| path.strip_suffix("/.git").unwrap_or(path).to_owned());
        return Diagnostic::error("git-owner", owned)
            .help(format!("if you trust it, run `git config --global --add safe.directory {}`", shell_word(&path)));
    }
    if error.message().to_ascii_lowercase().contains("extensions.partialclone") {
        return partial(&format!("the repository of {folder} is a partial clone"));
    }
    Diagnostic::error(
        "git-damaged",
        format!("the git repository of {folder} cannot be read: {}. Nothing was done", error.message()),
    )
    .help("run `git fsck`: it names what is damaged. A fresh clone may be the quickest way out")
}

/// The error of a reference or configuration that cannot be read.
pub(super) fn not_read(repository: &Repository, error: &git2::Error, what: &str) -> Diagnostic {
    if is_partial(repository) && error.code() == ErrorCode::NotFound {
        return partial(&format!("{what} is not in this clone"));
    }
    let message = format!("{what} cannot be read from {}: {}", repository.path().display(), error.message());
    let help = match (error.code(), error.class()) {
        (ErrorCode::NotFound, ErrorClass::Odb) => {
            "a part of the repository is missing: `git fetch` may bring it back, and `git fsck` names it; a fresh \
            clone has it"
        }
        _ => "run `git fsck`: it names what is damaged. A fresh clone may be the quickest way out",
    };
    Diagnostic::error("git-damaged", message).help(help)
}

/// The error of an object that cannot be read.
pub(super) fn object(repository: &Repository, error: &git2::Error, what: &str, id: Oid) -> Diagnostic {
    not_read(repository, error, &format!("the {what} {id}"))
}

fn partial(message: &str) -> Diagnostic {
    Diagnostic::error(
        "git-partial-clone",
        format!("{message}: it was made with `--filter`, and lacks old versions of files"),
    )
    .help("clone without `--filter` (actions/checkout: remove `filter`, keep `fetch-depth: 0`)")
}

fn is_partial(repository: &Repository) -> bool {
    let named = |pattern: &str| {
        let config = repository.config().ok()?;
        let mut entries = config.entries(Some(pattern)).ok()?;
        entries.next().map(|entry| entry.is_ok())
    };
    named(r"^remote\..*\.promisor$").or_else(|| named(r"^extensions\.partialclone$")).unwrap_or(false)
}
