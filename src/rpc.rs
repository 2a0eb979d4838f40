//! The methods: how each is called, and what it responds with. The build makes one type for each rpc of `proto/`.

use prost::Message;

use crate::{
    error::Error,
    options::Protocol,
    protocol::{json::push_hex, text::cut},
    value::{Schema, Value},
};

/// How a method is called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method {
    /// `/package.Service/Method`, the path over gRPC-Web.
    pub(crate) path: &'static str,
    /// The HTTP method over REST.
    pub(crate) verb: &'static str,
    /// The path over REST, in which `*` is the request's `organizationId`.
    pub(crate) route: &'static str,
    /// Whether it changes nothing on the server.
    pub(crate) is_read: bool,
    pub(crate) request: &'static Schema,
    pub(crate) response: &'static Schema,
}

/// A method of a service.
pub(crate) trait Rpc {
    /// The request on the wire.
    type Request: Message + Default;
    /// The response on the wire.
    type Response: Message + Default;
    /// How it is called.
    const METHOD: Method;
}

/// A request as it travels.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    /// The URL's path below the base URL.
    pub(crate) path: String,
    /// The message's bytes, or JSON.
    pub(crate) body: Vec<u8>,
}

impl Payload {
    /// Of a request's value.
    pub(crate) fn of_value(method: &Method, request: &Value, protocol: Protocol) -> Result<Self, Error> {
        if protocol.is_json() {
            return Ok(Self {
                path: route(method.route, request.text("organizationId").unwrap_or_default()),
                body: request.to_json().into_bytes(),
            });
        }
        let body = request.encode(method.request);
        let body = body.map_err(|invalid| Error::invalid_argument(&["request.", &invalid.text()]))?;
        Ok(Self { path: method.path.to_owned(), body })
    }

    /// Of a request on the wire.
    pub(crate) fn of_message<R: Rpc>(request: &R::Request, protocol: Protocol) -> Result<Self, Error> {
        let body = request.encode_to_vec();
        if !protocol.is_json() {
            return Ok(Self { path: R::METHOD.path.to_owned(), body });
        }
        let value = Value::decode(R::METHOD.request, &body, false);
        let value = value.map_err(|invalid| Error::invalid_argument(&["request.", &invalid.text()]))?;
        Self::of_value(&R::METHOD, &value, protocol)
    }
}

fn route(route: &str, parameter: &str) -> String {
    let (before, after) = cut(route, b'*');
    let mut path = before.to_owned();
    let Some(after) = after else { return path };
    // Ours: percent-encoding brings a table of all 256 escapes.
    for byte in parameter.bytes() {
        if byte.is_ascii_alphanumeric() {
            path.push(char::from(byte));
        } else {
            path.push('%');
            push_hex(byte, &mut path);
        }
    }
    path.push_str(after);
    path
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn a_parameter_is_escaped_in_its_route() {
        assert_eq!(route("/v2/organizations/*/activate", "7/../a?b"), "/v2/organizations/7%2F%2E%2E%2Fa%3Fb/activate");
        assert_eq!(route("/orgs/me", "7"), "/orgs/me");
    }
}
