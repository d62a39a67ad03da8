//! A cluster, as whom its context says.

use super::super::wording::span;
use super::access::Access;
use super::answer::{Answer, Effect};
use super::discover::Known;
use super::fault::{Fault, FaultKind};
use super::limits::Limits;
use super::openapi::Schemas;
use super::secret::Hidden;
use super::send;
use super::source::{Found, Source};
use hyper::Request;
use hyper::header::{HeaderValue, USER_AGENT};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Who asks, for who reads the server's log.
const AGENT: &str = concat!("switchback/", env!("CARGO_PKG_VERSION"));

/// A client of a cluster; its copies share connections, limits and what is known of its kinds.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
    place: Arc<Place>,
    limits: Limits,
    slots: Arc<Semaphore>,
    pub(super) known: Known,
    pub(super) schemas: Schemas,
}

struct Place {
    context: String,
    server: String,
    namespace: String,
    version: String,
    access: Access,
    kubeconfig: Vec<u8>,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cluster({} at {})", self.place.context, self.place.server)
    }
}

impl Cluster {
    /// Connects, and asks for the version, so that what is wrong with the way there is known at once.
    pub async fn connect(source: &Source, limits: Limits) -> Result<Self, Fault> {
        // Fails only when there is one already, and then that one is used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Found { mut config, context, alone } = source.find().await?;
        config.connect_timeout = Some(limits.connect);
        // It would send writes again as well.
        config.default_retry = false;
        config.headers.push((USER_AGENT, HeaderValue::from_static(AGENT)));
        let (server, namespace) = (config.cluster_url.to_string(), config.default_namespace.clone());
        let access = Access::of(&config.auth_info);
        let client = open(config, limits.request).await?;
        let place = Place { context, server, namespace, version: String::new(), access, kubeconfig: alone };
        let (slots, known) = (Arc::new(Semaphore::new(limits.at_once.max(1))), Known::default());
        let cluster = Self { client, place: Arc::new(place), limits, slots, known, schemas: Schemas::default() };
        cluster.with_version().await
    }

    async fn with_version(self) -> Result<Self, Fault> {
        let answer = self.impatient().ask(&get("/version")?, Effect::None, &Hidden::default()).await;
        let answer =
            answer.map_err(|fault| Fault { what: format!("{}: {}", self.place.server, fault.what), ..fault })?;
        let told: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_default();
        let version = told.get("gitVersion").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let Place { context, server, namespace, access, kubeconfig, .. } = &*self.place;
        let (context, server, namespace) = (context.clone(), server.clone(), namespace.clone());
        let place = Place { context, server, namespace, version, access: *access, kubeconfig: kubeconfig.clone() };
        Ok(Self { place: Arc::new(place), ..self })
    }

    /// For how long what may pass is waited for.
    pub(super) fn patience(&self) -> Duration {
        self.limits.patience
    }

    /// The same for what has another way: it is asked once.
    pub(super) fn impatient(&self) -> Self {
        self.with_limits(self.limits.impatient())
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self { limits, ..self.clone() }
    }

    /// The context's name.
    pub fn context(&self) -> &str {
        &self.place.context
    }

    /// A kubeconfig with nothing but the way here, as it was when this client was made: for another program, which must not
    /// go elsewhere when the file that it came from is changed. The credentials are in it.
    pub fn kubeconfig(&self) -> &[u8] {
        &self.place.kubeconfig
    }

    /// The address of the API server.
    pub fn server(&self) -> &str {
        &self.place.server
    }

    /// The namespace of the context.
    pub fn namespace(&self) -> &str {
        &self.place.namespace
    }

    /// For how long the credentials are good.
    pub fn access(&self) -> Access {
        self.place.access
    }

    /// The version of Kubernetes, `v1.36.3`.
    pub fn version(&self) -> &str {
        &self.place.version
    }

    /// Sends a request, again and again if it changes nothing and what came back may pass; the body of the answer.
    pub(super) async fn ask(
        &self,
        request: &Request<Vec<u8>>,
        effect: Effect,
        hidden: &Hidden,
    ) -> Result<Vec<u8>, Fault> {
        Ok(self.answer(request, effect, hidden).await?.body)
    }

    /// The same; the whole answer.
    pub(super) async fn answer(
        &self,
        request: &Request<Vec<u8>>,
        effect: Effect,
        hidden: &Hidden,
    ) -> Result<Answer, Fault> {
        let began = Instant::now();
        let mut pause = send::FIRST_PAUSE;
        loop {
            let fault = match self.once(request, effect).await {
                Ok(answer) if answer.is_success() => return Ok(answer),
                Ok(answer) => answer.fault(effect),
                Err(fault) => fault,
            };
            let wait = send::wait(&fault, pause);
            if effect == Effect::Write
                || !fault.may_pass()
                || began.elapsed().saturating_add(wait) > self.limits.patience
            {
                return Err(hidden.from(fault));
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(send::LONGEST_PAUSE);
        }
    }

    async fn once(&self, request: &Request<Vec<u8>>, effect: Effect) -> Result<Answer, Fault> {
        // It is never closed.
        let _slot = self.slots.acquire().await;
        send::once(&self.client, request.clone(), effect, self.limits.request).await
    }
}

/// Makes the connection's client. A command that logs in is run for it, and may wait for somebody.
async fn open(config: kube::Config, limit: Duration) -> Result<kube::Client, Fault> {
    let (done, opening) = tokio::sync::oneshot::channel();
    let runtime = tokio::runtime::Handle::current();
    // A thread of its own: whoever ends waits for all threads of the runtime, and this one may wait for somebody for ever.
    std::thread::spawn(move || {
        let _within = runtime.enter();
        // Nobody listens any more when it came too late.
        let _late = done.send(kube::Client::try_from(config));
    });
    let opened = tokio::time::timeout(limit, opening).await.ok().and_then(Result::ok);
    let late = || Fault::new(FaultKind::Setup, format!("the command that logs in did not end within {}", span(limit)));
    opened.ok_or_else(late)?.map_err(|error| send::failed(&error, Effect::None))
}

/// A plain question.
pub(super) fn get(path: &str) -> Result<Request<Vec<u8>>, Fault> {
    Request::get(path).body(Vec::new()).map_err(|error| send::unsendable(&error))
}
