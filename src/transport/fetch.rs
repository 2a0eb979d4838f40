//! The default transport: gRPC-Web or REST over the browser's fetch.

use super::{Protocol, Request, Response, Transport};
use crate::error::Error;

/// gRPC-Web, or the REST mapping, over the browser's fetch.
///
/// It exists only in a browser. [`ClientBuilder::transport`](crate::ClientBuilder::transport) sets another transport.
///
/// ```no_run
/// # #[cfg(browser)]
/// # fn main() {
/// use zitadel_org_web::{FetchTransport, proto::zitadel::management::v1::ManagementServiceClient};
///
/// let client = ManagementServiceClient::new("https://id.example.com", FetchTransport::new());
/// # }
/// # #[cfg(not(browser))]
/// # fn main() {}
/// ```
#[cfg(browser)]
#[derive(Debug, Clone, Default)]
pub struct FetchTransport(crate::platform::browser::Fetch);

#[cfg(browser)]
impl FetchTransport {
    /// Returns a transport that calls the global fetch.
    #[must_use]
    pub const fn new() -> Self {
        Self(crate::platform::browser::Fetch { custom: None })
    }

    /// Returns a transport that calls a caller's fetch.
    #[cfg(feature = "js")]
    pub(crate) const fn with(custom: Option<js_sys::Function>) -> Self {
        Self(crate::platform::browser::Fetch { custom })
    }

    pub(crate) const fn available() -> Option<Self> {
        Some(Self::new())
    }
}

#[cfg(browser)]
impl Transport for FetchTransport {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        super::exchange::unary(&self.0, &crate::platform::clock(), request).await
    }

    fn supports(&self, _protocol: Protocol) -> bool {
        true
    }
}

/// gRPC-Web, or the REST mapping, over the browser's fetch.
///
/// Uninhabited outside a browser. [`ClientBuilder::transport`](crate::ClientBuilder::transport) sets another transport.
#[cfg(not(browser))]
#[derive(Debug, Clone)]
pub enum FetchTransport {}

#[cfg(not(browser))]
impl FetchTransport {
    pub(crate) const fn available() -> Option<Self> {
        None
    }
}

#[cfg(not(browser))]
impl Transport for FetchTransport {
    async fn unary(&self, _request: Request<'_>) -> Result<Response, Error> {
        match *self {}
    }

    fn supports(&self, _protocol: Protocol) -> bool {
        match *self {}
    }
}
