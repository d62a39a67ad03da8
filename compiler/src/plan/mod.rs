//! The compiled plan: immutable, versioned, and without any choice left to the executor.
//!
//! Its units are the nodes of the DAG. A block (the plan, a stage, a layer) becomes two units around its steps, one
//! that opens it and one that closes it, so that barriers, gates and checks of a block are ordinary nodes and the
//! executor needs no rule but "run what all needs of are done".

mod whole;

mod component;
mod copy;
mod target;

mod unit;
mod work;

mod at;

pub use at::At;
pub use component::{Component, Installed, Move};
pub use copy::{CopyOf, KeptCopy};
pub use target::{InputSource, Kube, KubeKey, Notify, Service, Target, Window};
pub use unit::{Block, Failure, OnFailure, Stage, Undo, UndoWork, Unit, UnitKind, WayBack};
pub use whole::{Deadline, Direction, FORMAT, Freeze, Hold, LeftOut, Order, Plan};
pub use work::{
    Act, BACKUP_LIMIT, Backup, COPY, Call, Check, EVERY, Else, Gate, GiveBack, MESSAGE_LIMIT, Output, READ_LIMIT, Work,
};
