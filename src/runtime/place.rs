use std::env;

use crate::{Error, Options};

/// Where a program runs: on Lambda, or here, behind a local gateway.
pub(super) struct Place {
    runtime_api: String,
    #[cfg(feature = "local")]
    local: Option<crate::local::Local>,
}

#[cfg(feature = "local")]
impl Place {
    fn lambda(runtime_api: String) -> Self {
        let local = None;
        Place { runtime_api, local }
    }

    /// Where there is no Runtime API, and a local gateway brings its own.
    async fn here(options: &Options) -> Result<Self, Error> {
        let local = crate::local::Local::start(options).await?;
        Ok(Place {
            runtime_api: local.runtime_api.clone(),
            local: Some(local),
        })
    }

    /// Waits for Ctrl-C, where somebody sits who may press it.
    pub(super) fn left(&self) -> Option<impl Future<Output = ()> + Send + use<>> {
        self.local.as_ref().map(crate::local::Local::interrupted)
    }
}

#[cfg(not(feature = "local"))]
impl Place {
    fn lambda(runtime_api: String) -> Self {
        Place { runtime_api }
    }

    async fn here(_: &Options) -> Result<Self, Error> {
        Err(Error::runtime(
            "AWS_LAMBDA_RUNTIME_API is not set, so this is not Lambda; \
             turn on liftgate's feature `local` to serve the app here",
        ))
    }

    pub(super) fn left(&self) -> Option<std::future::Pending<()>> {
        None
    }
}

impl Place {
    /// Where the program runs: where `AWS_LAMBDA_RUNTIME_API` says, unless it is told.
    pub(super) async fn find(told: Option<String>, options: &Options) -> Result<Self, Error> {
        match told.or_else(|| env::var("AWS_LAMBDA_RUNTIME_API").ok()) {
            Some(address) => Ok(Place::lambda(address)),
            None => Place::here(options).await,
        }
    }

    pub(super) fn is_lambda(&self) -> bool {
        self.left().is_none()
    }

    pub(super) fn runtime_api(&self) -> &str {
        &self.runtime_api
    }
}
