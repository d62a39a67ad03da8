//! Looking at resources, each by the observer of its space.

use super::name::{Resource, Space};
use super::observed::Observed;
use super::{object, release, service};
use crate::site::{Fault, Site};
use futures_util::future::join_all;

/// Whether the target has such a resource, or a place for it.
pub fn is_known(site: &Site, resource: &Resource) -> bool {
    match resource.space {
        Space::Service => site.services.contains_key(&resource.name),
        Space::Object | Space::Release => site.cluster.is_some(),
    }
}

/// Looks at one.
pub async fn observe(site: &Site, resource: &Resource) -> Result<Observed, Fault> {
    match resource.space {
        Space::Service => service::observe(site, &resource.name),
        Space::Object => object::observe(site, &resource.name).await,
        Space::Release => release::observe(site, resource).await,
    }
}

/// Looks at many at once; what is seen of each stands in the same order.
pub async fn observe_all(site: &Site, resources: impl IntoIterator<Item = &Resource>) -> Vec<Result<Observed, Fault>> {
    join_all(resources.into_iter().map(|resource| observe(site, resource))).await
}

/// The line that says that one is not as it was.
pub fn unlike(site: &Site, resource: &Resource, was: &Observed, is: &Observed) -> String {
    match resource.space {
        Space::Service => service::unlike(&resource.name, was),
        Space::Object | Space::Release => object::unlike(&resource.spoken(&site.namespace), was, is),
    }
}
