//! The requests of the REST mapping: JSON on the wire, protobuf above.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Request, grpc_web::USER_AGENT, invalid_request};
use crate::{
    error::Error,
    message::{self, Direction, json::Json},
    method::Method,
    platform::HttpRequest,
};

/// Encodes a request: its route, and its JSON unless the method is a GET.
///
/// # Errors
/// The message is not the method's request.
pub(super) fn encode(request: Request<'_>, method: &Method) -> Result<HttpRequest, Error> {
    let Request { base_url, message, options, .. } = request;
    let json = message::decode(method.request, message, Direction::Request).map_err(invalid_request)?;
    let mut headers = options.metadata;
    headers.append("accept", "application/json");
    headers.append(USER_AGENT.0, USER_AGENT.1);
    let mut body = None;
    if method.http_method != "GET" {
        headers.append("content-type", "application/json");
        body = Some(json.to_text().into_bytes());
    }
    Ok(HttpRequest {
        http_method: method.http_method,
        url: [base_url, &route(method.route, &json)].concat(),
        headers,
        body,
    })
}

/// Fills a route, for instance `/v2/organizations/{organizationId}/activate`, from the request's members.
fn route(template: &str, request: &Json<'_>) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, name)| Some((before, name.split_once('}')?)))
    {
        path.push_str(before);
        path.extend(utf8_percent_encode(request.text(name).unwrap_or_default(), NON_ALPHANUMERIC));
        rest = after;
    }
    path.push_str(rest);
    path
}

#[cfg(test)]
mod tests {
    use prost::Message as _;

    use super::route;
    use crate::{
        Code, Error, ErrorKind as Kind, Metadata,
        fake::{FakeHttp, Script, Step, chunk},
        message::json::Json,
        method::{Method, Rpc as _},
        platform::Clock as _,
        proto::zitadel::{
            management::v1::{GetMyOrg, ReactivateOrg},
            org::v2::{
                ActivateOrganization, ActivateOrganizationRequest, ListOrganizations, ListOrganizationsRequest,
                OrganizationIdQuery, SearchQuery, search_query::Query,
            },
        },
        transport::{Options, Protocol, Request, Response, Transport as _},
    };

    const JSON: &str = "content-type: application/json\n";

    fn call(http: &FakeHttp, method: &Method, message: &[u8], timeout_ms: Option<f64>) -> Result<Response, Error> {
        let mut metadata = Metadata::new();
        metadata.append("x-a", "1");
        let options = Options { metadata, timeout_ms, protocol: Protocol::Json, ..Options::default() };
        http.clock.run(http.unary(Request { base_url: "https://z.example/a", path: method.path, message, options }))
    }

    fn ok() -> Script {
        Script::response(200, JSON, &[chunk("{}")])
    }

    #[test]
    fn parameters_of_a_route_are_percent_encoded() {
        let request = Json::object([("organizationId", "7/../a?b".into())]);
        let template = "/v2/organizations/{organizationId}/activate";
        assert_eq!(route(template, &request), "/v2/organizations/7%2F%2E%2E%2Fa%3Fb/activate");
        assert_eq!(route("/orgs/me", &request), "/orgs/me");
    }

