//! The methods: how each is called, and what it responds with. The build makes one type for each rpc of `proto/`.

use prost::Message;

use crate::value::Value;

/// How a method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Method {
    /// `/package.Service/Method`, the path over gRPC-Web.
    pub path: &'static str,
    /// The HTTP method over REST.
    pub verb: &'static str,
    /// The path over REST.
    pub route: &'static str,
    /// Whether it changes nothing on the server.
    pub is_read: bool,
}

/// A method of a service.
pub trait Rpc {
    /// The request.
    type Request: Message + Default;
    /// The response in the JSON mapping; its `Message` is the response on the wire.
    type Value: Value;
    /// How it is called.
    const METHOD: Method;
}
