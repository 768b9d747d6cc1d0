//! Reference material that may lie beside the checkout: the vendor's published examples and real captures.

use std::env;
use std::path::PathBuf;

/// The folder with reference material, or `None`, said once per test that would have used it.
#[expect(clippy::print_stderr, reason = "a test that had nothing to read must say so")]
pub(crate) fn folder(below: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let root = env::var_os("ENTENTE_SHARED").map_or_else(beside, PathBuf::from);
    let folder = root.join("data/jira").join(below);
    if folder.exists() {
        return Some(folder);
    }
    eprintln!("not read, because it is not there: {}", folder.display());
    None
}
