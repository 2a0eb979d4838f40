//! The transport for `protocol: "json"`: the REST mapping.

use js_sys::JSON;

use super::{
    call::CallError,
    fetch::{Ending, Fetch, Incoming, Outgoing},
    js,
    options::USER_AGENT,
};
use crate::{
    code::Code,
    error::Error,
    json::Json,
    response::{Response, connection_lost},
    rest::{self, MAX_BODY_LEN},
    transport::{Request, Transport},
};

/// REST over `fetch`, for one call of a method that has a REST mapping.
#[derive(Debug)]
pub(super) struct Rest<'a> {
    pub(super) fetch: Fetch<'a>,
}

impl Transport for Rest<'_> {
    type Error = CallError;

    async fn unary(&self, request: Request<'_>) -> Result<Response, CallError> {
        let Request { path, metadata: mut headers, .. } = request;
        let route = rest::route(path).ok_or_else(|| {
            let text = format!("{path} has no REST mapping here: use protocol \"grpc-web\".");
            Error::new(crate::error::Kind::InvalidArgument, Code::Unimplemented, text)
        })?;
        headers.append("accept", "application/json");
        headers.append("x-user-agent", USER_AGENT);
        if route.body.is_some() {
            headers.append("content-type", "application/json");
        }
        let body = route.body.map(str::as_bytes);
        let outgoing = Outgoing { verb: route.verb, path: route.path, headers: &headers, body };
        let Incoming { head, body } = self.fetch.send(outgoing).await?;
        let mut text = Vec::new();
        let ending = self.fetch.read(body, |chunk| {
            text.extend_from_slice(chunk);
            text.len() <= MAX_BODY_LEN
        });
        match ending.await {
            Ending::Complete => Ok(rest::outcome(route, head, parse(&text))?),
            Ending::Stopped => Err(rest::too_long(head).into()),
            Ending::Broken(cause) => {
                let error = connection_lost().with_answer(head.http_status, head.headers);
                Err(CallError::caused(error, cause))
            }
            Ending::Ended(end) => Err(CallError::ended(end, self.fetch.target)),
        }
    }
}

fn parse(text: &[u8]) -> Option<Json> {
    let value = JSON::parse(std::str::from_utf8(text).ok()?).ok()?;
    js::to_json(&value)
}
