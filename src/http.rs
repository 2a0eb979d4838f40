//! What both protocols share of an HTTP exchange.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use crate::{
    Metadata,
    error::{Error, ErrorKind},
    options::is_cross_origin,
    platform::{Body as _, HttpRequest, Platform, SendError},
    protocol::{
        code::Code,
        json::parse_uint64,
        response::{Decoder, End, Head, Patience, with_response},
        rest::MAX_BODY_LEN,
    },
};

/// How much of an HTTP error's body is read, and how long it is waited for, in milliseconds.
const MAX_ERROR_LEN: usize = 64 * 1024;
const ERROR_BODY_MS: f64 = 1000.0;
/// How much of it an error shows.
const MAX_SHOWN_LEN: usize = 1024;

/// A response while it comes.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Frames of gRPC-Web.
    Frames(Decoder),
    /// A body that is read as a whole, or the beginning of an HTTP error's.
    Whole(Head, Vec<u8>),
}

impl Incoming {
    /// How long what comes next is waited for.
    fn patience(&self) -> Patience {
        match self {
            Self::Frames(decoder) => decoder.patience(),
            Self::Whole(head, bytes) if head.is_success() && bytes.len() <= MAX_BODY_LEN => Patience::Full,
            // To its end, so that the connection can be used again and the network log shows all of it.
            Self::Whole(head, bytes) if !head.is_success() && bytes.len() < MAX_ERROR_LEN => {
                Patience::Ms(ERROR_BODY_MS)
            }
            Self::Whole(..) => Patience::None,
        }
    }

    fn push(&mut self, chunk: &[u8]) {
        match self {
            Self::Frames(decoder) => decoder.push(chunk),
            Self::Whole(_, bytes) => bytes.extend_from_slice(chunk),
        }
    }
}

/// Sends a request and reads the response into what `open` makes of its head.
///
/// # Errors
/// There is no response, it redirects, or `open` refuses it.
pub(crate) async fn exchange<P: Platform>(
    platform: &P,
    request: HttpRequest<'_>,
    base_url: &str,
    timeout_ms: Option<f64>,
    open: fn(Head) -> Result<Incoming, Error>,
) -> Result<(Incoming, End), Error> {
    let (head, mut body) = platform.send(request).await.map_err(|error| not_sent(error, platform, base_url))?;
    let mut incoming = follow_no_redirect(head).and_then(open)?;
    let mut patience = Patience::Full;
    let mut timer: Option<Pin<Box<dyn Future<Output = ()> + '_>>> = None;
    let end = loop {
        let before = std::mem::replace(&mut patience, incoming.patience());
        match patience {
            Patience::None => break End::Complete,
            Patience::Ms(ms) if patience != before => {
                // Half of the time that is left, so that the error comes before the deadline does.
                let ms = timeout_ms.map_or(ms, |left_ms: f64| (left_ms / 2.0).min(ms));
                timer = Some(Box::pin(platform.sleep(ms)));
            }
            Patience::Ms(_) | Patience::Full => {}
        }
        let mut read = pin!(body.read());
        let chunk = poll_fn(|context| match (read.as_mut().poll(context), &mut timer) {
            (Poll::Ready(chunk), _) => Poll::Ready(Some(chunk)),
            (Poll::Pending, Some(timer)) => timer.as_mut().poll(context).map(|()| None),
            (Poll::Pending, None) => Poll::Pending,
        });
        match chunk.await {
            Some(Ok(Some(chunk))) => incoming.push(&chunk),
            Some(Err(source)) => break End::Broken(source),
            Some(Ok(None)) | None => break End::Complete,
        }
    };
    Ok((incoming, end))
}

#[cold]
#[inline(never)]
fn not_sent(error: SendError, platform: &impl Platform, base_url: &str) -> Error {
    let (error, source) = match error {
        SendError::Failed(source) => (connection_error(is_cross_origin(base_url, platform)), source),
        SendError::Refused(source) => {
            (Error::invalid_argument(&["fetch refused the request, so nothing was sent. See cause."]), source)
        }
        SendError::HeadersTooLong(source) => {
            let text = "The response's headers are longer than what this runtime reads.";
            (Error::new(ErrorKind::Protocol, Code::ResourceExhausted, &[text]), source)
        }
        SendError::NotAResponse(source) => {
            let text = "fetch did not return a Response that can be read. See cause; check the option fetch, or what replaces \
                        the global one.";
            (Error::transport(&[text]).permanent(), source)
        }
    };
    error.with_source(Some(source))
}

/// A browser shows a redirect as status 0 and no more of it, other runtimes as it is.
fn follow_no_redirect(head: Head) -> Result<Head, Error> {
    match head.http_status {
        0 => Err(redirected("")),
        300..=399 => {
            let target = head.headers.get("location").map(|location| [" to ", location].concat());
            Err(with_response(redirected(&target.unwrap_or_default()), &head, &Metadata::new()))
        }
        _ => Ok(head),
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

fn redirected(target: &str) -> Error {
    let text = ["The server redirects", target, ", which is not followed. Set baseUrl to ZITADEL's own address."];
    Error::transport(&text).permanent()
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
