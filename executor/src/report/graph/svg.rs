//! The graph as SVG, to stand alone or inside a page: no script, no font and no picture is fetched.

use super::figures::Figures;
use super::layout::{HEIGHT, Layout, PAD, Spot, text_width};
use super::picture::{Picture, Step};
use super::route::route;
use super::xml::{FONT, FONT_SIZE, STYLE, Tone, escape, word};
use crate::screen::{Look, Sign, list};
use std::fmt::Write;
use switchback_compiler::plan::Plan;

/// A column a layer, from left to right, a box a step, a line a `needs`.
///
/// `status` colours boxes by what became of their steps. `prefix` begins each id, so that two pictures fit one page;
/// letters, digits, `-` and `_` of it count.
pub fn svg(plan: &Plan, status: &dyn Fn(u32) -> Option<Sign>, prefix: &str) -> String {
    let prefix: String = prefix.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let picture = Picture::of(plan);
    let labels: Vec<String> = picture.steps.iter().map(|step| label(step, status(step.id))).collect();
    let layout = Layout::of(&picture, &labels);
    let mut out = head(&picture, &layout, &prefix);
    layers(&picture, &layout, &mut out);
    edges(&picture, &layout, &prefix, &mut out);
    for ((step, spot), label) in picture.steps.iter().zip(&layout.spots).zip(&labels) {
        let sign = status(step.id);
        let (id, tip) = (format!("{prefix}s{}", step.id), escape(&tip(&picture, step, sign)));
        boxed(spot, &Tone::of(sign), label, (&id, &tip), &mut out);
    }
    out + "</svg>\n"
}

fn label(step: &Step<'_>, sign: Option<Sign>) -> String {
    let sign = sign.map(|sign| format!("{} ", sign.text(Look::plain()))).unwrap_or_default();
    format!("{sign}{}", step.unit.name)
}

/// `portal: user-space, 3.8.2 → 4.0.0, after site, done`.
fn tip(picture: &Picture<'_>, step: &Step<'_>, sign: Option<Sign>) -> String {
    let layer = picture.layers.get(step.layer).map(|layer| layer.heading.clone()).unwrap_or_default();
    let needs: Vec<&str> = picture.needs_of(step).map(|need| need.unit.name.as_str()).collect();
    let after = if needs.is_empty() { String::new() } else { format!("after {}", list(&needs)) };
    let facts = [layer, step.does(), after, sign.map(word).unwrap_or_default().to_owned()];
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    format!("{}: {}", step.unit.name, facts.join(", "))
}

fn head(picture: &Picture<'_>, layout: &Layout, prefix: &str) -> String {
    let Layout { width, height, .. } = layout;
    let title = escape(&format!("{}: {}", picture.name, Figures::of(picture).sentence()));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"swb swb-text\" role=\"img\" \
         aria-labelledby=\"{prefix}title\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"{FONT}\" font-size=\"{FONT_SIZE}\" fill=\"#1f2328\">\n\
         <title id=\"{prefix}title\">{title}</title>\n{STYLE}\
         <defs><marker id=\"{prefix}tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">\
         <path class=\"swb-tip\" fill=\"#818b98\" d=\"M0 0L8 4L0 8Z\"/></marker></defs>\n\
         <rect class=\"swb-ground\" fill=\"#ffffff\" width=\"{width}\" height=\"{height}\"/>\n"
    )
}

fn layers(picture: &Picture<'_>, layout: &Layout, out: &mut String) {
    for (layer, strip) in picture.layers.iter().zip(&layout.strips) {
        let (x, width) = (strip.left - PAD, strip.right - strip.left + 2 * PAD);
        let (heading, length) = (escape(&layer.heading), text_width(&layer.heading));
        // Writing into a string can't fail, here and below.
        let _ = writeln!(
            out,
            "<rect class=\"swb-layer\" fill=\"#f0f2f5\" x=\"{x}\" y=\"12\" width=\"{width}\" height=\"{}\" rx=\"6\"/>\
             <text class=\"swb-head\" fill=\"#59636e\" x=\"{}\" y=\"31\" textLength=\"{length}\">{heading}</text>",
            strip.bottom - 12,
            strip.left,
        );
    }
}

fn edges(picture: &Picture<'_>, layout: &Layout, prefix: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<g class=\"swb-edge\" fill=\"none\" stroke=\"#818b98\" stroke-width=\"1.5\" marker-end=\"url(#{prefix}tip)\">"
    );
    for (own, (step, to)) in picture.steps.iter().zip(&layout.spots).enumerate() {
        for need in &step.needs {
            let (Some(before), Some(from)) = (picture.steps.get(*need), layout.spots.get(*need)) else { continue };
            let kept = before.followers.first() == Some(&own);
            if let Some(way) = route(layout, from, to, kept) {
                let _ = writeln!(out, "<path d=\"{way}\"/>");
            }
        }
    }
    out.push_str("</g>\n");
}

fn boxed(spot: &Spot, tone: &Tone, label: &str, (id, tip): (&str, &str), out: &mut String) {
    let Spot { left, right, y, .. } = spot;
    let Tone { class, fill, stroke } = tone;
    let (width, top, base) = (right - left, y - HEIGHT / 2, y + FONT_SIZE / 3 + 1);
    let (text, length) = (escape(label), text_width(label));
    let _ = writeln!(
        out,
        "<g id=\"{id}\"><title>{tip}</title>\
         <rect class=\"{class}\" fill=\"{fill}\" stroke=\"{stroke}\" x=\"{left}\" y=\"{top}\" width=\"{width}\" \
         height=\"{HEIGHT}\" rx=\"4\"/>\
         <text x=\"{}\" y=\"{base}\" textLength=\"{length}\">{text}</text></g>",
        left + PAD,
    );
}
