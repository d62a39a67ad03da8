//! Plans of any size that look like those of people: three layers, chains of needs, a file and a check a step.

use crate::outcome::Fault;
use std::fmt::Write;
use std::path::Path;

/// The generated plan's file.
pub const NAME: &str = "bench.plan.kdl";
const LAYERS: [&str; 3] = ["user-space", "core-kernel", "cloud-kernel"];
/// Steps that wait for each other; more in a row than people write, fewer than a plan that runs one by one.
const CHAIN: usize = 10;

/// Writes a project with one plan of so many steps, and tells the plan's bytes.
pub fn write(folder: &Path, steps: usize) -> Result<usize, Fault> {
    let text = text(steps);
    std::fs::write(folder.join(NAME), &text)?;
    std::fs::write(folder.join("switchback.kdl"), "language 1\ntarget \"local\" { directory \"./platform\" }\n")?;
    Ok(text.len())
}

fn text(steps: usize) -> String {
    let mut text = "plan \"bench\" { title \"A plan to measure with\" }\n".to_owned();
    let mut next = 0;
    for (index, layer) in LAYERS.iter().enumerate() {
        let end = steps * (index + 1) / LAYERS.len();
        if next < end {
            _ = writeln!(text, "\nlayer \"{layer}\" {{");
            (next..end).for_each(|number| text.push_str(&step(number, number - next)));
            text.push_str("}\n");
        }
        next = end;
    }
    text
}

/// One step, about 200 bytes.
fn step(number: usize, in_layer: usize) -> String {
    let needs = match in_layer % CHAIN {
        0 => String::new(),
        _ => format!("        needs \"unit-{:05}\"\n", number - 1),
    };
    format!(
        "    step \"unit-{number:05}\" {{\n{needs}        \
         file.write \"etc/units/{number:05}.toml\" content=\"release = {number}\\n\" mode=\"0644\"\n        \
         verify {{ file.contains \"etc/units/{number:05}.toml\" \"release = {number}\" }}\n    }}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_as_many_steps_as_asked_for_and_about_200_bytes_each() {
        for steps in [1, 100, 1_000] {
            let text = text(steps);
            assert_eq!(text.matches("    step \"").count(), steps);
            assert!((150..350).contains(&(text.len() / steps)), "{} bytes for {steps}", text.len());
        }
    }

    #[test]
    fn a_step_needs_one_of_its_own_layer_alone() {
        let text = text(100);
        let layers: Vec<&str> = text.split("\nlayer ").skip(1).collect();
        assert_eq!(layers.len(), 3);
        for layer in layers {
            for needed in layer.split("needs ").skip(1).filter_map(|rest| rest.lines().next()) {
                assert!(layer.contains(&format!("step {needed}")), "{needed} is of another layer");
            }
        }
    }
}
