//! `--spec`: an OpenAPI document of Vapi, from a file, an address, or Vapi itself.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::App;
use super::connect::block_on;
use crate::check::spec::Spec;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::load::read_text;
use crate::record::Disk;
use crate::vapi::{DEFAULT_BASE_URL, Published, published};
use crate::workdir::Workdir;

/// What is kept of a document that was fetched: in `.vapi-sync/`, so that it is fetched again only when it changes.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    url: String,
    etag: String,
    text: String,
}

/// Reads the document that `source` names: a file, an https address, or `live` for Vapi's own.
pub(super) fn load(app: &App, source: &str) -> Result<Spec, Diagnostics> {
    let url = match source {
        "live" => {
            let base = std::env::var("VAPI_BASE_URL").ok().filter(|base| !base.trim().is_empty());
            let base = base.unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
            format!("{}/api-json", base.trim().trim_end_matches('/'))
        }
        url if url.starts_with("https://") || url.starts_with("http://") => url.to_owned(),
        file => return Ok(Spec::load(&read_text(Path::new(file), file)?, file)?),
    };
    let workdir = Workdir::beside(Disk::at(&app.global.file, "").real());
    let path = workdir.path("spec.json");
    let kept = std::fs::read_to_string(&path).ok();
    let kept = kept.and_then(|text| serde_json::from_str::<Kept>(&text).ok()).filter(|kept| kept.url == url);
    let answer = block_on(async {
        published(&url, kept.as_ref().map(|kept| kept.etag.as_str())).await.map_err(Diagnostics::from)
    })?;
    let text = match (answer, kept) {
        (Published::AsBefore, Some(kept)) => kept.text,
        (Published::AsBefore, None) => {
            return Err(Diagnostic::error("spec-unreachable", format!("{url} answers with nothing")).into());
        }
        (Published::New { text, etag }, _) => {
            if let Some(etag) = etag {
                keep(&workdir, &path, Kept { url: url.clone(), etag, text: text.clone() });
            }
            text
        }
    };
    Ok(Spec::load(&text, &url)?)
}

/// Keeps a document. Where it cannot be kept it is fetched again next time, which is no reason to fail.
fn keep(workdir: &Workdir, path: &Path, kept: Kept) {
    if workdir.ensure().is_ok()
        && let Ok(text) = serde_json::to_string(&kept)
    {
        let _ = std::fs::write(path, text);
    }
}
