//! The methods of the ZITADEL API. The build generates one type for each rpc of `proto/`.

use prost::Message;

use crate::{error::Progress, message::Schema};

/// The description of a method.
#[cfg_attr(not(any(browser, test)), expect(dead_code, reason = "only fetch speaks REST"))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Method {
    /// `/package.Service/Method`, the path over gRPC-Web.
    pub(crate) path: &'static str,
    /// The HTTP method over REST.
    pub(crate) http_method: &'static str,
    /// The path over REST, with the names of request members in braces.
    pub(crate) route: &'static str,
    /// True if the method changes nothing on the server.
    pub(crate) is_read: bool,
    pub(crate) request: &'static Schema,
    pub(crate) response: &'static Schema,
}

impl Method {
    /// Returns the method with a path over gRPC-Web.
    pub(crate) fn find(path: &str) -> Option<&'static Self> {
        TABLE.iter().find(|method| method.path == path)
    }

    /// Returns the progress of a call whose request was sent. A path that is unknown here may change something.
    pub(crate) fn progress(path: &str) -> Progress {
        match Self::find(path) {
            Some(method) if method.is_read => Progress::ReadSent,
            _ => Progress::ChangeSent,
        }
    }

    /// Returns true if the request has no members: a header names the organization then.
    pub(crate) const fn has_empty_request(&self) -> bool {
        self.request.fields.is_empty()
    }
}

/// A method with the types of its messages.
pub(crate) trait Rpc {
    type Request: Message + Default;
    type Response: Message + Default;
    const METHOD: Method;
}

include!(concat!(env!("OUT_DIR"), "/methods.rs"));

static TABLE: [Method; METHODS.len()] = METHODS;
