//! The demo page and the package, as static files under a strict Content-Security-Policy.

use std::path::{Path, PathBuf};

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hyper::{
    Request, Response, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    },
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::fs;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::seed::USERS;

/// The policy before and after the hash of the import map, the only inline script. `connect-src` is open because the page
/// has a field for ZITADEL's address.
const POLICY: [&str; 2] = [
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ",
    "; style-src 'self'; img-src 'self' data:; connect-src 'self' http: https:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
];
const IMPORT_MAP: &str = "<script type=\"importmap\">";

/// The files of a checkout: `www` at `/`, the package at `/pkg`.
#[derive(Debug, Clone)]
pub struct Site {
    www: PathBuf,
    pkg: PathBuf,
}

impl Site {
    /// Returns the files of a checkout.
    #[must_use]
    pub fn of_checkout(root: &Path) -> Self {
        Self { www: root.join("www"), pkg: root.join("pkg") }
    }

    /// Returns the response with the file at a path, if there is one.
    pub(crate) async fn file(&self, path: &str) -> Option<Response<Body>> {
        if path == "/tokens.json" {
            return Some(tokens());
        }
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
        headers.insert(CONTENT_SECURITY_POLICY, self.policy().await?);
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        Some(response)
    }

    /// Returns the policy for the page as it is now, because it may be edited while the server runs.
    async fn policy(&self) -> Option<HeaderValue> {
        let page = fs::read_to_string(self.www.join("index.html")).await.unwrap_or_default();
        let [before, after] = POLICY;
        HeaderValue::from_str(&format!("{before}{}{after}", import_map_hash(&page).unwrap_or_default())).ok()
    }
}

/// Lists the tokens for the page.
fn tokens() -> Response<Body> {
    let tokens: Vec<_> = USERS.iter().map(|user| json!({ "token": user.token, "about": user.about })).collect();
    let mut response = Response::new(Body::from(Value::from(tokens).to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Returns the source expression that allows the page's import map. Browsers do not load import maps from files.
fn import_map_hash(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(IMPORT_MAP)?;
    let (script, _) = rest.split_once("</script>")?;
    Some(format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
}

#[cfg(test)]
mod tests {
    use super::import_map_hash;

    #[test]
    fn import_map_is_allowed_by_its_hash() {
        // The hash of "{}".
        let expected = "'sha256-RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o='";
        assert_eq!(import_map_hash("<p><script type=\"importmap\">{}</script>").as_deref(), Some(expected));
        assert_eq!(import_map_hash("<p>"), None);
    }
}
