//! REST over HTTP: the codec beside the transports, since its names of enums and its details are more than bytes can carry.

use crate::{
    Metadata,
    error::{Error, ErrorKind},
    http::{self, Incoming},
    options::Settings,
    platform::{HttpRequest, Platform},
    protocol::{
        code::Code,
        response::{End, Head, connection_lost, invalid_message, with_response},
        rest::MAX_BODY_LEN,
    },
    rpc::Payload,
    transport::USER_AGENT,
    value::Invalid,
};

/// A whole response over REST.
#[derive(Debug)]
pub(crate) struct RestResponse<J> {
    pub(crate) head: Head,
    pub(crate) json: Option<J>,
    /// The beginning of the body of an HTTP error.
    pub(crate) body: String,
}

/// Sends a request over REST and reads the whole response.
pub(crate) async fn unary<P: Platform>(
    platform: &P,
    verb: &str,
    payload: &Payload,
    settings: &Settings,
    metadata: Metadata,
    timeout_ms: Option<f64>,
) -> Result<RestResponse<P::Json>, Error> {
    let mut headers = metadata;
    headers.append("accept", "application/json");
    headers.append(USER_AGENT.0, USER_AGENT.1);
    let body = if verb == "GET" { None } else { Some(payload.body.as_slice()) };
    if body.is_some() {
        headers.append("content-type", "application/json");
    }
    let url = [settings.base_url.as_str(), &payload.path].concat();
    let request = HttpRequest { verb, url, headers, body };
    let open = |head| Ok(Incoming::Whole(head, Vec::new()));
    let exchanged = http::exchange(platform, request, &settings.base_url, timeout_ms, open).await?;
    let (Incoming::Whole(head, bytes), end) = exchanged else { return Err(invalid_message(&Invalid::new("not JSON"))) };
    let error = match end {
        _ if !head.is_success() => None,
        End::Broken(source) => Some(connection_lost(source)),
        End::Complete => (bytes.len() > MAX_BODY_LEN).then(too_long),
    };
    if let Some(error) = error {
        return Err(with_response(error, &head, &Metadata::new()));
    }
    let shown = if head.is_success() { String::new() } else { http::shown(&bytes) };
    Ok(RestResponse { json: platform.parse_json(&bytes), head, body: shown })
}

fn too_long() -> Error {
    let text = "The response is longer than 4 MiB. Check the proxy in front of ZITADEL.";
    Error::new(ErrorKind::Protocol, Code::ResourceExhausted, &[text])
}
