//! The client for Rust, on top of the typed clients that the build generates from the protos.

use std::{fmt, rc::Rc};

use crate::{
    call::{self, Call},
    ensure::{BulkOptions, BulkRun, Ensure, OrgActivation, OrgActivationResult},
    error::{Error, Source},
    options::CallOptions,
    platform::{Clock as _, Signal, clock, own_origin},
    proto::zitadel::{
        auth::v1::{AuthServiceClient, ListMyZitadelPermissionsRequest, ListMyZitadelPermissionsResponse},
        management::v1::{
            DeactivateOrgRequest, DeactivateOrgResponse, GetMyOrgRequest, GetMyOrgResponse, ManagementServiceClient,
            ReactivateOrgRequest, ReactivateOrgResponse,
        },
        org::v2::{
            ActivateOrganizationRequest, ActivateOrganizationResponse, DeactivateOrganizationRequest,
            DeactivateOrganizationResponse, ListOrganizationsRequest, ListOrganizationsResponse,
            OrganizationServiceClient,
        },
    },
    token::{TokenCache, TokenSource},
    transport::{self, FetchTransport, Protocol, Request, Response, Transport},
    validate,
};

/// A client for the ZITADEL organization API.
///
/// Clones are cheap. Dropping the future of a call ends the call.
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
    server: Rc<Server<T>>,
    options: CallOptions,
}

/// A server with a token for it and a transport to it. As a transport, it makes whole calls: with a token, a retry and a deadline.
struct Server<T> {
    base_url: String,
    token: TokenSource,
    transport: T,
}

impl<T: Transport> Transport for Server<T> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let clock = clock();
        let deadline_ms = request.options.timeout_ms.map(|timeout_ms| clock.now_ms() + timeout_ms);
        let token = TokenCache::new(self.token.clone());
        let call = Call { request, token: &token, signal: &Signal::default(), deadline_ms, response_deadline_ms: None };
        call::run(&call, &self.transport, &clock).await
    }
}

