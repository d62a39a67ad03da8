//! Screens for a terminal, as text.

use super::*;

const AT_80: &str = "\
p
  moves     portal 1.0.0 → 2.0.0, upgrade, top-down
  target    local: files below ./platform
  observed  2026-11-20 16:12 CET: 5 resources in 1.4s; nothing was written
  window    sat sun 22:00–04:00 Europe/Berlin; deadline 2h, then undo

deletes 2 of 5
  - www/news.html  site
  - old.txt        extra

risks
  ! extra       undoing it loses what was in old.txt
  ? portal      program migrate runs at most once; its effect is not knowable
  ! portal      1.0.0 → 2.0.0 is major, of something with data; web owns it
  no step is irreversible; the way back is given up only by `finalize`

prepare, before the window: 1 step
  store-copy                                                                   .
    copies folder store, 1 file, 5 bytes, reads it back, keeps it 8d

user-space: 2 steps; site and extra together
  site                                                                  +1 ~1 -1
    ~ www/index.html                                                 [simulated]
      @@ -1,1 +1,1 @@
      -<p>1.0.0</p>
      +<p>2.0.0</p>
    - www/news.html: a file of 5 bytes                               [simulated]
    + www/notice.txt                                                 [simulated]
      +Upgraded.
  extra                                                                       -1
    - old.txt: a file of 4 bytes                                     [simulated]

core-kernel, when user-space is green: 2 steps; portal, then after
  portal  1.0.0 → 2.0.0                                                    ~1 ?1
    ~ etc/portal.conf                                                [simulated]
      @@ -1,3 +1,3 @@
       port = 80
      -release = \"1.0.0\"
      +release = \"2.0.0\"
       log = \"info\"
    ? program migrate: sh -c \"exit 0\"                             [not knowable]
      limit 30m
  after                                                                        =
    = 1 file

way back, tried now: 3 of 3 hold, 1 can't be tried
  ✓ disk        there is room for copies of 68 bytes
  ✓ copies      store-copy is kept 8d, the deadline is 2h
  ? extra       what its `undo` does (program) can't be tried
  ✓ portal      its `undo` runs files/back.sh, of which the bundle has a copy

layer          step           +   ~   -   ?  way back
prepare        store-copy     .   .   .   .  nothing to undo
user-space     site           1   1   1   .  copies of 2 files, 1 removed
               extra          .   .   1   .  its `undo`: program back.sh
core-kernel    portal         .   1   .   1  its `undo`: program back, restores
                                             store-copy, in 1h
               after          .   .   .   .  nothing to undo
total          5 steps        1   2   2   1  1 resource stays as it is

5 of 6 effects known before: 5 simulated; 1 not knowable
  simulated: computed here from what was read; nobody else has checked it
";

#[tokio::test]
async fn at_80_columns() {
    let (plan, _, preview) = project().preview().await;
    assert_eq!(human(&plan, &preview, &shown(), look(80)), AT_80);
    assert!(AT_80.lines().all(|line| crate::screen::width(line) <= 80));
}

#[tokio::test]
async fn what_a_person_will_be_asked_for_is_told_beforehand() {
    let gates = r#"
gate "data" { confirm "Orders may be lost if this is undone" type="{{target}}" }
step "a" {
    gate "late" ask="here" { confirm "The old pages go" type="go on" }
    file.write "a" content="1\n"
}
step "b" {
    gate "never" ask="here" { confirm "It is there already" type="b" }
    unless { file.exists "b" }
    file.write "b" content="1\n"
}
"#;
    let (plan, _, preview) = Project::new(gates).on_target("b", "1\n").preview().await;
    let told = human(&plan, &preview, &shown(), look(80));
    let expected = "
gates
  ◌ data        before the first change: Orders may be lost if this is undone;
                local is to be typed
  ◌ late        before a: The old pages go; 'go on' is to be typed
";
    assert!(told.contains(expected) && !told.contains("never"), "{told}");
    let comment = Comment { budget: 65_000, ..Comment::default() };
    let comment = markdown(&plan, &preview, &shown(), &comment);
    assert!(comment.contains("**Gates:** data: before the first change: Orders"), "{comment}");
    let json: serde_json::Value = serde_json::from_str(&json(&plan, &preview, &shown(), None).unwrap()).unwrap();
    assert_eq!(json.pointer("/gates/1/typed").and_then(serde_json::Value::as_str), Some("go on"));
}

