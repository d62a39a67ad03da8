//! Transcripts: pages of commands with all that they print, run against the binary.
//!
//! A page is Markdown. `project: NAME` in its first lines copies `projects/NAME` (or a path from the repository's root)
//! into an empty folder, where all commands of the page run one after the other. `cluster: CONTEXT/NAMESPACE` gives it a
//! namespace of its own on a test cluster, as the current one, with `kubectl` and Helm 4 on PATH, see
//! [`place`](self::place). A block is fenced as `console`:
//!
//! ````text
//! ```console columns=60 ascii
//! $ switchback check plans
//! what stdout had
//! [stderr]
//! what stderr had
//! [exit 10]
//! ```
//! ````
//!
//! Words behind `console` change the surroundings: `columns=N`, `ascii` (a locale without UTF-8), `dumb` (the
//! terminal), `color` (colours in a pipe too, shown as `\e[…m`), `port` (a free port for the quickstart's portal),
//! `terminal` (the screen instead of the streams; `[screen]` begins each that was asked for, see
//! [`terminal`](self::terminal)), `types=ANSWER` (typed there where a question stands). What differs from run to run is
//! replaced, see [`redact`](self::redact).

mod page;
mod place;
mod redact;
mod sealed;
mod terminal;

pub use page::{Block, Command, Page, Part};
pub use redact::Redactions;
pub use sealed::Sealed;

use crate::expected;
use place::Place;
use std::path::Path;

/// Runs a page and compares all that its commands print; false where it needs a cluster and there can be none, which is
/// told.
pub fn check(path: &Path) -> Result<bool, String> {
    let failed = |error: String| format!("{}: {error}", path.display());
    let page = read(path)?;
    let place = match &page.cluster {
        Some((context, namespace)) => {
            match Place::new(&path.display().to_string(), context, namespace).map_err(failed)? {
                None => return Ok(false),
                place => place,
            }
        }
        None => None,
    };
    let told = run(page, place.as_ref()).map_err(failed)?;
    expected::compare(path, &told)?;
    Ok(true)
}

/// Whether a page needs a cluster.
pub fn needs_cluster(path: &Path) -> Result<bool, String> {
    Ok(read(path)?.cluster.is_some())
}

fn read(path: &Path) -> Result<Page, String> {
    let failed = |error: String| format!("{}: {error}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    Page::parse(&text).map_err(failed)
}

/// The page with what its commands print now.
fn run(mut page: Page, place: Option<&Place>) -> Result<String, String> {
    let mut sealed = Sealed::new(page.project.as_deref())?;
    let mut redactions = Redactions::new(&sealed);
    if let Some(place) = place {
        (sealed, redactions) = (sealed.at(place)?, redactions.at(place));
    }
    for block in page.parts.iter_mut().filter_map(Part::block_mut) {
        for command in &mut block.commands {
            let ended = sealed.run(&command.typed, &block.surroundings)?;
            command.stdout = redactions.apply(&ended.stdout);
            command.stderr = redactions.apply(&ended.stderr);
            command.exit = ended.exit;
        }
    }
    Ok(page.to_string())
}
