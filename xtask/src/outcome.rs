//! How tasks end.

use std::error::Error;

/// What may go wrong in a task; a person reads it, no code does.
pub type Fault = Box<dyn Error + Send + Sync>;

/// Whether all is well; an error when the task itself could not be done.
pub type Outcome = Result<bool, Fault>;