impl Client {
    /// Returns a builder for a client of the ZITADEL instance at `base_url`, for instance `https://id.example.com`. A path prefix
    /// is kept.
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
    /// Returns a client with other options. They override this client's; headers are merged by name.
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
        Self { server: Rc::clone(&self.server), options: options.over(&self.options) }
    }

    /// Reactivates a deactivated organization, so that its users can log in. Requires the permission `org.write`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-bfnrh` if it is active already.
    pub async fn reactivate_org(&self, org_id: Option<&str>) -> Result<ReactivateOrgResponse, Error> {
        let options = self.options(org_id)?;
        Ok(self.management().reactivate_org(&ReactivateOrgRequest {}, options).await?.message)
    }

    /// Deactivates an organization. Requires the permission `org.write`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-Dbs2g` if it is deactivated already.
    pub async fn deactivate_org(&self, org_id: Option<&str>) -> Result<DeactivateOrgResponse, Error> {
        let options = self.options(org_id)?;
        Ok(self.management().deactivate_org(&DeactivateOrgRequest {}, options).await?.message)
    }

    /// Reads an organization. Requires the permission `org.read`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`](crate::Code::PermissionDenied) with the id `AUTH-Bs7Ds` if there is no such organization.
    pub async fn get_my_org(&self, org_id: Option<&str>) -> Result<GetMyOrgResponse, Error> {
        let options = self.options(org_id)?;
        Ok(self.management().get_my_org(&GetMyOrgRequest {}, options).await?.message)
    }

    /// Reactivates a deactivated organization, so that its users can log in. Requires the permission `org.write`.
    ///
    /// The successor of [`Client::reactivate_org`], on servers since v4.7.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-bfnrh` if it is active already, and
    /// [`Code::Unimplemented`](crate::Code::Unimplemented) before v4.7.
    pub async fn activate_organization(&self, organization_id: &str) -> Result<ActivateOrganizationResponse, Error> {
        validate::id("organizationId", organization_id)?;
        let request = ActivateOrganizationRequest { organization_id: organization_id.to_owned() };
        Ok(self.organizations().activate_organization(&request, self.options(None)?).await?.message)
    }

    /// Deactivates an organization. Requires the permission `org.write`.
    ///
    /// The successor of [`Client::deactivate_org`], on servers since v4.7.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-Dbs2g` if it is deactivated already, and
    /// [`Code::Unimplemented`](crate::Code::Unimplemented) before v4.7.
    pub async fn deactivate_organization(
        &self,
        organization_id: &str,
    ) -> Result<DeactivateOrganizationResponse, Error> {
        validate::id("organizationId", organization_id)?;
        let request = DeactivateOrganizationRequest { organization_id: organization_id.to_owned() };
        Ok(self.organizations().deactivate_organization(&request, self.options(None)?).await?.message)
    }

    /// Lists the organizations that the caller may read. The list lags behind changes, usually by milliseconds.
    ///
    /// There may be more as long as `offset` is below `details.total_result`, or the page was full. `total_result` includes
    /// organizations that the caller may not read. A `limit` of 0 returns everything.
    ///
    /// ```no_run
    /// # async fn list(client: zitadel_org_web::Client) -> Result<(), zitadel_org_web::Error> {
    /// use zitadel_org_web::proto::zitadel::org::v2::{
    ///     ListOrganizationsRequest, OrganizationState, OrganizationStateQuery, SearchQuery, search_query::Query,
    /// };
    ///
    /// let query = Query::StateQuery(OrganizationStateQuery { state: OrganizationState::Inactive.into() });
    /// let request = ListOrganizationsRequest { queries: vec![SearchQuery { query: Some(query) }], ..Default::default() };
    /// for organization in client.list_organizations(request).await?.result {
    ///     println!("{} {}", organization.id, organization.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Code::Unauthenticated`](crate::Code::Unauthenticated) without a valid token. A caller without permissions gets an empty
    /// list.
    pub async fn list_organizations(
        &self,
        request: ListOrganizationsRequest,
    ) -> Result<ListOrganizationsResponse, Error> {
        Ok(self.organizations().list_organizations(&request, self.options(None)?).await?.message)
    }

    /// Lists the caller's permissions on an organization, for instance `org.write`.
    ///
    /// `None` is the caller's own organization.
    ///
    /// # Errors
    /// [`Code::PermissionDenied`](crate::Code::PermissionDenied) with the id `AUTH-Bs7Ds` if there is no such organization.
    pub async fn list_my_zitadel_permissions(
        &self,
        org_id: Option<&str>,
    ) -> Result<ListMyZitadelPermissionsResponse, Error> {
        let service = AuthServiceClient::new(&self.server.base_url, &*self.server);
        let options = self.options(org_id)?;
        Ok(service.list_my_zitadel_permissions(&ListMyZitadelPermissionsRequest {}, options).await?.message)
    }

    /// Activates an organization if it isn't active already. Works on every ZITADEL version and is idempotent, so it is safe to
    /// retry after a timeout. Requires the permission `org.write`, and `org.read` to verify the state if a response is lost.
    ///
    /// It calls organization v2, or management v1 on servers without v2. If the response leaves the state open, it reads the
    /// state. A quarter of the timeout, at most 5 seconds, is kept for that.
    ///
    /// # Errors
    /// The organization could not be activated, or its state could not be determined.
    pub async fn ensure_org_active(&self, org_id: &str) -> Result<OrgActivation, Error> {
        validate::id("orgId", org_id)?;
        let (options, clock) = (self.options(None)?, clock());
        let token = TokenCache::new(self.server.token.clone());
        self.ensure(&options, &clock, &token, &Signal::default()).activate(org_id, clock.now_ms()).await
    }

    /// Does the same as [`Client::ensure_org_active`] for many organizations. The timeout is for each of them. A token function is
    /// called once for the run, and again after UNAUTHENTICATED as long as it returns a new token.
    ///
    /// A token that stays rejected, a rate limit, or a missing connection for several organizations in a row stops the run. The
    /// organizations that were not started get that error.
    ///
    /// ```no_run
    /// # async fn all(client: zitadel_org_web::Client, ids: Vec<String>) -> Result<(), zitadel_org_web::Error> {
    /// use zitadel_org_web::BulkOptions;
    ///
    /// for result in client.ensure_orgs_active(ids, BulkOptions::new()).await? {
    ///     println!("{}: {:?}", result.org_id, result.result);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Returns
    /// A result for each id, in the order of the ids. A repeated id shares one activation.
    ///
    /// # Errors
    /// INVALID_ARGUMENT, if an id or an option is wrong.
    pub async fn ensure_orgs_active(
        &self,
        org_ids: impl IntoIterator<Item = impl Into<String>>,
        options: BulkOptions,
    ) -> Result<Vec<OrgActivationResult>, Error> {
        let BulkOptions { concurrency, on_progress } = options;
        let run = BulkRun::new(org_ids.into_iter().map(Into::into).collect(), concurrency)?;
        let (options, clock) = (self.options(None)?, clock());
        let token = TokenCache::new(self.server.token.clone());
        Ok(run.collect(&self.ensure(&options, &clock, &token, &Signal::default()), on_progress).await)
    }

    fn ensure<'a, C>(
        &'a self,
        options: &'a transport::Options,
        clock: &'a C,
        token: &'a TokenCache,
        signal: &'a Signal,
    ) -> Ensure<'a, T, C> {
        let Server { base_url, transport, .. } = &*self.server;
        Ensure { transport, clock, base_url, options, token, signal }
    }

    fn management(&self) -> ManagementServiceClient<&Server<T>> {
        ManagementServiceClient::new(&self.server.base_url, &*self.server)
    }

    fn organizations(&self) -> OrganizationServiceClient<&Server<T>> {
        OrganizationServiceClient::new(&self.server.base_url, &*self.server)
    }

    /// Checks the options and returns those of a request.
    fn options(&self, org_id: Option<&str>) -> Result<transport::Options, Error> {
        let options = self.options.to_request(org_id)?;
        check_protocol(&self.server.transport, options.protocol)?;
        Ok(options)
    }
}

