//! The client for Rust.

use std::{fmt, future::pending, rc::Rc};

use prost::Message as _;

use crate::{
    CallOptions,
    call::{self, Call},
    error::{Error, Source},
    machine::{FetchTransport, platform},
    options::{Settings, check_base_url, check_token},
    platform::Platform as _,
    proto::zitadel::management::v1::{
        DeactivateOrg, DeactivateOrgRequest, DeactivateOrgResponse, GetMyOrg, GetMyOrgRequest, GetMyOrgResponse,
        ReactivateOrg, ReactivateOrgRequest, ReactivateOrgResponse,
    },
    rpc::Rpc,
    token::Token,
    transport::Transport,
    value::Value,
};

/// Calls ZITADEL's API for organizations.
///
/// Cloning it is cheap. Dropping the future of a call ends the call.
///
/// ```no_run
/// # async fn reactivate(token: String) -> Result<(), zitadel_org_web::Error> {
/// use zitadel_org_web::Client;
///
/// let client = Client::builder("https://id.example.com").token(token).build()?;
/// let response = client.reactivate_org(Some("69629023906488334")).await?;
/// println!("active since {:?}", response.details.and_then(|details| details.change_date));
/// # Ok(())
/// # }
/// ```
pub struct Client<T = FetchTransport> {
    inner: Rc<Inner<T>>,
    options: CallOptions,
}

struct Inner<T> {
    base_url: String,
    token: Token,
    transport: T,
}

impl Client {
    /// Begins a client of the ZITADEL at a base URL, for instance `https://id.example.com`. A path prefix is kept.
    pub fn builder(base_url: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            base_url: base_url.into(),
            allow_insecure: false,
            token: None,
            options: CallOptions::new(),
            transport: FetchTransport::available(),
        }
    }
}

impl<T: Transport> Client<T> {
    /// The same client with other options for the calls that are made through it. They come over the client's own, headers are
    /// merged by name.
    ///
    /// ```no_run
    /// # async fn read(client: zitadel_org_web::Client) -> Result<(), zitadel_org_web::Error> {
    /// use zitadel_org_web::CallOptions;
    ///
    /// let german = client.with(CallOptions::new().language("de"));
    /// let org = german.get_my_org(None).await?.org;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with(&self, options: CallOptions) -> Self {
        Self { inner: Rc::clone(&self.inner), options: options.over(&self.options) }
    }

    /// Sets a deactivated organization active again, so that its users can log in. Needs the permission `org.write`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-bfnrh` if it is active already.
    pub async fn reactivate_org(&self, org_id: Option<&str>) -> Result<ReactivateOrgResponse, Error> {
        self.call::<ReactivateOrg>(&ReactivateOrgRequest {}, org_id).await
    }

    /// Deactivates an organization. Needs the permission `org.write`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-Dbs2g` if it is deactivated already.
    pub async fn deactivate_org(&self, org_id: Option<&str>) -> Result<DeactivateOrgResponse, Error> {
        self.call::<DeactivateOrg>(&DeactivateOrgRequest {}, org_id).await
    }

    /// Reads an organization. Needs the permission `org.read`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`](crate::Code::PermissionDenied) with the id `AUTH-Bs7Ds` if there is no such organization.
    pub async fn get_my_org(&self, org_id: Option<&str>) -> Result<GetMyOrgResponse, Error> {
        self.call::<GetMyOrg>(&GetMyOrgRequest {}, org_id).await
    }

    async fn call<R: Rpc>(
        &self,
        request: &R::Request,
        org_id: Option<&str>,
    ) -> Result<<R::Value as Value>::Message, Error> {
        let platform = platform();
        let call = Call {
            method: &R::METHOD,
            message: &request.encode_to_vec(),
            settings: Settings::check(self.inner.base_url.clone(), org_id, &self.options)?,
            token: self.inner.token.clone(),
            started_at_ms: platform.now_ms(),
        };
        let mut message = None;
        let mut read = |reply: call::Reply<_>| {
            message = Some(reply.into_message::<R>()?);
            Ok(())
        };
        call::run(&call, &self.inner.transport, &platform, pending(), &mut read).await?;
        Ok(message.unwrap_or_default())
    }
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self { inner: Rc::clone(&self.inner), options: self.options.clone() }
    }
}

impl<T> fmt::Debug for Client<T> {
    /// Shows all but the token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = &self.inner.base_url;
        formatter
            .debug_struct("Client")
            .field("base_url", base_url)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Makes a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder<T = FetchTransport> {
    base_url: String,
    allow_insecure: bool,
    token: Option<Token>,
    options: CallOptions,
    transport: Option<T>,
}

impl<T: Transport> ClientBuilder<T> {
    /// The access token, without "Bearer ".
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token::Fixed(token.into()));
        self
    }

    /// A function that gives the access token. It is asked once per call, just before the request; if the server then responds
    /// with UNAUTHENTICATED, it is asked once more with that error, and a different token is tried once.
    ///
    /// ```no_run
    /// # async fn fresh_token(is_expired: bool) -> Result<String, std::io::Error> { Ok(String::new()) }
    /// # fn main() -> Result<(), zitadel_org_web::Error> {
    /// use zitadel_org_web::Client;
    ///
    /// let client = Client::builder("https://id.example.com")
    ///     .token_function(|previous| fresh_token(previous.is_some()))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn token_function<F, E>(mut self, function: impl Fn(Option<&Error>) -> F + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + 'static,
        E: Into<Source>,
    {
        self.token = Some(Token::function(function));
        self
    }

    /// Options of all calls; a call's own come over them, see [`Client::with`].
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Permits plain http to a host that is not this machine: the token then travels readable.
    pub const fn allow_insecure(mut self, allow_insecure: bool) -> Self {
        self.allow_insecure = allow_insecure;
        self
    }

    /// Another transport than gRPC-Web over the browser's fetch.
    pub fn transport<O: Transport>(self, transport: O) -> ClientBuilder<O> {
        let Self { base_url, allow_insecure, token, options, .. } = self;
        ClientBuilder { base_url, allow_insecure, token, options, transport: Some(transport) }
    }

    /// The client.
    ///
    /// # Errors
    /// INVALID_ARGUMENT, if the base URL, the token or an option cannot be used, there is no token, or this is not a browser
    /// and no transport was given.
    pub fn build(self) -> Result<Client<T>, Error> {
        let Self { base_url, allow_insecure, token, options, transport } = self;
        let token = token.ok_or_else(|| Error::invalid_argument(&["token is missing."]))?;
        if let Token::Fixed(token) = &token {
            check_token(token)?;
        }
        let base_url = check_base_url(Some(base_url), allow_insecure, &platform())?;
        Settings::check(base_url.clone(), None, &options)?;
        let text =
            "transport is missing: only a browser or a runtime like one has fetch. Set another with `transport`.";
        let transport = transport.ok_or_else(|| Error::invalid_argument(&[text]))?;
        Ok(Client { inner: Rc::new(Inner { base_url, token, transport }), options })
    }
}
