//! Trial 5, the run's part: a disk that becomes full in mid-run still lets the run be taken back.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::Command;
use switchback_tests::stand::Stand;

const PLAN: &str = r#"plan "p"
step "a" {
    file.write "new/a.txt" content="new a\n"
    file.write "a.txt" content="new a\n"
    verify { file.exists "go" within="60s" every="20ms" }
}
step "b" { needs "a"; file.write "b.txt" from="files/big.txt" }
"#;

/// A small file system of its own; none where this user may not mount one.
struct Small(tempfile::TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(folder.path()).output();
        let mounted = mounted.is_ok_and(|ended| ended.status.success());
        // `cargo xtask test` has looked whether it can be had, and names it in its summary where it can't.
        let found = std::env::var("SWITCHBACK_PARTS").is_ok_and(|parts| parts.split(',').any(|part| part == "tmpfs"));
        assert!(mounted || !found, "a tmpfs could be mounted before, and can't be now");
        mounted.then(|| Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(self.0.path()).status().unwrap();
    }
}

fn stand(place: &Path) -> Stand {
    let big = "a line of a large file\n".repeat(60_000);
    Stand::at(place, PLAN, &[("site/a.txt", "old a\n"), ("site/b.txt", "old b\n"), ("files/big.txt", &big)]).unwrap()
}

/// Runs the plan; the disk is filled while step a waits for its end.
fn filled(run: &str) -> String {
    format!(
        "{run} > /dev/shm/out-$$ 2>&1 & run=$!\n\
         until grep -q 'new a' site/a.txt || ! kill -0 $run; do sleep 0.02; done\n\
         dd if=/dev/zero of=../fill bs=1k 2> /dev/null; touch site/go\n\
         wait $run; code=$?; cat /dev/shm/out-$$; rm /dev/shm/out-$$; exit $code"
    )
}

#[test]
fn a_run_that_fills_the_disk_is_taken_back() {
    let Some(small) = Small::mount() else {
        println!("skipped: a_run_that_fills_the_disk_is_taken_back: no tmpfs can be mounted here");
        return;
    };
    let stand = stand(small.0.path());
    let said = stand.ends(20, &filled("switchback run p.plan.kdl --yes")).unwrap();
    assert!(said.contains("the disk is full"), "{said}");
    assert_eq!([stand.read("site/a.txt"), stand.read("site/b.txt")], ["old a\n", "old b\n"]);
    assert!(!stand.place().join("site/new").exists());
}

#[test]
fn a_run_that_was_killed_on_a_full_disk_is_taken_back() {
    let Some(small) = Small::mount() else {
        println!("skipped: a_run_that_was_killed_on_a_full_disk_is_taken_back: no tmpfs can be mounted here");
        return;
    };
    let stand = stand(small.0.path());
    let killed = filled("switchback run p.plan.kdl --yes").replace("touch site/go", "kill -9 $run");
    stand.run(&killed).unwrap();
    assert_eq!(stand.read("site/a.txt"), "new a\n");
    stand.ends(0, "switchback undo --yes").unwrap();
    assert_eq!([stand.read("site/a.txt"), stand.read("site/b.txt")], ["old a\n", "old b\n"]);
}

#[test]
fn a_run_that_holds_can_be_undone_on_a_full_disk() {
    let Some(small) = Small::mount() else {
        println!("skipped: a_run_that_holds_can_be_undone_on_a_full_disk: no tmpfs can be mounted here");
        return;
    };
    let plan = "plan \"p\"\nstep \"a\" { file.write \"a.txt\" content=\"new a\\n\" }\nhold at-most=\"1d\"\n";
    let stand = Stand::at(small.0.path(), plan, &[("site/a.txt", "old a\n")]).unwrap();
    let said = stand.ends(
        0,
        "switchback run p.plan.kdl --yes; dd if=/dev/zero of=../fill bs=1k 2> /dev/null; switchback undo --yes",
    );
    assert_eq!(stand.read("site/a.txt"), "old a\n", "{said:?}");
    said.unwrap();
}
