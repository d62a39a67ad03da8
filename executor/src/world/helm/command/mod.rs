//! The commands of Helm that change a release, as lists of arguments that can be shown: no secret is in one.
//!
//! How a command ended is read from the history as well ([`end`]), not only from its exit status: one that was killed has
//! none, and one of which a hook failed leaves more behind than its status tells.

mod end;
mod rollback;
mod shared;
mod uninstall;
mod upgrade;
mod values;
#[cfg(test)]
mod tests;

pub use end::{End, end};
pub use rollback::Rollback;
pub use shared::Shared;
pub use uninstall::Uninstall;
pub use upgrade::Upgrade;
pub use values::{Former, Single, Values};

/// A command as a person may type it.
pub fn shown(arguments: &[String]) -> String {
    let plain = |word: &str| {
        !word.is_empty() && word.chars().all(|letter| letter.is_alphanumeric() || "-_./=:,@+[]".contains(letter))
    };
    let words = arguments
        .iter()
        .map(|word| if plain(word) { word.clone() } else { format!("'{}'", word.replace('\'', r"'\''")) });
    std::iter::once("helm".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
