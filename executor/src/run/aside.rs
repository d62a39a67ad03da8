//! Work that keeps its thread for long.

use crate::site::Site;
use switchback_compiler::plan::Act;
use switchback_compiler::registry::Touch;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Bytes of a file that are copied and synced before anybody would miss the thread that does it.
const SMALL: u64 = 4 << 20;

/// Waits for work which, when it is `heavy`, may keep its thread for long: all other tasks of the thread are handed to
/// another one first. Without that a run that copies a folder would hear no signal and draw no line.
pub(super) async fn aside<T>(heavy: bool, work: impl Future<Output = T>) -> T {
    let runtime = Handle::current();
    if heavy && runtime.runtime_flavor() == RuntimeFlavor::MultiThread {
        return block_in_place(|| runtime.block_on(work));
    }
    work.await
}

/// Whether an action may be so: it works on a folder, on a large file, or on a copy, whose size nobody knows here.
pub(super) fn is_heavy(act: &Act, site: &Site) -> bool {
    let large = |touch: &Touch| {
        let path = site.directory.as_ref().map(|directory| directory.join(&touch.path));
        let found = path.and_then(|path| path.symlink_metadata().ok());
        touch.tree || found.is_some_and(|found| !found.is_file() || found.len() > SMALL)
    };
    act.call.copy().is_some() || act.touches.iter().filter(|touch| touch.space == "files").any(large)
}
