//! The patches by which Helm changes objects, where the server does not merge by itself.

mod join;
mod lists;
mod schema;
mod three_way;
mod two_way;
#[cfg(test)]
mod tests;

pub use schema::Schema;
pub use three_way::three_way;
pub use two_way::two_way;
