//! The caller's access token.

use std::{cell::RefCell, fmt, future::Future, pin::Pin, rc::Rc};

use futures_util::{
    FutureExt as _,
    future::{Shared, WeakShared},
};

use crate::{
    code::Code,
    error::{Error, ErrorKind, Source},
    validate,
};

type Invocation = Pin<Box<dyn Future<Output = Result<String, Error>>>>;
type Provider = dyn Fn(Option<&Error>) -> Invocation;

/// A token, or a function that returns one.
#[derive(Clone)]
pub(crate) enum TokenSource {
    Fixed(String),
    Function(Rc<TokenFunction>),
}

impl TokenSource {
    pub(crate) fn function<F, E>(function: impl Fn(Option<&Error>) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + 'static,
        E: Into<Source>,
    {
        Self::Function(Rc::new(TokenFunction::new(move |previous| {
            let invocation = function(previous);
            Box::pin(async move { invocation.await.map_err(|cause| function_failed(cause.into())) })
        })))
    }

    /// Requests a token. `previous` is the error that ZITADEL rejected the last one with.
    fn request(&self, previous: Option<&Error>) -> Shared<Invocation> {
        match self {
            Self::Fixed(token) => {
                let token = validate::token(token).map(|()| token.clone());
                let invocation: Invocation = Box::pin(std::future::ready(token));
                invocation.shared()
            }
            Self::Function(function) => function.request(previous),
        }
    }
}

impl fmt::Debug for TokenSource {
    /// Shows the kind only.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fixed(_) => "Fixed",
            Self::Function(_) => "Function",
        })
    }
}

/// A token function, whose pending invocations concurrent calls share, so that a refresh token is used once.
///
/// An invocation lives as long as a call waits for it. One that never ends thus doesn't block later calls.
pub(crate) struct TokenFunction {
    provider: Box<Provider>,
    pending: RefCell<Pending>,
}

#[derive(Default)]
struct Pending {
    first: Option<WeakShared<Invocation>>,
    renewal: Option<WeakShared<Invocation>>,
}

impl TokenFunction {
    pub(crate) fn new(provider: impl Fn(Option<&Error>) -> Invocation + 'static) -> Self {
        Self { provider: Box::new(provider), pending: RefCell::default() }
    }

    fn request(&self, previous: Option<&Error>) -> Shared<Invocation> {
        let pending = {
            let Pending { first, renewal } = &*self.pending.borrow();
            // A renewal returns a newer token, so any call can use it. Another invocation may return the rejected token again.
            let renewal = renewal.as_ref().and_then(unfinished);
            renewal.or_else(|| if previous.is_none() { first.as_ref().and_then(unfinished) } else { None })
        };
        if let Some(invocation) = pending {
            return invocation;
        }
        let invocation = (self.provider)(previous);
        let checked: Invocation = Box::pin(async move {
            let token = invocation.await?;
            validate::token(&token).map(|()| token)
        });
        let invocation = checked.shared();
        let mut pending = self.pending.borrow_mut();
        let slot = if previous.is_none() { &mut pending.first } else { &mut pending.renewal };
        *slot = invocation.downgrade();
        invocation
    }
}

fn unfinished(invocation: &WeakShared<Invocation>) -> Option<Shared<Invocation>> {
    invocation.upgrade().filter(|invocation| invocation.peek().is_none())
}

impl fmt::Debug for TokenFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenFunction")
    }
}

/// The token of a call, or of all calls of a bulk run.
#[derive(Debug)]
pub(crate) struct TokenCache {
    source: TokenSource,
    /// The last invocation, which outlives the call that started it.
    current: RefCell<Option<Shared<Invocation>>>,
}

impl TokenCache {
    pub(crate) fn new(source: TokenSource) -> Self {
        Self { source, current: RefCell::default() }
    }

    /// Returns the token, which is requested once for all calls.
    ///
    /// # Errors
    /// The token function failed, or the token cannot be sent.
    pub(crate) fn get(&self) -> impl Future<Output = Result<String, Error>> + use<> {
        let current = self.current.borrow().clone();
        current.unwrap_or_else(|| self.request(None))
    }

    /// Returns another token than the one that ZITADEL rejected.
    ///
    /// # Errors
    /// ZITADEL's error, if there is no other token, or the failure of the token function.
    pub(crate) async fn renew(&self, rejected: &str, error: Error) -> Result<String, Error> {
        let current = self.current.borrow().clone();
        // Another call of the run has renewed the token already, or is doing so.
        let newer = current.filter(|current| match current.peek() {
            None => true,
            Some(token) => token.as_ref().is_ok_and(|token| token != rejected),
        });
        match newer.unwrap_or_else(|| self.request(Some(&error))).await {
            Ok(token) if token != rejected => Ok(token),
            Ok(_) => Err(error),
            Err(failure) => Err(renewal_failed(failure)),
        }
    }

    fn request(&self, previous: Option<&Error>) -> Shared<Invocation> {
        let invocation = self.source.request(previous);
        self.current.replace(Some(invocation.clone()));
        invocation
    }
}

/// The error of a token function that failed.
pub(crate) fn function_failed(cause: Source) -> Error {
    let text = "token function failed, so nothing was sent. See cause. The user may have to log in again.";
    Error::new(ErrorKind::InvalidArgument, Code::Unauthenticated, text).with_source(cause)
}

