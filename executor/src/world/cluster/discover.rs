//! Which kinds a cluster has: asked once, and again when one is missing.

use super::answer::Effect;
use super::client::{Cluster, get};
use super::fault::{Fault, FaultKind};
use super::kinds::{Ambiguous, Kind, Kinds};
use super::name::ObjectName;
use super::object::Object;
use super::reference::Reference;
use super::secret::Hidden;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use hyper::header::{ACCEPT, HeaderValue};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Both forms are the same; before Kubernetes 1.30 it was called a beta.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

type Asked = Shared<BoxFuture<'static, Result<Arc<Kinds>, Fault>>>;

/// What is known of the kinds: the question for them, which has an answer or is under way.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<Option<Asked>>>);

impl Cluster {
    /// All kinds that the cluster has, as they were when it was last asked.
    pub async fn kinds(&self) -> Result<Arc<Kinds>, Fault> {
        self.asked(None).await
    }

    /// The same kind as it is served by now, where it was found that it is not as it was known; none where it is no more.
    pub(super) async fn served_now(&self, kind: &Kind) -> Result<Option<Kind>, Fault> {
        let known = self.kinds().await?;
        let still = |kinds: &Kinds| kinds.all().contains(kind);
        let known = if still(&known) { self.kinds_after(&known).await? } else { known };
        Ok(known.preferred(&kind.group, &kind.kind).cloned())
    }

    /// Asks anew, unless somebody else did so since `old` was told.
    async fn kinds_after(&self, old: &Arc<Kinds>) -> Result<Arc<Kinds>, Fault> {
        self.asked(Some(old)).await
    }

    /// The question that is under way, or its answer; a new one where there is none, or it failed, or told only `old`. All
    /// who wait for a question get its answer, also that it failed: none of them asks again and waits as long once more.
    fn asked(&self, old: Option<&Arc<Kinds>>) -> Asked {
        let mut known = self.known.0.lock().unwrap_or_else(PoisonError::into_inner);
        let good = known.as_ref().filter(|asked| match asked.peek() {
            Some(Ok(kinds)) => old.is_none_or(|old| !Arc::ptr_eq(kinds, old)),
            Some(Err(_)) => false,
            None => true,
        });
        if let Some(asked) = good {
            return asked.clone();
        }
        // It must not hold what holds it.
        let mut cluster = self.clone();
        cluster.known = Known::default();
        let asked = async move { cluster.discover().await.map(Arc::new) }.boxed().shared();
        *known = Some(asked.clone());
        asked
    }

    /// What is found among the kinds. If it is not there they are asked anew, with growing pauses, for as long as given:
    /// the kind of a definition that was just made is served a little later.
    async fn find<T>(
        &self,
        within: Duration,
        group: Option<&str>,
        find: impl Fn(&Kinds) -> Result<Option<T>, Ambiguous>,
        missing: impl Fn() -> String,
    ) -> Result<T, Fault> {
        let (began, mut pause) = (Instant::now(), FIRST_PAUSE);
        let mut kinds = self.kinds().await?;
        let mut asked_anew = false;
        loop {
            match find(&kinds) {
                Ok(Some(found)) => return Ok(found),
                Err(Ambiguous(words)) => return Err(ambiguous(&words)),
                Ok(None) if asked_anew && began.elapsed() + pause > within => {
                    return Err(kinds
                        .silent(group)
                        .map_or_else(|| absent(&missing()), |group| silent(&missing(), group)));
                }
                Ok(None) => {}
            }
            if asked_anew {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            asked_anew = true;
            kinds = self.kinds_after(&kinds).await?;
        }
    }

    /// The object that a plan means; `within` is how long a kind may take to appear.
    pub async fn object_meant(
        &self,
        reference: &Reference,
        namespace: &str,
        within: Duration,
    ) -> Result<ObjectName, Fault> {
        let kind = self.meant(reference, within).await?;
        Ok(kind.object(namespace, &reference.name))
    }

    async fn meant(&self, reference: &Reference, within: Duration) -> Result<Kind, Fault> {
        let group = reference.group.as_deref().or_else(|| reference.builtin().map(|builtin| builtin.group));
        self.find(within, group, |kinds| Ok(kinds.meant(reference)?.cloned()), || reference.word.clone()).await
    }

    /// A kind in the version that the server prefers.
    pub async fn kind(&self, group: &str, kind: &str) -> Result<Kind, Fault> {
        let missing = || if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        self.find(Duration::ZERO, Some(group), |kinds| Ok(kinds.preferred(group, kind).cloned()), missing).await
    }

    /// The kind of an object, in the version that it says.
    pub async fn kind_of(&self, object: &Object, within: Duration) -> Result<Kind, Fault> {
        let (api_version, kind) = (object.api_version(), object.kind());
        let missing = || format!("{kind} in {api_version}");
        let find = |kinds: &Kinds| Ok(kinds.exactly(api_version, kind).cloned());
        self.find(within, Some(object.group()), find, missing).await
    }

    /// The full name of an object of a manifest, which need not say its namespace.
    pub async fn name_of(&self, object: &Object, namespace: &str, within: Duration) -> Result<ObjectName, Fault> {
        let kind = self.kind_of(object, within).await?;
        Ok(kind.object(object.namespace().unwrap_or(namespace), object.name()))
    }

    async fn discover(&self) -> Result<Kinds, Fault> {
        let mut kinds = Kinds::default();
        for root in ["/api", "/apis"] {
            let mut request = get(root)?;
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static(AGGREGATED));
            let told = self.ask(&request, Effect::None, &Hidden::default()).await?;
            kinds.take(&told).map_err(|_| too_old(self.version()))?;
        }
        if kinds.all().is_empty() { Err(too_old(self.version())) } else { Ok(kinds) }
    }
}

fn absent(what: &str) -> Fault {
    let help =
        "`kubectl api-resources` lists what the cluster has; a step that installs the definition must come before";
    Fault::new(FaultKind::Absent, format!("the cluster has no kind of objects called `{what}`")).with_help(help)
}

/// What can't be told apart from what is not there, while whoever serves it does not answer.
fn silent(what: &str, group: &str) -> Fault {
    let what = format!("whether the cluster has `{what}` can't be told: whoever serves `{group}` does not answer it");
    let help = "`kubectl get apiservices` says which is not available";
    Fault::new(FaultKind::Transient(None), what).with_help(help)
}

fn ambiguous(words: &[String]) -> Fault {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let what = format!("this word means several kinds of objects: {}", words.join(", "));
    Fault::new(FaultKind::Setup, what).with_help("write one of these")
}

fn too_old(version: &str) -> Fault {
    let what = format!("the cluster ({version}) does not tell its kinds in the form that Kubernetes has since 1.27");
    Fault::new(FaultKind::Setup, what).with_help("clusters from 1.27 on are supported")
}
