//! Work that keeps its thread for long.

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;

/// Waits for work which, when it is `heavy`, may keep its thread for long: all other tasks of the thread are handed to
/// another one first. Without that a run that copies a folder would hear no signal and draw no line.
pub(super) async fn aside<T>(heavy: bool, work: impl Future<Output = T>) -> T {
    let runtime = Handle::current();
    if heavy && runtime.runtime_flavor() == RuntimeFlavor::MultiThread {
        return block_in_place(|| runtime.block_on(work));
    }
    work.await
}
