//! Answers and faults in their envelope.

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use quick_xml::escape::escape;

use super::super::cell;
use super::super::refusal::Refusal;

/// Why a whole call is refused.
#[derive(Debug)]
pub(super) struct Fault {
    code: String,
    message: String,
}

impl Fault {
    pub(super) fn of(refusal: &Refusal) -> Self {
        let message = match refusal.code {
            "INVALID_SESSION_ID" => "Invalid Session ID found in SessionHeader: Illegal Session".to_owned(),
            _ => refusal.message.clone(),
        };
        Self { message: format!("{}: {message}", refusal.code), code: format!("sf:{}", refusal.code) }
    }

    pub(super) fn login() -> Self {
        let message = "INVALID_LOGIN: Invalid username, password, security token; or user locked out.";
        Self { code: "sf:INVALID_LOGIN".to_owned(), message: message.to_owned() }
    }

    pub(super) fn too_large() -> Self {
        let message = "EXCEEDED_MAX_SIZE_REQUEST: The size of the message sent to the API exceeded 50 MB.";
        Self { code: "sf:EXCEEDED_MAX_SIZE_REQUEST".to_owned(), message: message.to_owned() }
    }

    pub(super) fn malformed() -> Self {
        let message = "The message is not a well formed SOAP envelope with a call in its body.";
        Self { code: "soapenv:Client".to_owned(), message: message.to_owned() }
    }

    pub(super) fn unknown(call: &str) -> Self {
        let message = format!(
            "No operation available for request {{urn:partner.soap.sforce.com}}{call}, please check the WSDL for the service."
        );
        Self { code: "soapenv:Client".to_owned(), message }
    }
}

/// The answer to a call: its results, each already XML.
pub(super) fn response(call: &str, results: &[String]) -> String {
    let results: String = results.iter().map(|result| format!("<result>{result}</result>")).collect();
    format!("<{call}Response>{results}</{call}Response>")
}

/// The HTTP answer; a fault's status is 500.
pub(super) fn respond(answer: Result<String, Fault>) -> Response {
    let (status, body) = match answer {
        Ok(body) => (StatusCode::OK, body),
        Err(Fault { code, message }) => {
            let parts = element("faultcode", &code) + &element("faultstring", &message) + &detail(&code, &message);
            (StatusCode::INTERNAL_SERVER_ERROR, format!("<soapenv:Fault>{parts}</soapenv:Fault>"))
        }
    };
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns=\"urn:partner.soap.sforce.com\" \
         xmlns:sf=\"urn:fault.partner.soap.sforce.com\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\
         <soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], xml).into_response()
}

/// What the vendor's own faults say a second time, taken apart; some libraries read only that.
fn detail(code: &str, message: &str) -> String {
    let Some(code) = code.strip_prefix("sf:") else { return String::new() };
    let kind = if code == "INVALID_LOGIN" { "LoginFault" } else { "UnexpectedErrorFault" };
    let message = message.strip_prefix(code).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message);
    let parts = element("sf:exceptionCode", code) + &element("sf:exceptionMessage", message);
    format!("<detail><sf:{kind} xsi:type=\"sf:{kind}\">{parts}</sf:{kind}></detail>")
}

/// `<name>text</name>`.
pub(super) fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

/// The element, or its nil form.
pub(super) fn optional(name: &str, text: Option<&str>) -> String {
    text.map_or_else(|| format!("<{name} xsi:nil=\"true\"/>"), |text| element(name, text))
}

/// The `errors` of a result.
pub(super) fn errors(refusal: &Refusal) -> String {
    let fields: String = refusal.fields.iter().flatten().map(|field| element("fields", field)).collect();
    let said = element("message", &refusal.message) + &element("statusCode", refusal.code);
    format!("<errors>{fields}{said}</errors>")
}

/// A time as SOAP writes it, with a `Z`.
pub(super) fn time(ms: i64) -> String {
    cell::stamp(ms).replace("+0000", "Z")
}
