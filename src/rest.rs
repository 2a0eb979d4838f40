//! REST over HTTP: the codec beside the transports, since its names of enums and its details are more than bytes can carry.

use crate::{
    Metadata,
    error::Error,
    http,
    options::{Settings, is_cross_origin},
    platform::{HttpRequest, Platform},
    protocol::{
        response::{Head, with_response},
        rest::MAX_BODY_LEN,
    },
    rpc::Payload,
    transport::USER_AGENT,
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
    let (head, mut body) = http::send(platform, request, is_cross_origin(&settings.base_url, platform)).await?;
    let bytes = if head.is_success() {
        let bytes = http::read_to_end(&mut body, MAX_BODY_LEN).await;
        bytes.map_err(|error| with_response(error, &head, &Metadata::new()))?
    } else {
        http::read_error(platform, body, timeout_ms).await
    };
    let shown = if head.is_success() { String::new() } else { http::shown(&bytes) };
    Ok(RestResponse { json: platform.parse_json(&bytes), head, body: shown })
}
