//! What JavaScript calls. Every function answers with a promise that resolves to the value of the public contract or
//! rejects with the fields of a `ZitadelError`.

use wasm_bindgen::prelude::*;

use super::call::{run, to_js};
use crate::{
    proto::zitadel::management::v1::{DeactivateOrgRequest, GetMyOrgRequest, ReactivateOrgRequest},
    value::{ChangeValue, OrgResultValue},
};

/// Sets the organization active again.
///
/// # Errors
/// The fields of a `ZitadelError`.
#[wasm_bindgen(js_name = reactivateOrg)]
pub async fn reactivate_org(token: JsValue, org_id: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    run(token, org_id, options, |client, metadata| {
        Box::pin(async move {
            let reply = client.reactivate_org(&ReactivateOrgRequest {}, metadata).await?;
            Ok(to_js(&ChangeValue::try_from(reply.message)?))
        })
    })
    .await
}

/// Deactivates the organization.
///
/// # Errors
/// The fields of a `ZitadelError`.
#[wasm_bindgen(js_name = deactivateOrg)]
pub async fn deactivate_org(token: JsValue, org_id: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    run(token, org_id, options, |client, metadata| {
        Box::pin(async move {
            let reply = client.deactivate_org(&DeactivateOrgRequest {}, metadata).await?;
            Ok(to_js(&ChangeValue::try_from(reply.message)?))
        })
    })
    .await
}

/// Reads the organization.
///
/// # Errors
/// The fields of a `ZitadelError`.
#[wasm_bindgen(js_name = getMyOrg)]
pub async fn get_my_org(token: JsValue, org_id: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    run(token, org_id, options, |client, metadata| {
        Box::pin(async move {
            let reply = client.get_my_org(&GetMyOrgRequest {}, metadata).await?;
            Ok(to_js(&OrgResultValue::try_from(reply.message)?))
        })
    })
    .await
}
