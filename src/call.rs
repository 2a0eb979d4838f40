//! One call, from top to bottom: token, request, one retry with another token, deadline and cancellation.

use std::{
    cell::Cell,
    future::{Future, pending, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::{
    code::Code,
    error::{Error, ErrorKind, Progress},
    method::Method,
    platform::{Clock, Signal, sleep_until},
    token::TokenCache,
    transport::{Request, Response, Transport},
};

/// A call whose arguments are checked.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The request, without a token. Its timeout is the one that the caller set.
    pub(crate) request: Request<'a>,
    pub(crate) token: &'a TokenCache,
    pub(crate) signal: &'a Signal,
    /// The deadline, by the clock.
    pub(crate) deadline_ms: Option<f64>,
}

/// Makes a call: gets a token, sends the request, retries once with another token if ZITADEL responds UNAUTHENTICATED, and
/// enforces the deadline and the signal. Dropping the future ends the call.
///
/// # Errors
/// The server's status, a transport or protocol error, the token function's failure, `Timeout` or `Aborted`.
pub(crate) async fn run<T: Transport, C: Clock>(call: &Call<'_>, transport: &T, clock: &C) -> Result<Response, Error> {
    let is_read = Method::find(call.request.path).is_some_and(|method| method.is_read);
    let progress = Cell::new(Progress::Unsent);
    let attempt = async |token: &str| {
        let timeout_ms = call.check_interrupted(clock)?;
        progress.set(if is_read { Progress::ReadSent } else { Progress::ChangeSent });
        let mut request = call.request.clone();
        request.options.timeout_ms = timeout_ms;
        request.options.metadata.append("authorization", &["Bearer ", token].concat());
        transport.unary(request).await
    };
    let attempts = async {
        let token = call.token.get().await?;
        match attempt(&token).await {
            Err(error) if is_rejected_token(&error) => {
                // ZITADEL rejects such a call before it changes anything.
                progress.set(Progress::Unsent);
                let token = call.token.renew(&token, error).await?;
                attempt(&token).await
            }
            result => result,
        }
    };
    let result = call.interruptible(attempts, clock, &progress).await;
    result.map_err(|error| error.finish(progress.get()))
}

fn is_rejected_token(error: &Error) -> bool {
    error.kind() == ErrorKind::Status && error.code() == Code::Unauthenticated
}

impl Call<'_> {
    /// Runs the attempts until they end, the deadline passes or the signal aborts.
    async fn interruptible(
        &self,
        attempts: impl Future<Output = Result<Response, Error>>,
        clock: &impl Clock,
        progress: &Cell<Progress>,
    ) -> Result<Response, Error> {
        self.check_interrupted(clock)?;
        let deadline = async {
            match self.deadline_ms {
                Some(deadline_ms) => sleep_until(clock, deadline_ms).await,
                None => pending().await,
            }
        };
        let mut attempts = pin!(attempts);
        let mut deadline = pin!(deadline);
        let mut aborted = pin!(self.signal.aborted());
        poll_fn(|context| {
            let attempted = attempts.as_mut().poll(context);
            // A token function may have aborted the call, or blocked for long.
            if attempted.is_pending() || progress.get() == Progress::Unsent {
                self.check_interrupted(clock)?;
            }
            if attempted.is_ready() {
                return attempted;
            }
            if deadline.as_mut().poll(context).is_ready() {
                return Poll::Ready(Err(self.timed_out()));
            }
            aborted.as_mut().poll(context).map(|reason| Err(Error::aborted(reason)))
        })
        .await
    }

    /// Returns the time left.
    ///
    /// # Errors
    /// `Timeout` or `Aborted`. A deadline that has passed comes before the signal.
    fn check_interrupted(&self, clock: &impl Clock) -> Result<Option<f64>, Error> {
        let left_ms = self.deadline_ms.map(|deadline_ms| deadline_ms - clock.now_ms());
        if left_ms.is_some_and(|left_ms| left_ms <= 0.0) {
            return Err(self.timed_out());
        }
        match self.signal.reason() {
            Some(reason) => Err(Error::aborted(reason)),
            None => Ok(left_ms),
        }
    }

    fn timed_out(&self) -> Error {
        Error::timed_out(self.request.options.timeout_ms.unwrap_or_default())
    }
}
