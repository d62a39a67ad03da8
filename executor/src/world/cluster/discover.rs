//! Which kinds a cluster has: asked once, and again when one is missing.

use super::answer::Effect;
use super::client::{Cluster, get};
use super::fault::{Fault, FaultKind};
use super::kinds::{Ambiguous, Kind, Kinds};
use super::name::ObjectName;
use super::object::Object;
use super::reference::Reference;
use super::secret::Hidden;
use hyper::header::{ACCEPT, HeaderValue};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Both forms are the same; before Kubernetes 1.30 it was called a beta.
const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Cluster {
    /// All kinds that the cluster has, as they were when it was last asked.
    pub async fn kinds(&self) -> Result<Arc<Kinds>, Fault> {
        let mut known = self.kinds.lock().await;
        if let Some(kinds) = &*known {
            return Ok(Arc::clone(kinds));
        }
        let kinds = Arc::new(self.discover().await?);
        *known = Some(Arc::clone(&kinds));
        Ok(kinds)
    }

    /// Asks anew, unless somebody else did so since `old` was told.
    async fn kinds_after(&self, old: &Arc<Kinds>) -> Result<Arc<Kinds>, Fault> {
        let mut known = self.kinds.lock().await;
        if known.as_ref().is_some_and(|known| Arc::ptr_eq(known, old)) {
            *known = Some(Arc::new(self.discover().await?));
        }
        drop(known);
        self.kinds().await
    }

    /// What is found among the kinds. If it is not there they are asked anew, with growing pauses, for as long as given:
    /// the kind of a definition that was just made is served a little later.
    async fn find<T>(
        &self,
        within: Duration,
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
                Ok(None) if asked_anew && began.elapsed() + pause > within => return Err(absent(&missing())),
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
        let kind = self.find(within, |kinds| Ok(kinds.meant(reference)?.cloned()), || reference.word.clone()).await?;
        Ok(kind.object(namespace, &reference.name))
    }

    /// A kind in the version that the server prefers.
    pub async fn kind(&self, group: &str, kind: &str) -> Result<Kind, Fault> {
        self.find(Duration::ZERO, |kinds| Ok(kinds.preferred(group, kind).cloned()), || format!("{kind}.{group}")).await
    }

    /// The kind of an object, in the version that it says.
    pub async fn kind_of(&self, object: &Object, within: Duration) -> Result<Kind, Fault> {
        let (api_version, kind) = (object.api_version(), object.kind());
        let missing = || format!("{kind} in {api_version}");
        self.find(within, |kinds| Ok(kinds.exactly(api_version, kind).cloned()), missing).await
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

fn ambiguous(words: &[String]) -> Fault {
    let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let what = format!("this word means several kinds of objects: {}", words.join(", "));
    Fault::new(FaultKind::Setup, what).with_help("write one of these")
}

fn too_old(version: &str) -> Fault {
    let what = format!("the cluster ({version}) does not tell its kinds in the form that Kubernetes has since 1.27");
    Fault::new(FaultKind::Setup, what).with_help("clusters from 1.27 on are supported")
}
