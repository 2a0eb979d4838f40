//! HTTP, as the transports use it.

use std::future::Future;

use crate::{error::Source, metadata::Metadata, wire::head::Head};

/// An HTTP client.
pub(crate) trait Http {
    type Body: Body;

    /// Sends a request and waits for the head of the response. Dropping the future aborts the request.
    fn send(&self, request: HttpRequest) -> impl Future<Output = Result<(Head, Self::Body), HttpError>>;
}

/// An HTTP request.
#[derive(Debug)]
pub(crate) struct HttpRequest {
    /// The HTTP method.
    pub(crate) http_method: &'static str,
    pub(crate) url: String,
    pub(crate) headers: Metadata,
    pub(crate) body: Option<Vec<u8>>,
}

/// The reason why there is no response, or no more of it.
#[derive(Debug)]
pub(crate) enum HttpError {
    /// The request or the connection failed. Browsers don't say why.
    Failed(Source),
    /// The connection was never established, so nothing was sent.
    NotConnected(Source),
    /// fetch rejected its arguments, so nothing was sent.
    InvalidRequest(Source),
    /// The response's headers exceed the runtime's limit.
    HeadersTooLong(Source),
    /// The value that fetch returned is not a readable Response, or a chunk of its body is not bytes.
    Unreadable(Source),
}

/// The body of a response. Dropping it before its end cancels the response.
pub(crate) trait Body {
    /// Reads the next chunk; `None` at the end.
    fn read(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, HttpError>>;
}
