//! Moves the ref of the agreed commit, an annotated tag of the commit.

use git2::{ErrorCode, Oid, Reference, Repository, Signature, Time};
use jiff::Timestamp;

use crate::model::agreed::{Agreed, path_of, ref_name};
use crate::model::diagnostic::Diagnostic;

/// The author of the tag if git has no identity, as on a CI runner.
const NOBODY: (&str, &str) = ("vapi-sync", "vapi-sync@localhost");

/// Records in a repository that a state file and an organisation agree. A ref with a newer agreement is kept. The ref of an
/// earlier name of the file, `former`, is renamed.
///
/// # Errors
/// `agreed-not-moved`, which callers show as a warning, because everything else has been written.
pub fn note(
    repository_path: &std::path::Path,
    org_id: &str,
    agreed: &Agreed,
    former: Option<&std::path::Path>,
) -> Result<(), Diagnostic> {
    let repository = Repository::open(repository_path).map_err(|error| not_moved(&error))?;
    let name = ref_name(org_id, &agreed.path);
    if let Some(former) = former
        && repository.find_reference(&name).is_err()
        && let Ok(mut reference) = repository.find_reference(&ref_name(org_id, former))
    {
        reference.rename(&name, false, "vapi-sync: the state file was renamed").map_err(|error| not_moved(&error))?;
    }
    write(&repository, org_id, agreed).map_err(|error| not_moved(&error))
}

fn write(repository: &Repository, org_id: &str, agreed: &Agreed) -> Result<(), git2::Error> {
    let name = ref_name(org_id, &agreed.path);
    let standing = match repository.find_reference(&name) {
        Ok(reference) => Some(reference),
        Err(error) if error.code() == ErrorCode::NotFound => None,
        Err(error) => return Err(error),
    };
    let is_newer = |reference: &Reference<'_>| time_of(reference).is_some_and(|time| time > agreed.time.as_second());
    if standing.as_ref().is_some_and(is_newer) {
        return Ok(());
    }
    let commit = repository.find_object(Oid::from_str(&agreed.commit)?, Some(git2::ObjectType::Commit))?;
    let tagger = tagger(repository, agreed.time)?;
    let label = path_of(&name).unwrap_or_default().display().to_string();
    let tag = repository.tag_annotation_create(&tag_name(&name), &commit, &tagger, &agreed.run)?;
    let log = format!("vapi-sync: agreed on {label}");
    match standing {
        Some(reference) => repository.reference_matching(&name, tag, true, target(&reference)?, &log)?,
        None => repository.reference(&name, tag, false, &log)?,
    };
    Ok(())
}

/// The name in the tag object, which git requires without `refs/`.
fn tag_name(ref_name: &str) -> String {
    ref_name.trim_start_matches("refs/").to_owned()
}

fn target(reference: &Reference<'_>) -> Result<Oid, git2::Error> {
    reference.target().ok_or_else(|| git2::Error::from_str("the ref is a symbolic one"))
}

/// When an agreement was recorded, in seconds since 1970. `None`: the ref is not ours, and may be replaced.
fn time_of(reference: &Reference<'_>) -> Option<i64> {
    let tag = reference.peel_to_tag().ok()?;
    Some(tag.tagger()?.when().seconds())
}

fn tagger(repository: &Repository, time: Timestamp) -> Result<Signature<'static>, git2::Error> {
    let when = Time::new(time.as_second(), 0);
    let known = repository
        .signature()
        .ok()
        .and_then(|known| Signature::new(known.name().ok()?, known.email().ok()?, &when).ok());
    known.map_or_else(|| Signature::new(NOBODY.0, NOBODY.1, &when), Ok)
}

fn not_moved(error: &git2::Error) -> Diagnostic {
    let message = format!("git could not write down that the file and Vapi agree: {}", error.message());
    Diagnostic::warning("agreed-not-moved", message).help(
        "nothing is lost; until a run can write it down, vapi-sync may ask you about changes that are already settled",
    )
}
