//! Native gRPC, with a native client.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod common;

use common::{ACME, Running, SERVICE, start};
use tonic::{Code, Request, Status, client::Grpc, transport::Endpoint};
use tonic_prost::ProstCodec;
use zitadel_org_web::proto::zitadel::management::v1::{ReactivateOrgRequest, ReactivateOrgResponse};

async fn reactivate(server: &Running, token: &str) -> Result<ReactivateOrgResponse, Status> {
    let channel = Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect().await.unwrap();
    let mut client = Grpc::new(channel);
    client.ready().await.unwrap();
    let mut request = Request::new(ReactivateOrgRequest {});
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    let path = format!("{SERVICE}/ReactivateOrg").parse().unwrap();
    let codec = ProstCodec::<ReactivateOrgRequest, ReactivateOrgResponse>::default();
    client.unary(request, path, codec).await.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_native_client_makes_the_change_and_then_finds_it_made() {
    let server = start().await;
    let details = reactivate(&server, "acme-owner").await.unwrap().details.unwrap();
    assert_eq!((details.sequence, details.resource_owner.as_str()), (7, ACME));
    let status = reactivate(&server, "acme-owner").await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert_eq!(status.message(), "Organisation is already active (EVENT-bfnrh)");
    assert!(!status.details().is_empty());
}
