//! The comment on a pull request, and the data.

use super::*;
use crate::action::{Body, What};
use pulldown_cmark::{Event, Options, Parser, Tag};

fn comment() -> Comment {
    Comment {
        digest: Some(format!("b3:{}", "4f1c".repeat(16))),
        file: Some("p.swb".into()),
        again: Some("switchback diff p.plan.kdl -t local -o p.swb".into()),
        mermaid: Some("flowchart LR\n  s1 --> s2\n".into()),
        ..Comment::default()
    }
}

const COMMENT: &str = "\
<!-- switchback p local -->
### `p` on `local`: 5 changes, deletes 2 of 5, 1 not knowable

> [!CAUTION]
> **Deletes 2 of 5:** `www/news.html` (site), `old.txt` (extra)\\
> **1 of 6 effects is not knowable before:** program migrate (portal)\\
> **Data:** extra: undoing it loses what was in old.txt\\
> **Look twice:** portal: 1.0.0 → 2.0.0 is major, of something with data; web owns it

| layer | step | moves | + | ~ | - | ? | way back |
|---|---|---|--:|--:|--:|--:|---|
| prepare | store-copy |  |  |  |  |  | nothing to undo |
| user-space | site |  | 1 | 1 | 1 |  | copies of 2 files, 1 removed |
|  | extra |  |  |  | 1 |  | its \\`undo\\`: program back.sh |
| core-kernel | portal | 1.0.0 → 2.0.0 **major, data** |  | 1 |  | 1 | its \\`undo\\`: program back, restores store-copy, in 1h |
|  | after |  |  |  |  |  | nothing to undo |
| **total** | 5 steps |  | **1** | **2** | **2** | **1** | 3 of 3 checks hold |

Known before: 5 simulated and 1 not knowable.

<details><summary>Order of the steps</summary>

```mermaid
flowchart LR
  s1 --> s2
```

</details>
<details><summary>extra: -1</summary>

```diff
- old.txt   simulated
# a file of 4 bytes
```

</details>
<details><summary>portal: ~1 ?1</summary>

```diff
~ etc/portal.conf   simulated
@@ -1,3 +1,3 @@
 port = 80
-release = \"1.0.0\"
+release = \"2.0.0\"
 log = \"info\"

? program migrate   not knowable
# sh -c \"exit 0\"
# limit 30m
```

</details>
<details><summary>site: +1 ~1 -1</summary>

```diff
~ www/index.html   simulated
@@ -1,1 +1,1 @@
-<p>1.0.0</p>
+<p>2.0.0</p>

- www/news.html   simulated
# a file of 5 bytes

+ www/notice.txt   simulated
+Upgraded.
```

</details>

**Bundle** `b3:4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c4f1c`: `p.swb` of this job, or made again, with the same digest, by `switchback diff p.plan.kdl -t local -o p.swb`. Then `switchback run p.swb`

<sub>everything is shown: 5 of 5 steps, 6 of 6 effects; 1,978 of 65,000 characters; observed 2026-11-20 16:12 CET</sub>
";

#[tokio::test]
async fn the_comment_as_it_is_read() {
    let (plan, _, preview) = project().preview().await;
    let told = markdown(&plan, &preview, &shown(), &comment());
    assert_eq!(told, COMMENT);
    assert!(COMMENT.contains(&format!(
        "{},{:03} of 65,000",
        COMMENT.chars().count() / 1000,
        COMMENT.chars().count() % 1000
    )));
}

#[tokio::test]
async fn nothing_to_do_is_one_line_below_the_mark() {
    let project = Project::new("step \"a\" { file.write \"a\" content=\"1\" }").on_target("a", "1");
    let (plan, _, preview) = project.preview().await;
    let told = markdown(&plan, &preview, &shown(), &comment());
    assert_eq!(
        told,
        "<!-- switchback p local -->\n`p` on `local`: nothing to do, 1 of 1 resource is as the plan says\n"
    );
}

#[tokio::test]
async fn the_budget_holds_and_what_does_not_fit_is_counted() {
    let (plan, preview) = many::tenants().await;
    for budget in [5_000, 6_000, 8_000, 65_000] {
        let told = markdown(&plan, &preview, &shown(), &Comment { budget, ..comment() });
        assert!(told.chars().count() <= budget, "{} of {budget}", told.chars().count());
        assert!(told.contains("**Deletes 2 of 45:** `t01/old.conf` (t01), `t02/old.conf` (t02)"), "{told}");
        assert!(
            told.contains("**Left out: 41 of 46 diffs**, 41 equal to an example above but for names: 41 `t*/app.conf`"),
            "{told}"
        );
        assert!(told.contains("| 42 | \\~ `t*/app.conf` | 42 steps | simulated |"), "{told}");
    }
    let full = preview.units.iter().take(38).cloned().collect();
    let all = Preview { units: full, ..preview.clone() };
    let told = markdown(&plan, &all, &shown(), &Comment { budget: 9_000, ..comment() });
    assert!(told.chars().count() <= 9_000);
    let shown_diffs = told.matches("<details>").count() - 1;
    assert!((1..38).contains(&shown_diffs), "{told}");
    assert!(told.contains(" for want of room: 1 change of t"), "{told}");
}

