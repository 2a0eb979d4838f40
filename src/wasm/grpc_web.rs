//! The default transport: gRPC-Web.

use super::{
    call::CallError,
    fetch::{Ending, Fetch, Incoming, Outgoing},
    guard::{End, Guard},
    options::Target,
};
use crate::{
    code::Code,
    error::{Error, Kind},
    frame,
    response::{Reader, Response},
    timeout,
    transport::{Request, Transport},
};

/// gRPC-Web over `fetch`, for one call of any unary method.
#[derive(Debug)]
pub struct GrpcWeb<'a> {
    fetch: Fetch<'a>,
}

impl<'a> GrpcWeb<'a> {
    /// A transport that calls `target` until `guard` ends the call.
    #[must_use]
    pub const fn new(target: &'a Target, guard: &'a Guard) -> Self {
        Self { fetch: Fetch { target, guard } }
    }
}

impl Transport for GrpcWeb<'_> {
    type Error = CallError;

    async fn unary(&self, request: Request<'_>) -> Result<Response, CallError> {
        let Fetch { target, .. } = self.fetch;
        let Request { path, message, metadata: mut headers } = request;
        headers.append("content-type", "application/grpc-web+proto");
        headers.append("x-grpc-web", "1");
        headers.append("x-user-agent", super::options::USER_AGENT);
        if let (Some(timeout_ms), true) = (target.timeout_ms, target.tells_timeout) {
            headers.append("grpc-timeout", timeout::header(timeout_ms));
        }
        let body = frame::encode(&message)
            .ok_or_else(|| Error::new(Kind::InvalidArgument, Code::ResourceExhausted, "The request is too long."))?;
        let outgoing = Outgoing { verb: "POST", path, headers: &headers, body: Some(&body) };
        let Incoming { head, body } = self.fetch.send(outgoing).await?;
        let mut reader = Reader::new(head)?;
        match self.fetch.read(body, |chunk| reader.push(chunk)).await {
            Ending::Complete | Ending::Stopped => reader.finish().map_err(CallError::from),
            Ending::Broken(cause) => reader.broken_off().map_err(|error| CallError::caused(error, cause)),
            // The server has said all it can; that it keeps the connection open does not unsay it.
            Ending::Ended(End::Timeout) if reader.has_trailers() => reader.finish().map_err(CallError::from),
            Ending::Ended(end) => Err(CallError::ended(end, target)),
        }
    }
}