    #[test]
    fn change_is_a_post_of_json_with_the_callers_headers_first() {
        let http = FakeHttp::new([ok()]);
        call(&http, &ReactivateOrg::METHOD, b"", Some(1500.0)).unwrap();
        let sent = &http.sent.borrow()[0];
        assert_eq!(
            (sent.http_method, sent.url.as_str()),
            ("POST", "https://z.example/a/management/v1/orgs/me/_reactivate")
        );
        assert_eq!(sent.body.as_deref(), Some(&b"{}"[..]));
        let expected = [
            ("x-a", "1"),
            ("accept", "application/json"),
            ("x-user-agent", concat!("zitadel-org-web/", env!("CARGO_PKG_VERSION"))),
            ("content-type", "application/json"),
        ];
        assert_eq!(sent.headers.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn read_is_a_get_without_a_body() {
        let http = FakeHttp::new([ok()]);
        assert_eq!(call(&http, &GetMyOrg::METHOD, b"", None).unwrap().message, b"");
        let sent = &http.sent.borrow()[0];
        assert_eq!(
            (sent.http_method, sent.url.as_str(), sent.body.as_deref()),
            ("GET", "https://z.example/a/management/v1/orgs/me", None)
        );
        assert_eq!(sent.headers.get("content-type"), None);
    }

    #[test]
    fn request_is_its_json_and_fills_the_route() {
        let http = FakeHttp::new([ok(), ok()]);
        let organization_id = "a/b".to_owned();
        let message = ActivateOrganizationRequest { organization_id }.encode_to_vec();
        call(&http, &ActivateOrganization::METHOD, &message, None).unwrap();
        let query = Query::IdQuery(OrganizationIdQuery { id: "7".to_owned() });
        let queries = vec![SearchQuery { query: Some(query) }];
        let message = ListOrganizationsRequest { queries, ..Default::default() }.encode_to_vec();
        call(&http, &ListOrganizations::METHOD, &message, None).unwrap();
        let sent = http.sent.borrow();
        assert_eq!(sent[0].url, "https://z.example/a/v2/organizations/a%2Fb/activate");
        let body: serde_json::Value = serde_json::from_slice(sent[1].body.as_deref().unwrap()).unwrap();
        assert_eq!(body, serde_json::json!({ "queries": [{ "idQuery": { "id": "7" } }] }));
    }

    #[test]
    fn method_without_a_route_is_an_invalid_argument() {
        let method = Method { path: "/s.S/M", ..GetMyOrg::METHOD };
        let error = call(&FakeHttp::new([]), &method, b"", None).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument);
    }

    #[test]
    fn message_that_is_not_the_request_is_an_invalid_argument() {
        let error = call(&FakeHttp::new([]), &ActivateOrganization::METHOD, b"\xff", None).unwrap_err();
        assert_eq!((error.kind(), error.message()), (Kind::InvalidArgument, "request must be valid protobuf."));
    }

    #[test]
    fn json_error_is_read_until_its_end() {
        let body = [r#"{"code":9,"message":"#, &"x".repeat(200_000), r#" (EVENT-bfnrh)"}"#].concat();
        let body = body.replacen("\"message\":", "\"message\":\"", 1);
        for cut in [1, 20, 65_536, 199_999] {
            let (first, second) = body.split_at(cut);
            let steps = [chunk(first), Step::Wait(10_000.0), chunk(second)];
            let http = FakeHttp::new([Script::response(400, JSON, &steps)]);
            let error = call(&http, &ReactivateOrg::METHOD, b"", Some(30_000.0)).unwrap_err();
            assert_eq!(
                (error.kind(), error.code(), error.id()),
                (Kind::Status, Code::FailedPrecondition, Some("EVENT-bfnrh"))
            );
            assert_eq!((http.clock.now_ms(), http.cancelled.get()), (10_000.0, 0));
        }
    }

    #[test]
    fn page_of_an_http_error_is_waited_for_a_second() {
        let page = [chunk("<h1>proxy"), Step::Silence];
        for (timeout_ms, end_ms) in [(None, 1000.0), (Some(300.0), 150.0)] {
            let http = FakeHttp::new([Script::response(502, "content-type: text/html\n", &page)]);
            let error = call(&http, &ReactivateOrg::METHOD, b"", timeout_ms).unwrap_err();
            assert_eq!(
                (error.code(), error.body(), error.http_status()),
                (Code::Unavailable, Some("<h1>proxy"), Some(502))
            );
            assert_eq!((http.clock.now_ms(), http.cancelled.get()), (end_ms, 1));
        }
    }

    #[test]
    fn body_over_4_mib_is_cancelled() {
        let http = FakeHttp::new([Script::response(200, JSON, &vec![chunk(vec![b' '; 1 << 20]); 6])]);
        let error = call(&http, &GetMyOrg::METHOD, b"", None).unwrap_err();
        assert_eq!((error.kind(), error.code(), http.cancelled.get()), (Kind::Protocol, Code::ResourceExhausted, 1));
    }
}
