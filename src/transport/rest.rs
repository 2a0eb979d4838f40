//! The REST mapping over HTTP: JSON on the wire, protobuf above.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Request, Response, Transport, exchange, grpc_web::USER_AGENT};
use crate::{
    error::Error,
    message::{Invalid, Value},
    method::Method,
    platform::{Clock, Http, HttpRequest},
    wire::rest::RestDecoder,
};

/// The REST mapping over an HTTP client.
#[derive(Debug, Clone)]
pub(crate) struct Rest<'a, H, C> {
    pub(crate) http: &'a H,
    pub(crate) clock: &'a C,
}

impl<H: Http, C: Clock> Transport for Rest<'_, H, C> {
    async fn unary(&self, request: Request<'_>) -> Result<Response, Error> {
        let Request { base_url, path, message, options } = request;
        let method = Method::find(path).ok_or_else(|| Error::invalid_argument("path has no REST mapping."))?;
        let value = Value::decode(method.request, message, false).map_err(|invalid| invalid_request(&invalid))?;
        let has_body = method.verb != "GET";
        let mut headers = options.metadata;
        headers.append("accept", "application/json");
        headers.append(USER_AGENT.0, USER_AGENT.1);
        if has_body {
            headers.append("content-type", "application/json");
        }
        let json = value.to_json();
        let request = HttpRequest {
            verb: method.verb,
            url: [base_url, &route(method.route, &value)].concat(),
            headers,
            body: has_body.then_some(json.as_bytes()),
        };
        let (head, body) = exchange::send(self.http, request, base_url).await?;
        let mut decoder = RestDecoder::new(head);
        let end = exchange::read::<H, C>(body, self.clock, options.timeout_ms, &mut decoder).await;
        decoder.finish(end, method.response)
    }
}

fn invalid_request(invalid: &Invalid) -> Error {
    Error::invalid_argument(["request.", &invalid.text(), "."].concat())
}

/// Fills a route, for instance `/v2/organizations/{organizationId}/activate`, from the request's members.
fn route(template: &str, request: &Value) -> String {
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
    use super::route;
    use crate::message::Value;

    #[test]
    fn parameters_of_a_route_are_percent_encoded() {
        let request = Value::Object(vec![("organizationId", Value::Text("7/../a?b".to_owned()))]);
        let template = "/v2/organizations/{organizationId}/activate";
        assert_eq!(route(template, &request), "/v2/organizations/7%2F%2E%2E%2Fa%3Fb/activate");
        assert_eq!(route("/orgs/me", &request), "/orgs/me");
    }
}
