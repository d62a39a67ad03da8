//! The folders of a program's starts in the run's folder: one for each start, so that a later look finds the last one.

use crate::site::{Fault, Scene, Secrets};
use crate::world::process::said_in;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where all outputs of programs lie in the run's folder.
const OUTPUTS: &str = "outputs";

/// Where an action's starts have their records: what its recipe keeps.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::action) struct Starts {
    /// `outputs/STEP/ACT`, relative to the run's folder; the number of a start follows.
    place: String,
    /// The first number that belongs to this recipe.
    first: u32,
    /// Its limit in milliseconds.
    within: u64,
}

impl Starts {
    /// A place for the starts that follow. Its folder is durable before the journal speaks of it, or a start whose
    /// folder a power cut took along would count as never made.
    pub(in crate::action) fn prepare(scene: &Scene<'_>) -> Result<Self, Fault> {
        let run = scene.folder()?;
        let place = format!("{OUTPUTS}/{}/{}", plain(scene.step), plain(scene.act));
        let folder = run.join(OUTPUTS).join(plain(scene.step));
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        made.and_then(|()| sync(run)).and_then(|()| sync(&run.join(OUTPUTS))).map_err(unusable(&folder))?;
        let mut starts = Self { place, first: 1, within: millis(scene.within) };
        while starts.exists(run, starts.first)? {
            starts.first += 1;
        }
        Ok(starts)
    }

    /// A folder that has not served yet.
    pub(in crate::action) fn fresh(&self, run: &Path) -> Result<PathBuf, Fault> {
        Ok(self.folder(run, self.next(run)?))
    }

    /// The folders of all starts, the last one first.
    pub(in crate::action) fn newest_first(&self, run: &Path) -> Result<Vec<PathBuf>, Fault> {
        let next = self.next(run)?;
        Ok((self.first..next).rev().map(|number| self.folder(run, number)).collect())
    }

    /// The folder of the last start; none where there was none.
    pub(in crate::action) fn last(&self, run: &Path) -> Result<Option<PathBuf>, Fault> {
        let next = self.next(run)?;
        Ok((next > self.first).then(|| self.folder(run, next - 1)))
    }

    /// The limit of each start.
    pub(in crate::action) fn within(&self) -> Duration {
        Duration::from_millis(self.within)
    }

    fn next(&self, run: &Path) -> Result<u32, Fault> {
        let mut next = self.first;
        while self.exists(run, next)? {
            next += 1;
        }
        Ok(next)
    }

    fn exists(&self, run: &Path, number: u32) -> Result<bool, Fault> {
        let folder = self.folder(run, number);
        folder.try_exists().map_err(unusable(&folder))
    }

    fn folder(&self, run: &Path, number: u32) -> PathBuf {
        run.join(format!("{}-{number}", self.place))
    }
}

/// A folder for a look, which goes with it: in the run's folder, outside of a run among the system's own.
pub(in crate::action) fn passing(scene: &Scene<'_>) -> Result<tempfile::TempDir, Fault> {
    let mut builder = tempfile::Builder::new();
    let builder = builder.prefix("look-").permissions(Permissions::from_mode(0o700));
    let made = match &scene.site.folder {
        Some(run) => {
            let outputs = run.join(OUTPUTS);
            let ready = DirBuilder::new().recursive(true).mode(0o700).create(&outputs);
            ready.and_then(|()| builder.tempdir_in(&outputs))
        }
        None => builder.tempdir(),
    };
    made.map_err(|error| Fault::new(format!("can't make a folder for what the program says: {error}")))
}

/// Overwrites secrets in all that programs of a run said so far; what can't be, a line each.
pub fn conceal(run: &Path, secrets: &Secrets) -> Vec<String> {
    let outputs = run.join(OUTPUTS);
    if secrets.is_empty() || !outputs.is_dir() {
        return Vec::new();
    }
    let failed = |place: &Path, error: io::Error| format!("secrets in `{}` can't be hidden: {error}", place.display());
    let starts = folders(&outputs).and_then(|steps| {
        let starts = steps.iter().map(|step| folders(step)).collect::<io::Result<Vec<_>>>();
        starts.map(|starts| starts.concat())
    });
    match starts {
        Ok(starts) => {
            let files = starts.iter().flat_map(|start| said_in(start)).filter(|file| file.is_file());
            files.filter_map(|file| secrets.conceal(&file).err().map(|error| failed(&file, error))).collect()
        }
        Err(error) => vec![failed(&outputs, error)],
    }
}

fn folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let all = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    all.filter(|path| path.as_ref().map_or(true, |path| path.is_dir())).collect()
}

/// A name as one part of a path, whatever a step is called.
fn plain(name: &str) -> String {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '@' | '.');
    let plain: String = name.chars().map(|letter| if fits(letter) { letter } else { '_' }).collect();
    if plain.starts_with('.') { format!("_{plain}") } else { plain }
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn unusable(folder: &Path) -> impl Fn(io::Error) -> Fault + use<> {
    let folder = folder.display().to_string();
    move |error| Fault::new(format!("can't use `{folder}`: {error}"))
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
