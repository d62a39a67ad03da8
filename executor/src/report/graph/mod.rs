//! Pictures of a plan and of a run: as text, for other programs, and as SVG for a page.
//!
//! Steps and the `needs` that people wrote are drawn, and the layers in which they stand. What opens and closes a block
//! is no step and is not drawn: that a layer waits for the one before it is what its heading says.

mod picture;
mod antichain;
mod figures;
mod lanes;
mod text;
mod dot;
mod mermaid;
mod json;
mod xml;
mod layout;
mod route;
mod svg;
mod ticks;
mod timeline;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;
pub use timeline::{Row, timeline};