#[tokio::test]
async fn the_budget_holds_whatever_a_plan_holds() {
    let (plan, preview) = many::tenants().await;
    for what in [What::Created, What::Deleted, What::Unknown] {
        for length in [1, 40, 4_000] {
            let mut preview = preview.clone();
            for (at, change) in preview.units.iter_mut().flat_map(|unit| &mut unit.changes).enumerate() {
                change.what = what;
                change.resource = format!("{at}/{}", "é<`".repeat(length));
                change.body = Body::Words(at.to_string());
            }
            for budget in [6_000, 20_000, 65_000] {
                let told = markdown(&plan, &preview, &shown(), &Comment { budget, ..comment() });
                let used = told.chars().count();
                assert!(used <= budget, "{what:?} {length}: {used} of {budget}");
            }
        }
    }
}

/// Raw HTML, links and images that a reader of Markdown finds.
fn active(text: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM;
    let found = Parser::new_ext(text, options).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html.trim().to_owned()),
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    });
    found.filter(|html| !html.is_empty()).collect()
}

#[tokio::test]
async fn what_others_wrote_stays_text() {
    let evil = "`|<img src=x>|@all #1 [a](http://x) --> </details> ``` ~~~ <!--";
    let (mut plan, _, mut preview) = project().preview().await;
    plan.name = format!("p{evil}");
    for unit in &mut preview.units {
        unit.way_back = evil.into();
        for change in &mut unit.changes {
            change.resource = format!("{evil}{}", change.resource);
            if let Body::Lines(lines) = &mut change.body {
                for line in lines {
                    line.text = format!("```\n{evil}\n````");
                }
            }
        }
    }
    let told = markdown(&plan, &preview, &shown(), &Comment { file: Some(evil.into()), ..comment() });
    for html in active(&told) {
        // An empty comment breaks a mention or a number of an issue apart.
        let ours = ["<!-- switchback p", "<!---->", "<details><summary>", "</details>", "<sub>", "</sub>"];
        assert!(ours.iter().any(|start| html.starts_with(start)) && !html.contains("<img"), "{html}\n{told}");
    }
    let marks = told.lines().filter(|line| line.contains("<!--") && !line.starts_with(['+', '-', ' '])).count();
    assert!(told.starts_with("<!-- switchback p_") && marks >= 1);
    assert_eq!(told.lines().next().unwrap().matches("-->").count(), 1);
}

#[tokio::test]
async fn data_has_the_same_facts() {
    let (plan, _, preview) = project().preview().await;
    let told = json(&plan, &preview, &shown(), Some("b3:00")).unwrap();
    assert!(told.ends_with("}\n") && told.lines().count() == 1);
    let data: serde_json::Value = serde_json::from_str(&told).unwrap();
    let at = |path: &str| data.pointer(path).cloned().unwrap_or_default();
    assert_eq!(at("/version"), 1);
    assert_eq!(at("/observed_at"), "2026-11-20T15:12:00Z");
    assert_eq!(at("/changes"), serde_json::json!({"created": 1, "changed": 2, "deleted": 2, "not_knowable": 1}));
    assert_eq!(at("/deletions"), serde_json::json!({"number": 2, "of": 5, "at_most": null}));
    assert_eq!(at("/steps/3/name"), "portal");
    assert_eq!(at("/steps/3/moves/0/major"), true);
    assert_eq!(
        at("/steps/3/acts/0/changes/0/lines/2"),
        serde_json::json!({"kind": "removed", "text": "release = \"1.0.0\""})
    );
    assert_eq!(at("/steps/3/acts/1/changes/0/what"), "unknown");
    assert_eq!(at("/risks/0/kind"), "loses");
    assert_eq!(at("/way_back/2/outcome"), "not-checked");
    assert_eq!(at("/nothing_to_do"), false);
}

#[tokio::test]
async fn data_holds_no_character_that_acts_on_a_terminal() {
    let plan = "step \"a\" { file.write \"a\" content=\"\\u{9b}2J\\u{202e}x\\n\" }";
    let (plan, _, preview) = Project::new(plan).preview().await;
    let told = json(&plan, &preview, &shown(), None).unwrap();
    assert!(told.contains("\\u009b2J\\u202ex") && !told.contains(['\u{9b}', '\u{202e}']), "{told}");
}
