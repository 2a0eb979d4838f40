//! One HTTP exchange, as both protocols make it.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
};

use crate::{
    code::Code,
    error::Error,
    metadata::Metadata,
    platform::{Body as _, Clock, Http, HttpRequest, SendError, own_origin},
    validate::is_cross_origin,
    wire::{
        body::{BodyDecoder, End, Wait},
        head::Head,
    },
};

/// Sends a request and reads the head of its response.
///
/// # Errors
/// There is no response, or it is a redirect.
pub(super) async fn send<H: Http>(
    http: &H,
    request: HttpRequest<'_>,
    base_url: &str,
) -> Result<(Head, H::Body), Error> {
    let (head, body) = http.send(request).await.map_err(|error| no_response(error, base_url))?;
    Ok((reject_redirect(head)?, body))
}

/// Reads a body until the decoder has enough of it. Dropping the body cancels the rest.
pub(super) async fn read<H: Http, C: Clock>(
    mut body: H::Body,
    clock: &C,
    timeout_ms: Option<f64>,
    decoder: &mut dyn BodyDecoder,
) -> End {
    let mut previous = Wait::UntilDeadline;
    let mut timer: Option<Pin<Box<dyn Future<Output = ()> + '_>>> = None;
    loop {
        let wait = decoder.wait();
        match wait {
            Wait::Done => return End::Complete,
            Wait::AtMost(ms) if wait != previous => {
                // Half of the time left, so that the error comes before the deadline does.
                let ms = timeout_ms.map_or(ms, |left_ms| (left_ms / 2.0).min(ms));
                timer = Some(Box::pin(clock.sleep(ms)));
            }
            Wait::AtMost(_) | Wait::UntilDeadline => {}
        }
        previous = wait;
        let mut chunk = pin!(body.read());
        let chunk = poll_fn(|context| match (chunk.as_mut().poll(context), &mut timer) {
            (Poll::Ready(chunk), _) => Poll::Ready(Some(chunk)),
            (Poll::Pending, Some(timer)) => timer.as_mut().poll(context).map(|()| None),
            (Poll::Pending, None) => Poll::Pending,
        });
        match chunk.await {
            Some(Ok(Some(chunk))) => decoder.push(&chunk),
            Some(Err(source)) => return End::Lost(source),
            Some(Ok(None)) | None => return End::Complete,
        }
    }
}

fn no_response(error: SendError, base_url: &str) -> Error {
    let is_cross_origin = is_cross_origin(base_url, own_origin().as_deref());
    match error {
        SendError::Failed(source) => connection_error(is_cross_origin).with_source(source),
        SendError::NotConnected(source) => connection_error(is_cross_origin).without_effect().with_source(source),
        SendError::Refused(source) => {
            Error::invalid_argument("fetch rejected the request, so nothing was sent. See cause.").with_source(source)
        }
        SendError::HeadersTooLong(source) => {
            let text = "The response headers exceed this runtime's size limit.";
            Error::protocol(Code::ResourceExhausted, text).permanent().with_source(source)
        }
        SendError::Unreadable(source) => {
            let text = "fetch returned something that is not a readable Response. See cause. Check the `fetch` option or \
                        whatever patches the global fetch.";
            Error::transport(text).permanent().with_source(source)
        }
    }
}

/// The error of a call without a response. Browsers don't say why.
pub(super) fn connection_error(is_cross_origin: bool) -> Error {
    let cors = if is_cross_origin {
        ", or the browser blocked the call: CORS (the server does not allow this origin or a header) or the page's CSP"
    } else {
        ""
    };
    let text = [
        "No response. The server is unreachable, its certificate is not trusted, or the connection was reset",
        cors,
        ". Check baseUrl and the browser's network log.",
    ];
    Error::transport(text.concat())
}

/// A browser shows a redirect that is not followed as status 0 without headers, other runtimes show it as it is.
fn reject_redirect(head: Head) -> Result<Head, Error> {
    if !matches!(head.http_status, 0 | 300..=399) {
        return Ok(head);
    }
    let target = match head.headers.get("location") {
        Some(location) => [" to ", location].concat(),
        None => String::new(),
    };
    let text =
        ["The server redirected", &target, "; redirects are not followed. Set baseUrl to ZITADEL's own address."];
    let error = Error::transport(text.concat()).permanent();
    Err(if head.http_status == 0 { error } else { head.attach_to(error, &Metadata::new()) })
}
