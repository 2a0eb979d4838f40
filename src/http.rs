//! What both protocols share of an HTTP exchange.

use crate::{
    Metadata,
    call::sleep_or,
    error::{Error, ErrorKind, Source},
    platform::{Body, HttpRequest, Platform, SendError},
    protocol::{
        code::Code,
        json::parse_uint64,
        response::{self, Head},
    },
};

/// How much of an HTTP error's body is read, and how long it is waited for, in milliseconds.
const MAX_ERROR_LEN: usize = 64 * 1024;
const ERROR_BODY_MS: f64 = 1000.0;
/// How much of it an error shows.
const MAX_SHOWN_LEN: usize = 1024;

/// Sends a request and waits for the response's head.
///
/// # Errors
/// There is no response, or it redirects.
pub(crate) async fn send<P: Platform>(
    platform: &P,
    request: HttpRequest<'_>,
    is_cross_origin: bool,
) -> Result<(Head, P::Body), Error> {
    let (head, body) = platform.send(request).await.map_err(|error| match error {
        SendError::Failed(source) => connection_error(is_cross_origin).with_source(Some(source)),
        SendError::Refused(source) => {
            Error::invalid_argument(&["fetch refused the request, so nothing was sent. See cause."]).with_source(Some(source))
        }
        SendError::HeadersTooLong(source) => {
            let text = "The response's headers are longer than what this runtime reads.";
            Error::new(ErrorKind::Protocol, Code::ResourceExhausted, &[text]).with_source(Some(source))
        }
        SendError::NotAResponse(source) => {
            let text = "fetch did not return a Response that can be read. See cause; check the option fetch, or what replaces \
                        the global one.";
            Error::transport(&[text]).permanent().with_source(Some(source))
        }
    })?;
    // A browser shows a redirect as status 0 and no more of it, other runtimes as it is.
    match head.http_status {
        0 => Err(redirected(None)),
        300..=399 => {
            let location = head.headers.get("location");
            Err(redirected(location).with_response(head.http_status, &head.headers, &Metadata::new()))
        }
        _ => Ok((head, body)),
    }
}

/// There was no response; the browser does not say why.
pub(crate) fn connection_error(is_cross_origin: bool) -> Error {
    let cors = if is_cross_origin {
        ", or the browser refused the call: CORS (the server does not allow this origin or a header) or the page's CSP"
    } else {
        ""
    };
    let text = [
        "There was no response: baseUrl cannot be reached, its certificate is not trusted, or the connection broke off",
        cors,
        ". Check baseUrl and the browser's network log.",
    ];
    Error::transport(&text)
}

fn redirected(location: Option<&str>) -> Error {
    let target = location.map(|location| [" to ", location].concat()).unwrap_or_default();
    let text = ["The server redirects", &target, ", which is not followed. Set baseUrl to ZITADEL's own address."];
    Error::transport(&text).permanent()
}

/// The beginning of an HTTP error's body.
pub(crate) async fn read_error<P: Platform>(platform: &P, mut body: P::Body, timeout_ms: Option<f64>) -> Vec<u8> {
    let grace_ms = timeout_ms.map_or(ERROR_BODY_MS, |left| (left / 2.0).min(ERROR_BODY_MS));
    let ends_at = platform.now_ms() + grace_ms;
    let mut bytes = Vec::new();
    // To its end, so that the connection can be used again and the network log shows all of it.
    while bytes.len() < MAX_ERROR_LEN {
        let Some(Ok(Some(chunk))) = sleep_or(platform, Some(ends_at), body.read()).await else { break };
        bytes.extend_from_slice(&chunk);
    }
    bytes
}

/// The first KiB of a body as text.
pub(crate) fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.get(..MAX_SHOWN_LEN).unwrap_or(bytes)).into_owned()
}

/// `Retry-After`, in seconds or as a date.
///
/// Source: RFC 9110, section 10.2.3.
pub(crate) fn retry_after_ms(platform: &impl Platform, metadata: &Metadata) -> Option<f64> {
    let value = metadata.get("retry-after")?;
    let ms = match parse_uint64(value).and_then(|seconds| u32::try_from(seconds).ok()) {
        Some(seconds) => f64::from(seconds) * 1000.0,
        None => platform.ms_until(value)?,
    };
    Some(ms.max(0.0))
}

/// Reads a whole body.
///
/// # Errors
/// It is longer than `max_len`, or the connection broke.
pub(crate) async fn read_to_end(body: &mut impl Body, max_len: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    loop {
        match body.read().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(source) => return Err(connection_lost(source)),
        }
        if bytes.len() > max_len {
            let text = "The response is longer than 4 MiB. Check the proxy in front of ZITADEL.";
            return Err(Error::new(ErrorKind::Protocol, Code::ResourceExhausted, &[text]));
        }
    }
}

fn connection_lost(source: Source) -> Error {
    response::connection_lost(source)
}
