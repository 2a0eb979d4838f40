//! gRPC-Web over HTTP.

use super::{Request, Response, TimeoutHeader, Transport, exchange};
use crate::{
    code::Code,
    error::{Error, ErrorKind},
    platform::{Clock, Http, HttpRequest, own_origin},
    validate::is_cross_origin,
    wire::{frame, response::ResponseDecoder, timeout},
};

/// A header of every request.
pub(crate) const USER_AGENT: (&str, &str) = ("x-user-agent", concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION")));

/// gRPC-Web over an HTTP client.
#[derive(Debug, Clone)]
pub(crate) struct GrpcWeb<'a, H, C> {
    pub(crate) http: &'a H,
    pub(crate) clock: &'a C,
}

impl<H: Http, C: Clock> Transport for GrpcWeb<'_, H, C> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let Request { base_url, path, message, options } = request;
        let mut headers = options.metadata;
        headers.append("content-type", "application/grpc-web+proto");
        headers.append("x-grpc-web", "1");
        headers.append(USER_AGENT.0, USER_AGENT.1);
        if let Some(timeout_ms) = options.timeout_ms {
            if sends_timeout(options.timeout_header, base_url) {
                headers.append("grpc-timeout", &timeout::encode(timeout_ms));
            }
        }
        let frame = frame::encode(message).ok_or_else(too_long)?;
        let request = HttpRequest { verb: "POST", url: [base_url, path].concat(), headers, body: Some(&frame) };
        let (head, body) = exchange::send(self.http, request, base_url).await?;
        let mut decoder = ResponseDecoder::new(head);
        let end = exchange::read::<H, C>(body, self.clock, options.timeout_ms, &mut decoder).await;
        decoder.finish(end)
    }
}

fn sends_timeout(timeout_header: TimeoutHeader, base_url: &str) -> bool {
    match timeout_header {
        TimeoutHeader::OwnOrigin => !is_cross_origin(base_url, own_origin().as_deref()),
        TimeoutHeader::Send => true,
        TimeoutHeader::Withhold => false,
    }
}

fn too_long() -> Error {
    Error::new(ErrorKind::InvalidArgument, Code::ResourceExhausted, "request must be shorter than 4 GiB.")
}
