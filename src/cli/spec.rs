//! `--spec`: an OpenAPI document of Vapi, from a file, an address, or Vapi itself.

use std::path::Path;

use super::App;
use super::connect::block_on;
use crate::check::fetch::fetch;
use crate::check::spec::Spec;
use crate::files::workdir::Workdir;
use crate::files::{Disk, is_tracked, read_text};
use crate::model::diagnostic::Diagnostics;
use crate::vapi::DEFAULT_BASE_URL;

/// Whether somebody else may have written the cache: it is a symbolic link, or git tracks it.
fn came_along(cache: &Path) -> bool {
    cache.is_symlink() || is_tracked(cache)
}

/// Reads the document that `source` names: a file, an https address, or `live` for Vapi's own, which is served where its API
/// is. A downloaded document is cached in `.vapi-sync/`, and downloaded again only when it has changed.
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
    // If it cannot be cached, it is fetched again next time.
    let cache = workdir.ensure().is_ok().then(|| workdir.path("spec.json")).filter(|cache| !came_along(cache));
    let cache = cache.map(|cache| Disk::at(&cache, "the cache"));
    let cached = cache.as_ref().and_then(|cache| cache.read().ok());
    let fetched = block_on(async { fetch(&url, cached.as_deref()).await.map_err(Diagnostics::from) })?;
    if let (Some(cache), Some(new)) = (cache, fetched.cache) {
        let _ = cache.replace(cached.as_deref(), &new);
    }
    Ok(Spec::load(&fetched.text, &url)?)
}
