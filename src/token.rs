//! Where a call's token comes from.

use std::{fmt, future::Future, pin::Pin, rc::Rc};

use crate::{
    error::{Error, ErrorKind, Source},
    protocol::code::Code,
};

type Asked = Pin<Box<dyn Future<Output = Result<String, Error>>>>;
type Ask = dyn Fn(Option<&Error>) -> Asked;

/// A token, or a function that gives one.
#[derive(Clone)]
pub(crate) enum Token {
    Fixed(String),
    /// Asked once per call, just before the request, and once more with the error if the server answers UNAUTHENTICATED.
    Function(Rc<Ask>),
}

impl Token {
    pub(crate) fn function<F, E>(function: impl Fn(Option<&Error>) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + 'static,
        E: Into<Source>,
    {
        Self::Function(Rc::new(move |previous| {
            let asked = function(previous);
            Box::pin(async move { asked.await.map_err(|cause| failed(cause.into())) })
        }))
    }
}

/// A token function failed.
pub(crate) fn failed(cause: Source) -> Error {
    let text = "The function token failed, so nothing was sent. See cause; perhaps the user has to log in again.";
    Error::new(ErrorKind::InvalidArgument, Code::Unauthenticated, &[text]).with_source(Some(cause))
}

impl fmt::Debug for Token {
    /// Shows the kind alone.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fixed(_) => "Fixed",
            Self::Function(_) => "Function",
        })
    }
}
