//! `kube.create-job`: a Job of the target's cluster has run to its end.

use super::super::apply::KubeApply;
use super::super::manifests::sources;
use super::super::stall::STALLED;
use super::super::{ACTION, NAMESPACE, namespace};
use crate::action::{Action, Noun, values};
use crate::world::cluster::{Manifest, ObjectName, Reference};
use switchback_compiler::plan::Call;
use switchback_compiler::registry::{Kind, Needs, Objection, Sources, Touch};
use switchback_compiler::schema::{Block, Class, Example, Form, OwnWayBack, Param, Place, Ty};

/// The kind.
pub struct KubeCreateJob;

static FORM: Form = Form {
    name: "kube.create-job",
    args: &[Param::any("FILE", Ty::SourceFile, "a file of manifests of Jobs; a template when it ends in .hbs")],
    props: &[
        Param::optional("content", Ty::Text, "manifests of Jobs that the plan itself says"),
        Param::optional("from", Ty::Known, "the CronJob whose Job is made now: cronjob/report"),
        Param::optional("name", Ty::Known, "what the Job of `from` is called"),
        NAMESPACE,
        STALLED,
    ],
    summary: "makes Jobs, and waits until each is complete",
    text: "One after the other, in written order; each must be complete before the next is made, and before the limit is \
           over. One that fails ends the step at once, with the last lines of its pods where the cluster gives logs. A \
           Job is made once: it carries the run, step and action that made it (`switchback/created`), so that after a \
           crash it is found again and waited for, and never made twice. A Job of that name that is there already is \
           refused before anything is touched; `unless { kube.jobs-complete \"NAME\" }` lets one that is complete count \
           as done. Where a Job deletes itself (`ttlSecondsAfterFinished`) and is gone before its end was seen, nobody \
           can tell how it ended, and a person is asked. Undoing deletes the Job and its pods; what it did stays, so \
           where that matters write an `undo` of your own.",
    class: Class::Probeable,
    way_back: OwnWayBack::Restores("no Job of that name; what it did stays"),
    within: 600,
    block: Block::Optional(Place::Act),
    examples: &[
        Example {
            title: "a migration, once",
            text: "kube.create-job content=\"\"\"\n    apiVersion: batch/v1\n    kind: Job\n    metadata: { name: migrate }\n    \
                   spec:\n      backoffLimit: 0\n      template:\n        spec:\n          restartPolicy: Never\n          \
                   containers: [{ name: main, image: \"example.org/migrate:2\" }]\n    \"\"\" { unless { kube.jobs-complete \"migrate\" } }",
        },
        Example {
            title: "what a CronJob does each night, now",
            text: "kube.create-job from=\"cronjob/report\" name=\"report-before-upgrade\" within=\"30m\"",
        },
    ],
    ..ACTION
};

impl Kind for KubeCreateJob {
    fn form(&self) -> &'static Form {
        &FORM
    }

    fn touches(&self, call: &Call, files: &Sources<'_>) -> Vec<Touch> {
        let named = call.known("name").filter(|_| call.values.contains_key("from"));
        let named = named.map(|name| Touch::object(String::from(job_called(name, namespace(call)))));
        KubeApply.touches(call, files).into_iter().chain(named).collect()
    }

    fn objections(&self, call: &Call) -> Vec<Objection> {
        let strays = ["env", "header", "values", "set"].into_iter();
        let strays = strays.filter_map(|child| values::stray(call, child, "what a Job needs stands in its manifest"));
        strays.chain(which(call)).collect()
    }

    fn source_objections(&self, call: &Call, files: &Sources<'_>) -> Vec<Objection> {
        let found = KubeApply.source_objections(call, files);
        if !found.is_empty() {
            return found;
        }
        let written = sources(call);
        let each = written.iter().filter_map(|source| Some((source.name, source.written(files, "0")?.ok()?)));
        each.flat_map(|(name, all)| all.into_iter().filter_map(move |one| no_job(name, &one))).collect()
    }

    fn needs(&self) -> Needs {
        Needs::Cluster
    }
}

/// What is wrong with how a call says its Jobs.
fn which(call: &Call) -> Vec<Objection> {
    let written = !sources(call).is_empty();
    match (call.known("from"), written) {
        (Some(_), true) => vec![Objection::new("both manifests and `from`", "write two actions")],
        (Some(from), false) => of_cron_job(call, from),
        (None, true) if call.values.contains_key("name") => {
            vec![Objection::new("the manifest names the Job already", "take `name` out, or write `from`")]
        }
        (None, true) => KubeApply.objections(call),
        (None, false) => vec![Objection::new(
            "it says no Job",
            "name a file, or a CronJob: kube.create-job from=\"cronjob/report\" name=\"report-now\"",
        )],
    }
}

/// The full name of a Job.
pub(super) fn job_called(name: &str, namespace: &str) -> ObjectName {
    let (group, kind) = ("batch".to_owned(), "Job".to_owned());
    ObjectName { group, kind, namespace: Some(namespace.to_owned()), name: name.to_owned() }
}

/// Whether a reference means a `CronJob`.
fn is_cron_job(reference: &Reference) -> bool {
    reference.builtin().is_some_and(|builtin| (builtin.group, builtin.kind) == ("batch", "CronJob"))
}

fn of_cron_job(call: &Call, from: &str) -> Vec<Objection> {
    let mut found = Vec::new();
    if !from.contains('‹') && !Reference::parse(from).is_ok_and(|reference| is_cron_job(&reference)) {
        found.push(Objection {
            about: "from",
            text: format!("`{from}` names no CronJob"),
            help: "write it so: from=\"cronjob/report\"".to_owned(),
        });
    }
    match call.known("name") {
        None if call.values.contains_key("name") => {}
        None => found.push(Objection::new("the Job has no name", "say what it is called: name=\"report-now\"")),
        Some(name) if name.contains('‹') || Reference::parse(&format!("job/{name}")).is_ok() => {}
        Some(name) => found.push(Objection {
            about: "name",
            text: format!("`{name}` can't be the name of a Job"),
            help: "use small letters, digits and `-`".to_owned(),
        }),
    }
    found
}

fn no_job(source: &str, manifest: &Manifest) -> Option<Objection> {
    let Manifest { object, line, .. } = manifest;
    let is_job = (object.group(), object.kind()) == ("batch", "Job");
    (!is_job).then(|| Objection {
        about: if source == "content" { "content" } else { "file" },
        text: format!("`{source}`, line {line}: a {} is no Job", object.kind()),
        help: "only Jobs (batch/v1) stand here; `kube.apply` makes all else".to_owned(),
    })
}

impl Noun for KubeCreateJob {
    fn action(&self) -> Option<&dyn Action> {
        Some(self)
    }
}
