//! The client for Rust.

use std::{fmt, rc::Rc, task::Poll};

use crate::{
    CallOptions,
    bulk::{Bulk, BulkOptions, OrgActivationResult},
    call::{self, Call},
    ensure::{Ensure, OrgActivation},
    error::{Error, Source},
    machine::{FetchTransport, platform},
    options::{Settings, check_base_url, check_id, check_token},
    platform::Platform as _,
    proto::zitadel::{
        auth::v1::{ListMyZitadelPermissions, ListMyZitadelPermissionsRequest, ListMyZitadelPermissionsResponse},
        management::v1::{
            DeactivateOrg, DeactivateOrgRequest, DeactivateOrgResponse, GetMyOrg, GetMyOrgRequest, GetMyOrgResponse,
            ReactivateOrg, ReactivateOrgRequest, ReactivateOrgResponse,
        },
        org::v2::{
            ActivateOrganization, ActivateOrganizationRequest, ActivateOrganizationResponse, DeactivateOrganization,
            DeactivateOrganizationRequest, DeactivateOrganizationResponse, ListOrganizations, ListOrganizationsRequest,
            ListOrganizationsResponse,
        },
    },
    rpc::{Payload, Rpc},
    token::{Asking, Token},
    transport::Transport,
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

    /// Sets a deactivated organization active again, so that its users can log in. Needs the permission `org.write`.
    ///
    /// The successor of [`Client::reactivate_org`], on servers from v4.7 on.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-bfnrh` if it is active already, and
    /// [`Code::Unimplemented`](crate::Code::Unimplemented) before v4.7.
    pub async fn activate_organization(&self, organization_id: &str) -> Result<ActivateOrganizationResponse, Error> {
        check_id("organizationId", organization_id)?;
        let request = ActivateOrganizationRequest { organization_id: organization_id.to_owned() };
        self.call::<ActivateOrganization>(&request, None).await
    }

    /// Deactivates an organization. Needs the permission `org.write`.
    ///
    /// The successor of [`Client::deactivate_org`], on servers from v4.7 on.
    ///
    /// # Errors
    /// [`Code::FailedPrecondition`](crate::Code::FailedPrecondition) with the id `EVENT-Dbs2g` if it is deactivated already, and
    /// [`Code::Unimplemented`](crate::Code::Unimplemented) before v4.7.
    pub async fn deactivate_organization(
        &self,
        organization_id: &str,
    ) -> Result<DeactivateOrganizationResponse, Error> {
        check_id("organizationId", organization_id)?;
        let request = DeactivateOrganizationRequest { organization_id: organization_id.to_owned() };
        self.call::<DeactivateOrganization>(&request, None).await
    }

    /// Lists the organizations that the caller may read. It lags behind changes, usually by milliseconds.
    ///
    /// `details.total_result` counts what the caller may not read, too: there is more until the offset of the next page reaches
    /// it.
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
    /// [`Code::Unauthenticated`](crate::Code::Unauthenticated) without a valid token; who may read nothing gets an empty list.
    pub async fn list_organizations(
        &self,
        request: ListOrganizationsRequest,
    ) -> Result<ListOrganizationsResponse, Error> {
        self.call::<ListOrganizations>(&request, None).await
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
        self.call::<ListMyZitadelPermissions>(&ListMyZitadelPermissionsRequest {}, org_id).await
    }

    /// Makes sure that an organization is active, whatever the server's version and whoever was there before: safe to call
    /// twice, and again after a timeout. Needs the permission `org.write`, and `org.read` for what is settled by a read.
    ///
    /// It asks organization v2, and management v1 where the server has no v2. If the organization is active already, or the
    /// response was lost, it reads the state; up to a quarter of the timeout, 5 s at most, is kept for that.
    ///
    /// # Errors
    /// The organization is not active, or nobody knows.
    pub async fn ensure_org_active(&self, org_id: &str) -> Result<OrgActivation, Error> {
        check_id("orgId", org_id)?;
        let platform = platform();
        let settings = Settings::check(self.inner.base_url.clone(), None, &self.options)?;
        let ensure = self.ensure(&platform, &settings);
        ensure.active(org_id, settings.ends_at_ms(platform.now_ms())).await
    }

    /// Makes sure that many organizations are active: [`Client::ensure_org_active`] for each, several at a time, each once. The
    /// timeout is for each of them; a token function is asked once for all of them, and once more after UNAUTHENTICATED.
    ///
    /// A second UNAUTHENTICATED stops what has not begun and gives each of those its error.
    ///
    /// ```no_run
    /// # async fn all(client: zitadel_org_web::Client, ids: Vec<String>) -> Result<(), zitadel_org_web::Error> {
    /// use zitadel_org_web::BulkOptions;
    ///
    /// for one in client.ensure_orgs_active(ids, BulkOptions::new()).await? {
    ///     println!("{}: {:?}", one.org_id, one.result);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// INVALID_ARGUMENT, if an id or an option cannot be used. What becomes of each organization is in its result.
    pub async fn ensure_orgs_active(
        &self,
        org_ids: impl IntoIterator<Item = impl Into<String>>,
        options: BulkOptions,
    ) -> Result<Vec<OrgActivationResult>, Error> {
        let bulk = Bulk::check(org_ids.into_iter().map(Into::into).collect(), options)?;
        let platform = platform();
        let settings = Settings::check(self.inner.base_url.clone(), None, &self.options)?;
        let ensure = self.ensure(&platform, &settings);
        Ok(bulk.run(&ensure).await)
    }

    fn ensure<'a, P>(&'a self, platform: &'a P, settings: &'a Settings) -> Ensure<'a, T, P> {
        Ensure {
            transport: &self.inner.transport,
            platform,
            settings,
            token: Asking::new(self.inner.token.clone()),
            cancelled: &|_| Poll::Pending,
        }
    }

    async fn call<R: Rpc>(&self, request: &R::Request, org_id: Option<&str>) -> Result<R::Response, Error> {
        let platform = platform();
        let settings = Settings::check(self.inner.base_url.clone(), org_id, &self.options)?;
        let token = Asking::new(self.inner.token.clone());
        let call = Call {
            method: &R::METHOD,
            payload: Payload::of_message::<R>(request, settings.protocol)?,
            token: &token,
            ends_at_ms: settings.ends_at_ms(platform.now_ms()),
            settings: &settings,
        };
        let mut message = None;
        let mut read = |reply: call::Reply<_>| {
            message = Some(reply.into_message::<R>()?);
            Ok(())
        };
        call::run(&call, &self.inner.transport, &platform, &|_| Poll::Pending, &mut read).await?;
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
///
/// See [`Client::builder`] and the example of [`Client`].
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
