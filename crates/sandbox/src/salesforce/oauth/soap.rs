//! `login()` of the SOAP API, the one SOAP call that is answered.
//!
//! The vendor retires it, but client libraries still sign in by it when all they have is a user name and a password.
//! Vendor page: SOAP API Developer Guide, "login()".

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use quick_xml::escape::{escape, unescape};

use super::{grant, identity};
use crate::salesforce::Org;

/// The client that SOAP sessions belong to.
const CLIENT: &str = "SOAP login";

pub(super) async fn login(State(org): State<Arc<Org>>, Path(version): Path<String>, body: String) -> Response {
    let username = element(&body, "username").unwrap_or_default();
    let password = element(&body, "password").unwrap_or_default();
    let now_ms = org.control.clock().now_ms();
    let mut state = org.state.lock();
    let Ok(user) = grant::by_password(&state, &username, &password) else {
        let message = "INVALID_LOGIN: Invalid username, password, security token; or user locked out.";
        let fault = format!(
            "<soapenv:Fault><faultcode>sf:INVALID_LOGIN</faultcode><faultstring>{message}</faultstring></soapenv:Fault>"
        );
        return envelope(StatusCode::INTERNAL_SERVER_ERROR, &fault);
    };
    let session = state.sessions.issue(&user, CLIENT, now_ms);
    let org_id = state.sessions.org_id().to_owned();
    let base_url = org.control.base_url();
    let shown = |name: &str| escape(identity::text(&state, &user, name).as_str().unwrap_or_default()).into_owned();
    let base_url = escape(&base_url);
    let result = format!(
        "<loginResponse><result><metadataServerUrl>{base_url}/services/Soap/m/{version}/{org_id}</metadataServerUrl>\
         <passwordExpired>false</passwordExpired><sandbox>true</sandbox>\
         <serverUrl>{base_url}/services/Soap/u/{version}/{org_id}</serverUrl><sessionId>{session}</sessionId>\
         <userId>{user}</userId><userInfo><organizationId>{org_id}</organizationId>\
         <userEmail>{}</userEmail><userFullName>{}</userFullName><userId>{user}</userId><userName>{}</userName>\
         </userInfo></result></loginResponse>",
        shown("Email"),
        shown("Name"),
        shown("Username"),
    );
    envelope(StatusCode::OK, &result)
}

/// The text of the first element of this name, whatever its prefix.
fn element(xml: &str, name: &str) -> Option<String> {
    let open = xml.find(&format!(":{name}>")).or_else(|| xml.find(&format!("<{name}>")))?;
    let start = open + name.len() + 2;
    let end = start + xml[start..].find("</")?;
    unescape(&xml[start..end]).ok().map(|text| text.into_owned())
}

fn envelope(status: StatusCode, body: &str) -> Response {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\" \
         xmlns:sf=\"urn:fault.partner.soap.sforce.com\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_with_and_without_a_prefix() {
        let xml = "<se:Body><n1:login><n1:username>a@b</n1:username><password>p&amp;q</password></n1:login></se:Body>";
        assert_eq!(element(xml, "username").as_deref(), Some("a@b"));
        assert_eq!(element(xml, "password").as_deref(), Some("p&q"));
        assert_eq!(element(xml, "session"), None);
    }
}
