//! Many changes: what is alike is folded.

use super::*;
use crate::action::What;

/// 43 tenants whose file changes alike but for one, a deletion in each of two, and a line of another kind.
pub(super) async fn tenants() -> (Plan, Preview) {
    let mut plan = "layer \"user-space\" {\n".to_owned();
    let mut project = Vec::new();
    for number in 1..=43 {
        let name = format!("t{number:02}");
        let content = format!("name = {name}\\nrelease = 2\\n");
        let mut work = vec![format!("file.write \"{name}/app.conf\" content=\"{content}\"")];
        if number < 3 {
            work.push(format!("file.remove \"{name}/old.conf\""));
            project.push((format!("{name}/old.conf"), "old\n".to_owned()));
        }
        plan = format!("{plan}step \"{name}\" {{ {} }}\n", work.join("; "));
        let release = if number == 7 { "1-hotfix" } else { "1" };
        project.push((format!("{name}/app.conf"), format!("name = {name}\nrelease = {release}\n")));
    }
    plan += "}\nlayer \"core-kernel\" { step \"core\" { file.write \"core\" content=\"1\\n\" } }";
    let project = project.iter().fold(Project::new(&plan), |project, (path, text)| project.on_target(path, text));
    let (plan, _, preview) = project.preview().await;
    (plan, preview)
}

const FOLDED: &str = "\
deletes 2 of 45
  - t01/old.conf  t01
  - t02/old.conf  t02

2 changes unlike any other, in full
  t07  ~ t07/app.conf                                                [simulated]
      @@ -1,2 +1,2 @@
       name = t07
      -release = 1-hotfix
      +release = 2
  core  + core                                                       [simulated]
      +1

1 shape, one example; the others differ only in names
  42 × ~ t*/app.conf  in 42 steps                                    [simulated]
      @@ -1,2 +1,2 @@
       name = t01
      -release = 1
      +release = 2

way back, tried now: 1 of 1 holds
  ✓ disk        there is room for copies of 1004 bytes

layer          steps    +    ~    -    ?
user-space        43    .   43    2    .
core-kernel        1    1    .    .    .
total             44    1   43    2    .

46 of 46 effects known before: 46 simulated
  simulated: computed here from what was read; nobody else has checked it
shown: 5 of 46 diffs (2 deletions, 2 in full, 1 example)
  41 folded, each equal in shape to its example; all: add --full
";

#[tokio::test]
async fn what_is_alike_is_folded_and_what_is_unlike_is_shown() {
    let (plan, preview) = tenants().await;
    let told = human(&plan, &preview, &shown(), look(80));
    let (head, rest) = told.split_once("\n\n").unwrap();
    assert!(head.starts_with("p\n") && head.contains("45 resources"), "{head}");
    assert_eq!(rest, FOLDED);
}

#[tokio::test]
async fn full_unfolds() {
    let (plan, preview) = tenants().await;
    let told = human(&plan, &preview, &Shown { full: true, ..shown() }, look(80));
    let files = preview.changes().filter(|(_, change)| told.contains(&format!(" {}", change.resource))).count();
    assert_eq!(files, 46);
    assert!(!told.contains("folded") && told.contains("layer          step "), "{told}");
}

#[tokio::test]
async fn forty_changes_are_shown_and_one_more_is_folded() {
    let (plan, preview) = tenants().await;
    let first = |number: usize| {
        let units: Vec<_> = preview.units.iter().filter(|unit| unit.acts.len() == 1).take(number).cloned().collect();
        Preview { units, ..preview.clone() }
    };
    assert!(!human(&plan, &first(40), &shown(), look(80)).contains("folded"));
    assert!(human(&plan, &first(41), &shown(), look(80)).contains("folded"));
}

#[tokio::test]
async fn deletions_and_what_is_not_knowable_are_never_folded() {
    let (plan, mut preview) = tenants().await;
    for (at, change) in preview.units.iter_mut().flat_map(|unit| &mut unit.changes).enumerate() {
        change.what = if at % 2 == 0 { What::Deleted } else { What::Unknown };
    }
    let told = human(&plan, &preview, &shown(), look(80));
    assert_eq!(told.matches("/app.conf").count(), 43 + 20, "{told}");
    assert!(told.contains("shown: 46 of 46 diffs"), "{told}");
}

#[tokio::test]
async fn a_difference_that_is_more_than_a_name_is_never_folded() {
    let (plan, mut preview) = tenants().await;
    let last = preview.units.iter_mut().find(|unit| unit.unit == 20).unwrap();
    let change = last.changes.first_mut().unwrap();
    if let crate::action::Body::Lines(lines) = &mut change.body {
        lines.last_mut().unwrap().text = "release = 2 # rm -rf".into();
    }
    let told = human(&plan, &preview, &shown(), look(80));
    assert!(told.contains("3 changes unlike any other") && told.contains("+release = 2 # rm -rf"), "{told}");
}
