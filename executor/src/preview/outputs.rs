//! What steps that have nothing to do give out: they give it out now as well, so that what later steps make of it is known
//! before, and a plan that is done has nothing to do. Only where no step before changes anything, though: what is read is the
//! world as it is, and not as they would leave it.

use super::UnitPreview;
use super::facts::holds;
use super::walk::Walk;
use switchback_compiler::plan::{Call, Output, READ_LIMIT, Unit, Work};
use switchback_compiler::value::{Segment, Text};

impl Walk<'_> {
    /// Reads them. What can't be read now is known only when the step is done.
    pub(super) async fn give_out(&self, unit: &Unit, seen: &UnitPreview) {
        let is_still = |seen: &UnitPreview| seen.skipped.is_some() || seen.changes.is_empty();
        if !is_still(seen) || !self.preview.units.iter().all(is_still) {
            return;
        }
        for work in &unit.work {
            if let Work::Output(output) = work
                && let Some(value) = self.value(unit, output).await
            {
                let key = (unit.name.clone(), output.name.clone());
                self.site.outputs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key, value);
            }
        }
    }

    async fn value(&self, unit: &Unit, output: &Output) -> Option<String> {
        let reader = (self.nouns)(&output.reader.kind)?.reader()?;
        let quiet = |_: String, _: bool| {};
        let scene = self.scene(unit, &output.name, READ_LIMIT.std(), &quiet);
        let value = reader.read(&output.reader, &scene).await.ok()?;
        let fits = |pattern: &String| {
            let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
            whole.is_ok_and(|whole| whole.is_match(&value))
        };
        let is_good = output.pattern.as_ref().is_none_or(fits) && self.site.secrets.given_away_by(&value).is_none();
        is_good.then_some(value)
    }
}

/// Whether a call needs what a step gives out.
pub(super) fn awaits(call: &Call) -> bool {
    let gives = |text: &Text| text.segments().iter().any(|segment| matches!(segment, Segment::Output { .. }));
    call.values.values().any(|value| holds(value, gives))
}
