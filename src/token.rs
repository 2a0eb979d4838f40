//! Where a call's token comes from.

use std::{
    cell::RefCell,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    rc::Rc,
    task::{Poll, Waker},
};

use crate::{
    error::{Error, ErrorKind, Source},
    options::check_token,
    protocol::code::Code,
};

type Asked = Pin<Box<dyn Future<Output = Result<String, Error>>>>;
type Ask = dyn Fn(Option<&Error>) -> Asked;

/// A token, or a function that gives one.
#[derive(Clone)]
pub(crate) enum Token {
    Fixed(String),
    /// Asked with the error if the server has answered UNAUTHENTICATED.
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

/// The token of a call, or of several: it is asked for once, just before the first request, and once more if the server refuses
/// it.
#[derive(Debug)]
pub(crate) struct Asking {
    token: Token,
    state: RefCell<State>,
}

#[derive(Debug, Default)]
struct State {
    given: Option<Result<String, Error>>,
    is_renewed: bool,
    is_asked: bool,
    /// Of the calls that wait for another one's answer.
    wakers: Vec<Waker>,
}

impl Asking {
    pub(crate) fn new(token: Token) -> Self {
        Self { token, state: RefCell::default() }
    }

    /// The token, checked.
    ///
    /// # Errors
    /// The function fails, or what it gives is no token; the error with which the server refused a token if there is no other.
    pub(crate) async fn ask(&self, refused: Option<(Error, String)>) -> Result<String, Error> {
        let _turn = self.turn().await;
        let known = {
            let State { given, is_renewed, .. } = &mut *self.state.borrow_mut();
            let is_current = match (&*given, &refused) {
                (Some(Ok(token)), Some((_, refused))) if token == refused => std::mem::replace(is_renewed, true),
                _ => true,
            };
            given.clone().filter(|_| is_current)
        };
        let given = match (known, &self.token) {
            (Some(given), _) => given,
            (None, Token::Fixed(token)) => self.give(Ok(token.clone())),
            (None, Token::Function(function)) => self.give(function(refused.as_ref().map(|(error, _)| error)).await),
        };
        match (given, refused) {
            (Ok(token), Some((error, refused))) if token == refused => Err(error),
            (given, _) => given,
        }
    }

    /// Checks a token and keeps it for the other calls.
    fn give(&self, token: Result<String, Error>) -> Result<String, Error> {
        let given = token.and_then(|token| check_token(&token).map(|()| token));
        self.state.borrow_mut().given = Some(given.clone());
        given
    }

    /// Waits until no other call is asking.
    async fn turn(&self) -> Turn<'_> {
        poll_fn(|context| {
            let mut state = self.state.borrow_mut();
            if std::mem::replace(&mut state.is_asked, true) {
                state.wakers.push(context.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
        Turn(self)
    }
}

struct Turn<'a>(&'a Asking);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.borrow_mut();
        state.is_asked = false;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
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
