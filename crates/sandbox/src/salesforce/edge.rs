//! What stands in front of the API: a request line with its headers has a size, and who exceeds it meets the web server
//! and not the org.
//!
//! Vendor page: REST API Developer Guide, "Status Codes and Error Responses", 414 and 431.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

/// Of the URI and the headers together.
const HEAD_BYTES_MAX: usize = 16_384;

/// Lets a request through that is not too long.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let uri = request.uri().path_and_query().map_or(0, |uri| uri.as_str().len());
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if uri > HEAD_BYTES_MAX {
        return bad_message(StatusCode::URI_TOO_LONG, "URI Too Long");
    }
    if uri + headers > HEAD_BYTES_MAX {
        return bad_message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
    }
    next.run(request).await
}

fn bad_message(status: StatusCode, reason: &str) -> Response {
    let page = format!("<h1>Bad Message {}</h1><pre>reason: {reason}</pre>", status.as_u16());
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html;charset=iso-8859-1"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
