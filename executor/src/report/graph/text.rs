//! The graph for a terminal, read downwards like `git log --graph`.

use super::figures::Figures;
use super::lanes::{Lanes, Place};
use super::picture::{Layer, Picture, Step};
use crate::screen::{Look, Style, hang, list, pad, safe, width, wrap};
use std::collections::BTreeMap;
use switchback_compiler::plan::Plan;

/// More lanes than these are no picture any more.
const MOST_LANES: usize = 12;
/// Columns of lanes and of names that even small plans have, so that plans look alike.
const LEAST_LANES: usize = 9;
const LEAST_NAME: usize = 12;
const LEAST_DOES: usize = 15;
/// Longer names push what follows instead of moving it for all steps.
const LONGEST_NAME: usize = 30;
const LONGEST_DOES: usize = 40;
/// After-words are never wrapped into less than this.
const LEAST_AFTER: usize = 24;

/// A heading a layer, a lane a chain of `needs`, what each step does and after what, and the figures.
pub fn text(plan: &Plan, look: Look) -> String {
    let picture = Picture::of(plan);
    let lanes = Lanes::of(&picture, true);
    let columns = Columns::of(&picture, &lanes, look);
    let mut drawn = BTreeMap::new();
    let mut out = String::new();
    for (layer, lanes_of_layer) in picture.layers.iter().zip(&lanes.widths) {
        out.push_str(&heading(layer, *lanes_of_layer, look));
        let places = lanes.places.get(layer.steps.clone()).unwrap_or_default();
        for (step, place) in picture.steps_of(layer).iter().zip(places) {
            let rows = Rows::of(place, &mut drawn, *lanes_of_layer <= MOST_LANES);
            out.push_str(&lines(&picture, step, &rows, &columns));
        }
        drawn.retain(|_, ended| !*ended);
    }
    out + &hang("", &Figures::of(&picture).sentence(), look)
}

fn heading(layer: &Layer<'_>, lanes: usize, look: Look) -> String {
    let name = Style::Bold.paint(&safe(&layer.heading, look), look);
    if lanes <= MOST_LANES { format!("{name}\n") } else { format!("{name}: {lanes} lanes, told in words only\n") }
}

/// Where the columns begin.
struct Columns {
    look: Look,
    lanes: usize,
    name: usize,
    does: usize,
}

impl Columns {
    fn of(picture: &Picture<'_>, lanes: &Lanes, look: Look) -> Self {
        let drawn = lanes.widths.iter().filter(|lanes| **lanes <= MOST_LANES).max().copied().unwrap_or_default();
        let names = picture.steps.iter().map(|step| width(&safe(&step.unit.name, look)));
        let after = picture.steps.iter().filter(|step| !step.needs.is_empty());
        let does = after.map(|step| width(&safe(&step.does(), look)));
        // A name that is far longer than others takes its own line's space only.
        Self {
            look,
            lanes: (2 * drawn + 1).max(LEAST_LANES),
            name: names.filter(|name| *name <= LONGEST_NAME).max().unwrap_or_default().max(LEAST_NAME),
            does: does.filter(|does| (1..=LONGEST_DOES).contains(does)).max().map_or(0, |does| does.max(LEAST_DOES)),
        }
    }
}

/// The lanes beside a step: lines before it, its own, lines after it, and what stands beside more lines of words.
struct Rows {
    join: Option<String>,
    own: String,
    fork: Option<String>,
    rest: String,
}

impl Rows {
    /// `drawn` holds the lanes in use, and whether they ended in this layer.
    fn of(place: &Place, drawn: &mut BTreeMap<usize, bool>, shown: bool) -> Self {
        let link = |others: &[usize], near, far, drawn: &BTreeMap<usize, bool>| {
            (shown && !others.is_empty()).then(|| link(place.lane, others, (near, far), drawn))
        };
        let join = link(&place.joins, '/', '\'', drawn);
        for lane in &place.joins {
            drawn.remove(lane);
        }
        drawn.insert(place.lane, place.ends);
        let own = if shown { row(place.lane, drawn) } else { "*".to_owned() };
        let rest = if shown { row(usize::MAX, drawn) } else { String::new() };
        let fork = link(&place.forks, '\\', '.', drawn);
        drawn.extend(place.forks.iter().map(|lane| (*lane, false)));
        Self { join, own, fork, rest }
    }
}

fn row(own: usize, drawn: &BTreeMap<usize, bool>) -> String {
    let last = drawn.keys().next_back().copied().unwrap_or_default();
    let lane = |lane| match lane {
        _ if lane == own => "* ",
        _ if drawn.contains_key(&lane) => "| ",
        _ => "  ",
    };
    (0..=last).map(lane).collect::<String>().trim_end().to_owned()
}

/// The line that ties lanes to the one of a step: `|\` to its neighbour, `|-|-.` over others.
fn link(own: usize, others: &[usize], (near, far): (char, char), drawn: &BTreeMap<usize, bool>) -> String {
    let used = others.iter().chain(drawn.keys()).copied().max().unwrap_or_default().max(own);
    let first = others.iter().copied().min().unwrap_or(own).min(own);
    let last = others.iter().copied().max().unwrap_or(own).max(own);
    let neighbour = *others == [own + 1];
    let mut out = String::new();
    for lane in 0..=used {
        let inside = first <= lane && lane < last;
        out.push(match lane {
            _ if others.contains(&lane) => {
                if neighbour {
                    ' '
                } else {
                    far
                }
            }
            _ if lane == own || drawn.contains_key(&lane) => '|',
            _ => {
                if inside {
                    '-'
                } else {
                    ' '
                }
            }
        });
        out.push(match inside {
            true if neighbour => near,
            true => '-',
            false => ' ',
        });
    }
    out.trim_end().to_owned()
}

fn lines(picture: &Picture<'_>, step: &Step<'_>, rows: &Rows, columns: &Columns) -> String {
    let look = columns.look;
    let only = |lanes: &Option<String>| lanes.as_ref().map(|lanes| format!("  {lanes}\n")).unwrap_or_default();
    let name = Style::Bold.paint(&safe(&step.unit.name, look), look);
    let head = format!("{}{}  {}", columns.lead(&rows.own), pad(&name, columns.name), safe(&step.does(), look));
    let told = columns.tell(head.trim_end(), &after(picture, step, look), &rows.rest);
    format!("{}{told}{}", only(&rows.join), only(&rows.fork))
}

impl Columns {
    fn lead(&self, lanes: &str) -> String {
        format!("  {}", pad(lanes, self.lanes))
    }

    /// The after-words in their column, or below where they do not fit, beside lanes that go on.
    fn tell(&self, head: &str, after: &str, lanes: &str) -> String {
        let does = if self.does > 0 { self.does + 2 } else { 0 };
        let whole = format!("{}  {after}", pad(head, 2 + self.lanes + self.name + does));
        if after.is_empty() {
            return format!("{head}\n");
        }
        if width(&whole) <= self.look.edge() {
            return format!("{whole}\n");
        }
        let space = self.look.edge().saturating_sub(2 + self.lanes + 2).max(LEAST_AFTER);
        let below: Vec<String> =
            wrap(after, space).into_iter().map(|line| format!("{}  {line}\n", self.lead(lanes))).collect();
        format!("{head}\n{}", below.concat())
    }
}

fn after(picture: &Picture<'_>, step: &Step<'_>, look: Look) -> String {
    let names: Vec<String> = picture.needs_of(step).map(|need| safe(&need.unit.name, look)).collect();
    if names.is_empty() { String::new() } else { format!("after {}", list(&names)) }
}
