//! Projects of any size to measure with, and what their plans want of the target.

use crate::outcome::Fault;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The generated plan's file.
pub const NAME: &str = "bench.plan.kdl";
/// The first layer: a run of [`Shape::Last`] that stops after it has one step left.
pub const FIRST: &str = "user-space";
const LAYERS: [&str; 3] = [FIRST, "core-kernel", "cloud-kernel"];
const PLATFORM: &str = "platform";
const UNITS: &str = "etc/units";
/// Steps that wait for each other; more in a row than people write, fewer than a plan that runs one by one.
const CHAIN: usize = 10;

/// How the steps of a plan hang together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As people write them: three layers, chains of needs, a file and a check a step.
    Usual,
    /// One by one: each step needs the one before and writes a file.
    Row,
    /// All at once: no step needs another, each writes a file.
    Wide,
    /// As `Wide` with a check a step; and the last step stands alone in the next layer.
    Last,
}

impl Shape {
    /// How many steps each layer has.
    fn layers(self, steps: usize) -> Vec<usize> {
        match self {
            Self::Usual => (1..=3).map(|layer| steps * layer / 3 - steps * (layer - 1) / 3).collect(),
            Self::Row | Self::Wide => vec![steps],
            Self::Last => vec![steps.saturating_sub(1), 1],
        }
    }

    /// Whether a step needs the one before.
    fn waits(self, in_layer: usize) -> bool {
        match self {
            Self::Usual => !in_layer.is_multiple_of(CHAIN),
            Self::Row => in_layer > 0,
            Self::Wide | Self::Last => false,
        }
    }

    fn checks(self) -> bool {
        matches!(self, Self::Usual | Self::Last)
    }

    /// One step; with a check about 200 bytes.
    fn step(self, number: usize, in_layer: usize) -> String {
        let mut text = format!("    step \"unit-{number:05}\" {{\n");
        if self.waits(in_layer) {
            _ = writeln!(text, "        needs \"unit-{:05}\"", number - 1);
        }
        let path = format!("{UNITS}/{number:05}.toml");
        _ = writeln!(text, "        file.write \"{path}\" content=\"release = {number}\\n\" mode=\"0644\"");
        if self.checks() {
            _ = writeln!(text, "        verify {{ file.contains \"{path}\" \"release = {number}\" }}");
        }
        text + "    }\n"
    }

    fn text(self, steps: usize) -> String {
        let mut text = "plan \"bench\" { title \"A plan to measure with\" }\n".to_owned();
        let mut next = 0;
        for (layer, count) in LAYERS.iter().zip(self.layers(steps)).filter(|(_, count)| *count > 0) {
            _ = writeln!(text, "\nlayer \"{layer}\" {{");
            text.extend((0..count).map(|in_layer| self.step(next + in_layer, in_layer)));
            text.push_str("}\n");
            next += count;
        }
        text
    }
}

/// Writes a project with one plan of so many steps and an empty target, and tells the plan's bytes.
pub fn write(folder: &Path, shape: Shape, steps: usize) -> Result<usize, Fault> {
    let text = shape.text(steps);
    fs::write(folder.join(NAME), &text)?;
    fs::write(folder.join("switchback.kdl"), "language 1\ntarget \"local\" { directory \"./platform\" }\n")?;
    fs::create_dir_all(folder.join(PLATFORM).join(UNITS))?;
    Ok(text.len())
}

/// Makes the target what the plan wants of it, so that nothing is left to do.
pub fn settle(folder: &Path, steps: usize) -> Result<(), Fault> {
    for number in 0..steps {
        let path = folder.join(PLATFORM).join(UNITS).join(format!("{number:05}.toml"));
        fs::write(&path, format!("release = {number}\n"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_as_many_steps_as_asked_for_and_about_200_bytes_each() {
        for steps in [1, 100, 1_000] {
            let text = Shape::Usual.text(steps);
            assert!((150..350).contains(&(text.len() / steps)), "{} bytes for {steps}", text.len());
            for shape in [Shape::Usual, Shape::Row, Shape::Wide, Shape::Last] {
                assert_eq!(shape.text(steps).matches("    step \"").count(), steps);
            }
        }
    }

    #[test]
    fn a_step_needs_one_of_its_own_layer_alone() {
        let text = Shape::Usual.text(100);
        let layers: Vec<&str> = text.split("\nlayer ").skip(1).collect();
        assert_eq!(layers.len(), 3);
        for layer in layers {
            for needed in layer.split("needs ").skip(1).filter_map(|rest| rest.lines().next()) {
                assert!(layer.contains(&format!("step {needed}")), "{needed} is of another layer");
            }
        }
    }

    #[test]
    fn a_row_needs_all_but_the_first_and_what_is_wide_needs_nothing() {
        assert_eq!(Shape::Row.text(100).matches("needs ").count(), 99);
        assert_eq!(Shape::Wide.text(100).matches("needs ").count(), 0);
        assert_eq!(Shape::Last.text(100).matches("\nlayer ").count(), 2);
    }
}
