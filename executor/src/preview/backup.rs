//! What backups would copy, and how much that is.

use super::walk::Walk;
use crate::site::{Fault, Scene};
use crate::world::{Bounds, RelPath, State};
use switchback_compiler::plan::{Backup, Call, Unit};

impl Walk<'_> {
    /// What a backup would copy, in words, a thing each.
    pub(super) async fn backup(&mut self, unit: &Unit, backup: &Backup) -> Result<Vec<String>, Fault> {
        let mut copies = Vec::new();
        for call in &backup.things {
            let thing = (self.nouns)(&call.kind).and_then(|noun| noun.thing());
            let thing = thing.ok_or_else(|| Fault::new(format!("`{}` can't be copied", call.kind)))?;
            let quiet = |_: String, _: bool| {};
            let site = self.site;
            let within = backup.within.std();
            let scene = Scene { site, step: &unit.name, act: &backup.name, within, progress: &quiet };
            let words = thing.preview(call, &backup.name, &scene, &mut self.world).await?;
            copies.push(site.secrets.mask(&words));
            self.weigh(call)?;
        }
        Ok(copies)
    }

    /// Adds up the size of what is copied.
    fn weigh(&mut self, call: &Call) -> Result<(), Fault> {
        let Some(path) = call.known("path").and_then(|path| RelPath::parse(path).ok()) else { return Ok(()) };
        self.copied += self.size(&path)?;
        Ok(())
    }

    fn size(&self, path: &RelPath) -> Result<u64, Fault> {
        let Some(tree) = &self.site.tree else { return Ok(0) };
        let bytes = |state: &State| if let State::File { size, .. } = state { *size } else { 0 };
        Ok(match tree.state(path)? {
            State::Dir { .. } => tree.list(path, Bounds::default())?.values().map(bytes).sum(),
            state => bytes(&state),
        })
    }
}
