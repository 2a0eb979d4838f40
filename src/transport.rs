//! The seam between the typed clients and whatever carries their bytes.

use std::future::Future;

use prost::Message as _;

pub use crate::protocol::response::Response;
use crate::{
    Metadata,
    error::Error,
    protocol::{metadata, response},
    rpc::Rpc,
    value::Invalid,
};

/// One unary call, before it is sent.
///
/// See the example of [`Transport`].
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// Where the server is, without a slash at the end.
    pub base_url: &'a str,
    /// `/package.Service/Method`.
    pub path: &'a str,
    /// The message's bytes.
    pub message: &'a [u8],
    /// Metadata, timeout.
    pub options: Options,
}

/// What a request carries besides its message.
///
/// ```
/// use zitadel_org_web::{Metadata, transport::{Options, TimeoutHeader}};
///
/// let mut metadata = Metadata::new();
/// metadata.append("x-trace", "1");
/// let options = Options { metadata, timeout_ms: Some(5000.0), timeout_header: TimeoutHeader::Withhold };
/// ```
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Everything that goes into the request's headers besides the protocol's own.
    pub metadata: Metadata,
    /// Milliseconds that are left until the call's deadline, of which the transport may inform the server. It does not end the call:
    /// whoever has the deadline drops the future.
    pub timeout_ms: Option<f64>,
    /// Whether the server is informed of it.
    pub timeout_header: TimeoutHeader,
}

/// Whether a request carries `grpc-timeout`.
///
/// See the example of [`Options`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeoutHeader {
    /// Only to the page's own origin, since ZITADEL's preflight refuses that header.
    #[default]
    OwnOrigin,
    /// Always, for servers whose preflight allows it.
    Send,
    /// Never.
    Withhold,
}

/// Carries a unary gRPC call to a server and its response back.
///
/// Dropping the future ends the call.
///
/// ```
/// use zitadel_org_web::{Error, Metadata};
/// use zitadel_org_web::transport::{Request, Response, Transport};
///
/// /// Responds to every call with an empty message.
/// struct Empty;
///
/// impl Transport for Empty {
///     async fn unary(&self, _request: Request<'_>) -> Result<Response, Error> {
///         Ok(Response { headers: Metadata::new(), message: Vec::new(), trailers: Metadata::new() })
///     }
/// }
/// ```
pub trait Transport {
    /// Sends the request and reads the whole response.
    ///
    /// # Errors
    /// The server's status, or whatever kept its response from being read.
    fn unary(&self, request: Request<'_>) -> impl Future<Output = Result<Response, Error>>;
}

/// A decoded response of a typed client.
///
/// ```no_run
/// # async fn read(transport: impl zitadel_org_web::transport::Transport) -> Result<(), zitadel_org_web::Error> {
/// use zitadel_org_web::{
///     proto::zitadel::management::v1::{GetMyOrgRequest, ManagementServiceClient},
///     transport::Options,
/// };
///
/// let client = ManagementServiceClient::new("https://id.example.com", transport);
/// let reply = client.get_my_org(&GetMyOrgRequest {}, Options::default()).await?;
/// println!("{:?} {:?}", reply.message.org, reply.headers.get("x-request-id"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Reply<M> {
    /// The message.
    pub message: M,
    /// The headers.
    pub headers: Metadata,
    /// The trailers.
    pub trailers: Metadata,
}

/// Encodes the request, calls through the transport and decodes the response; what the typed clients do.
pub(crate) async fn unary<R: Rpc, T: Transport>(
    transport: &T,
    base_url: &str,
    request: &R::Request,
    options: Options,
) -> Result<Reply<R::Response>, Error> {
    let message = request.encode_to_vec();
    let request = Request { base_url, path: R::METHOD.path, message: &message, options };
    let Response { headers, message, trailers } = transport.unary(request).await?;
    Ok(Reply { message: decode(&message)?, headers, trailers })
}

/// Decodes a message that a method responds with.
pub(crate) fn decode<M: prost::Message + Default>(message: &[u8]) -> Result<M, Error> {
    M::decode(message).map_err(|_| response::invalid_message(&Invalid::new("not its protobuf")))
}

/// A header that a request has whatever the call.
pub(crate) const USER_AGENT: (&str, &str) = ("x-user-agent", concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION")));

pub(crate) fn is_reserved(name: &str) -> bool {
    const OWN: [&str; 7] =
        ["authorization", "x-zitadel-orgid", "content-type", "accept", "accept-language", "x-grpc-web", "x-user-agent"];
    debug_assert!(metadata::is_name(name.as_bytes()));
    name.starts_with("grpc-") || OWN.contains(&name)
}
