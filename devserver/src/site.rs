//! The demo page and the package, as static files under a strict Content-Security-Policy.

use std::path::{Path, PathBuf};

use axum::body::Body;
use hyper::{
    Request, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

/// The page may call any ZITADEL, which is what its address field is for; nothing else is open.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self' http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// The files that are served: `www` at `/`, the package at `/pkg`.
#[derive(Debug, Clone)]
pub struct Site {
    www: PathBuf,
    pkg: PathBuf,
}

impl Site {
    /// The files of a checkout.
    #[must_use]
    pub fn of_checkout(root: &Path) -> Self {
        Self { www: root.join("www"), pkg: root.join("pkg") }
    }

    /// The file at the request's path, if there is one.
    pub async fn answer(&self, path: &str) -> Option<Response<Body>> {
        let (folder, path) = match path.strip_prefix("/pkg/") {
            Some(path) => (&self.pkg, format!("/{path}")),
            None => (&self.www, path.to_owned()),
        };
        let request = Request::get(path).body(Body::empty()).ok()?;
        let response = ServeDir::new(folder).oneshot(request).await.ok()?;
        if response.status() != StatusCode::OK {
            return None;
        }
        let mut response = response.map(Body::new);
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Some(response)
    }
}