#[tokio::test]
async fn at_60_columns_marks_stand_by_their_names_and_the_way_back_leaves_the_table() {
    let (plan, _, preview) = project().preview().await;
    let told = human(&plan, &preview, &shown(), look(60));
    assert!(told.lines().all(|line| crate::screen::width(line) <= 60), "{told}");
    for part in [
        "  site  +1 ~1 -1\n    ~ www/index.html  [simulated]\n",
        "  ? portal      program migrate runs at most once; its\n                effect is not knowable\n",
        "layer          step           +   ~   -   ?\n",
        "total          5 steps        1   2   2   1\n",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[tokio::test]
async fn at_120_columns_the_table_says_what_each_step_needs_and_its_limit() {
    let (plan, _, preview) = project().preview().await;
    let told = human(&plan, &preview, &shown(), look(120));
    let portal = "core-kernel    portal         .   1   .   1  site             31m  \
                  its `undo`: program back, restores store-copy, in 1h\n";
    assert!(told.contains("layer          step           +   ~   -   ?  needs          limit  way back\n"), "{told}");
    assert!(told.contains(portal), "{told}");
    assert_eq!(human(&plan, &preview, &shown(), look(200)), told, "wider terminals change nothing");
}

#[tokio::test]
async fn ascii_says_the_same() {
    let (plan, _, preview) = project().preview().await;
    let told = human(&plan, &preview, &shown(), Look { ascii: true, ..look(80) });
    assert!(told.is_ascii(), "{told}");
    assert!(told.contains("  portal  1.0.0 -> 2.0.0     ") && told.contains("  v disk        there is room"), "{told}");
    assert!(told.contains("sat sun 22:00-04:00 Europe/Berlin"), "{told}");
}

#[tokio::test]
async fn colours_change_no_character() {
    let (plan, _, preview) = project().preview().await;
    let told = human(&plan, &preview, &shown(), Look { color: true, ..look(80) });
    for part in [
        "\u{1b}[31mdeletes 2 of 5\u{1b}[0m",
        "\u{1b}[33m[simulated]\u{1b}[0m",
        "\u{1b}[35m[not knowable]\u{1b}[0m",
        "\u{1b}[32m+1\u{1b}[0m \u{1b}[33m~1\u{1b}[0m \u{1b}[31m-1\u{1b}[0m",
        "\u{1b}[1mcore-kernel\u{1b}[0m, when",
        "\u{1b}[2m= 1 file\u{1b}[0m",
        "\u{1b}[31m-<p>1.0.0</p>\u{1b}[0m",
    ] {
        assert!(told.contains(part), "{part:?}\n{told}");
    }
    let mut plain = String::new();
    for (at, piece) in told.split("\u{1b}[").enumerate() {
        plain += if at == 0 { piece } else { piece.split_once('m').unwrap().1 };
    }
    assert_eq!(plain, AT_80);
}

#[tokio::test]
async fn one_step_alone() {
    let (plan, _, preview) = project().preview().await;
    let told = step(&plan, &preview, "extra", &shown(), look(80)).unwrap();
    let wanted = format!(
        "p\n  extra{}-1\n    - old.txt: a file of 4 bytes{}[simulated]\n    way back: its `undo`: program back.sh\n",
        " ".repeat(71),
        " ".repeat(37)
    );
    assert_eq!(told, wanted);
    assert_eq!(step(&plan, &preview, "nobody", &shown(), look(80)), None);
}

#[tokio::test]
async fn a_step_of_finalize_that_nothing_takes_back_is_named() {
    let plan = "step \"a\" { file.remove \"old\"; undo { program \"x\"; loses \"rows\" } }\n\
                stage \"finalize\" { step \"drop\" { gate \"sure\" { confirm \"gone\" type=\"yes\" }; \
                file.remove \"kept\"; irreversible \"it is gone\" } }";
    let (plan, _, preview) = Project::new(plan).on_target("old", "1").on_target("kept", "1").preview().await;
    let told = human(&plan, &preview, &shown(), look(120));
    let wanted = "no step before `finalize` is irreversible; of `finalize`, which gives up the way back: drop\n";
    assert!(told.contains(wanted), "{told}");
}

#[tokio::test]
async fn nothing_to_do_in_two_lines() {
    let plan = "component \"db\" { installed { file \"v\" } }\n\
                step \"db\" { moves from=\"1.0.0\" to=\"2.0.0\"; program \"upgrade\"; stays \"it is fine\" }\n\
                step \"a\" { file.write \"a\" content=\"1\" }";
    let project = Project::new(plan).on_target("v", "2.0.0\n").on_target("a", "1");
    let (plan, _, preview) = project.preview().await;
    let told = human(&plan, &preview, &shown(), look(80));
    let wanted = "nothing to do: p on local, 1 of 1 resource is as the plan says\n  \
                  db is at 2.0.0 already, so program upgrade does not run\n";
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn a_version_that_fits_nowhere_is_told_before_all_else() {
    let plan = "component \"db\" { installed { file \"v\" } }\n\
                step \"db\" { moves from=\"1.0.0\" to=\"2.0.0\"; file.write \"a\" content=\"1\" }";
    let (plan, _, preview) = Project::new(plan).on_target("v", "1.5.0\n").preview().await;
    let told = human(&plan, &preview, &shown(), look(80));
    let wanted = "\nnot safe to start\n  ✗ db          db is at 1.5.0, neither at 1.0.0 nor at 2.0.0\n\n";
    assert!(told.contains(wanted), "{told}");
}

#[tokio::test]
async fn what_others_wrote_moves_no_cursor() {
    let plan = "step \"a\" { file.write \"a\" content=\"\\u{1b}[2J\\u{202e}x\\n\" }";
    let (plan, _, mut preview) = Project::new(plan).preview().await;
    for unit in &mut preview.units {
        unit.notes.push("\u{1b}]0;title\u{7}".into());
        unit.way_back.push('\u{9b}');
        unit.changes.iter_mut().for_each(|change| change.resource.push_str("\r\u{1b}[1A"));
    }
    for width in [60, 80, 120] {
        let told = human(&plan, &preview, &shown(), look(width));
        assert!(!told.contains(|c: char| (c.is_control() && c != '\n') || c == '\u{202e}'), "{told:?}");
        assert!(told.contains("\\u{1b}[2J\\u{202e}x"), "{told}");
    }
}
