//! The seam between the typed client and whatever carries its bytes.

use std::future::Future;

use prost::Message;

use crate::{
    code::Code,
    error::{Error, Kind},
    metadata::Metadata,
    response::Response,
};

/// One unary call, before it is sent.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// `/package.Service/Method`.
    pub path: &'a str,
    /// The message's bytes.
    pub message: Vec<u8>,
    /// Everything that goes into the request's headers besides the protocol's own.
    pub metadata: Metadata,
}

/// Carries a unary call to a server and its answer back.
///
/// ```
/// use zitadel_org_web::{error::Error, metadata::Metadata, response::Response};
/// use zitadel_org_web::transport::{Request, Transport};
///
/// /// Answers every call with an empty message.
/// struct Empty;
///
/// impl Transport for Empty {
///     type Error = Error;
///
///     async fn unary(&self, _request: Request<'_>) -> Result<Response, Error> {
///         Ok(Response { headers: Metadata::new(), message: Vec::new(), trailers: Metadata::new() })
///     }
/// }
/// ```
pub trait Transport {
    /// What a call fails with.
    type Error: From<Error>;

    /// Sends the request and reads the whole answer.
    ///
    /// # Errors
    /// The server's status, or whatever kept its answer from being read.
    fn unary(&self, request: Request<'_>) -> impl Future<Output = Result<Response, Self::Error>>;
}

/// A decoded answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<M> {
    /// The message.
    pub message: M,
    /// The answer's headers.
    pub headers: Metadata,
    /// The answer's trailers.
    pub trailers: Metadata,
}

/// Encodes the request, calls through the transport and decodes the answer; what the generated methods do.
pub(crate) async fn unary<T: Transport, M: Message + Default>(
    transport: &T,
    path: &str,
    request: &impl Message,
    metadata: Metadata,
) -> Result<Reply<M>, T::Error> {
    let message = request.encode_to_vec();
    let Response { headers, message, trailers } = transport.unary(Request { path, message, metadata }).await?;
    match M::decode(message.as_slice()) {
        Ok(message) => Ok(Reply { message, headers, trailers }),
        Err(_) => {
            let text = format!("The answer's message is not what {path} answers with. Check the server's version.");
            let mut metadata = headers;
            metadata.extend(trailers);
            Err(Error::new(Kind::Protocol, Code::Internal, text).with_answer(200, metadata).into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::{Request, Transport};
    use crate::{
        code::Code,
        error::{Error, Kind},
        metadata::Metadata,
        proto::zitadel::management::v1::{GetMyOrgRequest, ManagementServiceClient, ReactivateOrgRequest},
        response::Response,
    };

    /// Answers with these bytes and checks the path.
    struct Canned(&'static str, &'static [u8]);

    impl Transport for Canned {
        type Error = Error;

        async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
            assert_eq!(request.path, self.0);
            assert!(request.message.is_empty());
            Ok(Response { headers: request.metadata, message: self.1.to_vec(), trailers: Metadata::new() })
        }
    }

    fn ready<T>(future: impl Future<Output = T>) -> T {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => value,
            Poll::Pending => panic!("the future waits"),
        }
    }

    #[test]
    fn a_generated_method_calls_its_path_and_decodes_the_answer() {
        let client = ManagementServiceClient::new(Canned(
            "/zitadel.management.v1.ManagementService/ReactivateOrg",
            b"\x0a\x07\x08\x07\x22\x03org",
        ));
        let mut metadata = Metadata::new();
        metadata.append("x-a", "1");
        let reply = ready(client.reactivate_org(&ReactivateOrgRequest {}, metadata)).unwrap();
        let details = reply.message.details.unwrap();
        assert_eq!((details.sequence, details.resource_owner.as_str()), (7, "org"));
        assert_eq!(reply.headers.get("x-a"), Some("1"));
    }

    #[test]
    fn an_answer_that_is_not_the_message_is_a_protocol_error() {
        let client =
            ManagementServiceClient::new(Canned("/zitadel.management.v1.ManagementService/GetMyOrg", b"\x0a\x7f"));
        let error = ready(client.get_my_org(&GetMyOrgRequest {}, Metadata::new())).unwrap_err();
        assert_eq!((error.kind, error.code, error.http_status), (Kind::Protocol, Code::Internal, Some(200)));
    }
}
