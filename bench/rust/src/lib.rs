//! The crate in a minimal Rust app: one call, which returns two fields of the response.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use zitadel_org_web::Client;

/// Calls ReactivateOrg.
#[wasm_bindgen]
pub async fn reactivate(base_url: String, token: String, org_id: String) -> Result<JsValue, JsError> {
    let client = Client::builder(base_url).token(token).build()?;
    let details = client.reactivate_org(Some(&org_id)).await?.details.unwrap_or_default();
    let object = Object::new();
    for (name, value) in [("sequence", details.sequence.to_string()), ("resourceOwner", details.resource_owner)] {
        let _ = Reflect::set(&object, &name.into(), &value.into());
    }
    Ok(object.into())
}
