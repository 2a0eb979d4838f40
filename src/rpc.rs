//! The methods: how each is called, and what it responds with. The build makes one type for each rpc of `proto/`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use prost::Message as _;

use crate::{options::Protocol, request::RequestMessage, value::Value};

/// How a method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Method {
    /// `/package.Service/Method`, the path over gRPC-Web.
    pub(crate) path: &'static str,
    /// The HTTP method over REST.
    pub(crate) verb: &'static str,
    /// The path over REST, in which `*` is the request's parameter.
    pub(crate) route: &'static str,
    /// Whether it changes nothing on the server.
    pub(crate) is_read: bool,
}

/// A method of a service.
pub(crate) trait Rpc {
    /// The request.
    type Request: RequestMessage;
    /// The response in the JSON mapping; its `Message` is the response on the wire.
    type Value: Value;
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
    pub(crate) fn new<R: Rpc>(request: &R::Request, protocol: Protocol) -> Self {
        match protocol {
            Protocol::GrpcWeb => Self { path: R::METHOD.path.to_owned(), body: request.encode_to_vec() },
            Protocol::Json => {
                Self { path: route(R::METHOD.route, request.parameter()), body: request.to_json().into_bytes() }
            }
        }
    }
}

fn route(route: &str, parameter: &str) -> String {
    match route.split_once('*') {
        Some((before, after)) => {
            [before, &utf8_percent_encode(parameter, NON_ALPHANUMERIC).to_string(), after].concat()
        }
        None => route.to_owned(),
    }
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