fn check_protocol(transport: &impl Transport, protocol: Protocol) -> Result<(), Error> {
    if transport.supports(protocol) {
        return Ok(());
    }
    Err(Error::invalid_argument("protocol must be GrpcWeb with this transport. Only FetchTransport speaks Json."))
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self { server: Rc::clone(&self.server), options: self.options.clone() }
    }
}

impl<T> fmt::Debug for Client<T> {
    /// Redacts the token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("base_url", &self.server.base_url)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Client`].
///
/// See [`Client::builder`] and the example of [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder<T = FetchTransport> {
    base_url: String,
    allow_insecure: bool,
    token: Option<TokenSource>,
    options: CallOptions,
    transport: Option<T>,
}

impl<T: Transport> ClientBuilder<T> {
    /// Sets the access token, without "Bearer ".
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(TokenSource::Fixed(token.into()));
        self
    }

    /// Sets a function that returns the access token. It is called once per call, right before the request is sent. If the server
    /// responds UNAUTHENTICATED, it is called again with that error, and a different token is tried once. Concurrent calls share
    /// one pending invocation.
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
        self.token = Some(TokenSource::function(function));
        self
    }

    /// Sets the options of all calls. [`Client::with`] overrides them.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Allows plain http to hosts other than this machine. The token is then sent unencrypted.
    pub const fn allow_insecure(mut self, allow_insecure: bool) -> Self {
        self.allow_insecure = allow_insecure;
        self
    }

    /// Sets a transport other than the browser's fetch.
    pub fn transport<O: Transport>(self, transport: O) -> ClientBuilder<O> {
        let Self { base_url, allow_insecure, token, options, .. } = self;
        ClientBuilder { base_url, allow_insecure, token, options, transport: Some(transport) }
    }

    /// Returns the client.
    ///
    /// # Errors
    /// INVALID_ARGUMENT, if the base URL, the token or an option is wrong, if there is no token, or if this is not a browser and no
    /// transport was set.
    pub fn build(self) -> Result<Client<T>, Error> {
        let Self { base_url, allow_insecure, token, options, transport } = self;
        let token = token.ok_or_else(|| {
            Error::invalid_argument("token must be set. Call ClientBuilder::token or ClientBuilder::token_function.")
        })?;
        if let TokenSource::Fixed(token) = &token {
            validate::token(token)?;
        }
        let base_url = validate::base_url(Some(base_url), allow_insecure, own_origin().as_deref())?;
        let transport = transport.ok_or_else(|| {
            Error::invalid_argument(
                "transport must be set outside a browser, because only browsers have fetch. Call ClientBuilder::transport.",
            )
        })?;
        let client = Client { server: Rc::new(Server { base_url, token, transport }), options };
        client.options(None)?;
        Ok(client)
    }
}