fn renewal_failed(failure: Error) -> Error {
    // The function returned something that is not a token.
    let Some(cause) = failure.shared_source() else { return failure };
    let text = "token was rejected by ZITADEL, and the token function failed to return another one. See cause.";
    Error::new(ErrorKind::InvalidArgument, Code::Unauthenticated, text).with_shared_source(cause)
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        future::{Future, pending, poll_fn, ready},
        pin::pin,
        rc::Rc,
        task::{Context, Poll, Waker},
    };

    use super::{TokenCache, TokenSource};
    use crate::{Code, Error, ErrorKind, error::Source};

    fn rejection() -> Error {
        Error::new(ErrorKind::Status, Code::Unauthenticated, "Errors.Token.Invalid (AUTH-7fs1e)")
    }

    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    /// A source that counts its invocations, each of which ends when the number of ended ones allows it.
    fn counted(ended: &Rc<Cell<usize>>) -> (TokenSource, Rc<RefCell<Vec<bool>>>) {
        let invocations = Rc::new(RefCell::new(Vec::new()));
        let (log, ended) = (Rc::clone(&invocations), Rc::clone(ended));
        let source = TokenSource::function(move |previous| {
            log.borrow_mut().push(previous.is_some());
            let (number, ended) = (log.borrow().len(), Rc::clone(&ended));
            poll_fn(move |_| match ended.get() >= number {
                true => Poll::Ready(Ok::<_, Source>(format!("t{number}"))),
                false => Poll::Pending,
            })
        });
        (source, invocations)
    }

    #[test]
    fn concurrent_calls_share_a_pending_invocation() {
        let ended = Rc::new(Cell::new(0));
        let (source, invocations) = counted(&ended);
        let caches: Vec<_> = (0..10).map(|_| TokenCache::new(source.clone())).collect();
        let mut gets: Vec<_> = caches.iter().map(|cache| Box::pin(cache.get())).collect();
        let mut context = Context::from_waker(Waker::noop());
        assert!(gets.iter_mut().all(|get| get.as_mut().poll(&mut context).is_pending()));
        ended.set(1);
        for get in &mut gets {
            assert!(matches!(get.as_mut().poll(&mut context), Poll::Ready(Ok(token)) if token == "t1"));
        }
        let mut renewals: Vec<_> = caches.iter().map(|cache| Box::pin(cache.renew("t1", rejection()))).collect();
        assert!(renewals.iter_mut().all(|renewal| renewal.as_mut().poll(&mut context).is_pending()));
        ended.set(2);
        for renewal in &mut renewals {
            assert!(matches!(renewal.as_mut().poll(&mut context), Poll::Ready(Ok(token)) if token == "t2"));
        }
        assert_eq!(*invocations.borrow(), [false, true]);
    }

    #[test]
    fn invocation_without_a_waiting_call_is_not_shared() {
        let ended = Rc::new(Cell::new(0));
        let (source, invocations) = counted(&ended);
        assert!(now(TokenCache::new(source.clone()).get()).is_none());
        assert!(now(TokenCache::new(source).get()).is_none());
        assert_eq!(invocations.borrow().len(), 2);
    }

    #[test]
    fn run_keeps_the_invocation_that_a_call_started() {
        let ended = Rc::new(Cell::new(0));
        let (source, invocations) = counted(&ended);
        let cache = TokenCache::new(source);
        assert!(now(cache.get()).is_none());
        ended.set(1);
        assert_eq!(now(cache.get()).unwrap().unwrap(), "t1");
        assert_eq!(invocations.borrow().len(), 1);
    }

    #[test]
    fn token_is_renewed_as_often_as_a_new_one_is_rejected() {
        let ended = Rc::new(Cell::new(9));
        let (source, invocations) = counted(&ended);
        let cache = TokenCache::new(source);
        assert_eq!(now(cache.get()).unwrap().unwrap(), "t1");
        assert_eq!(now(cache.renew("t1", rejection())).unwrap().unwrap(), "t2");
        // A call that still used the first token.
        assert_eq!(now(cache.renew("t1", rejection())).unwrap().unwrap(), "t2");
        assert_eq!(now(cache.renew("t2", rejection())).unwrap().unwrap(), "t3");
        assert_eq!(*invocations.borrow(), [false, true, true]);
    }

    #[test]
    fn same_token_again_is_the_servers_error() {
        let same = TokenCache::new(TokenSource::function(|_| ready(Ok::<_, Source>("t".to_owned()))));
        assert_eq!(now(same.get()).unwrap().unwrap(), "t");
        assert_eq!(now(same.renew("t", rejection())).unwrap().unwrap_err().id(), Some("AUTH-7fs1e"));
        let fixed = TokenCache::new(TokenSource::Fixed("t".to_owned()));
        assert_eq!(now(fixed.renew("t", rejection())).unwrap().unwrap_err().id(), Some("AUTH-7fs1e"));
    }

    #[test]
    fn failed_renewal_says_that_the_token_was_rejected() {
        let source = TokenSource::function(|previous| {
            ready(if previous.is_some() { Err(Source::from("logged out")) } else { Ok("t".to_owned()) })
        });
        let cache = TokenCache::new(source);
        assert_eq!(now(cache.get()).unwrap().unwrap(), "t");
        let error = now(cache.renew("t", rejection())).unwrap().unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidArgument, Code::Unauthenticated));
        assert!(error.message().starts_with("token was rejected by ZITADEL"), "{error}");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "logged out");
        let never = TokenSource::function(|_| pending::<Result<String, Source>>());
        assert!(now(TokenCache::new(never).get()).is_none());
    }
}
