//! The form on which people ask for portal access. It wants no account, and its answers tell nothing about anybody: who
//! has access already, or asked before, is answered like everybody else.

use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Response};
use entente_engine::{EngineError, FormRequest};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::{App, Problem, login, page};

/// What the form carries.
#[derive(Debug, Deserialize)]
pub(crate) struct Written {
    name: String,
    email: String,
    company: String,
    #[serde(default)]
    message: String,
}

/// `GET /access/request`: the form, where the configuration has one.
pub(crate) async fn form(State(app): State<App>) -> Response {
    match app.config().access.as_ref().is_some_and(|access| access.request_form) {
        true => page::request(&FormRequest::default(), None).into_response(),
        false => super::no_such_page().await.into_response(),
    }
}

/// `POST /access/request`: somebody asks.
pub(crate) async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    written: Result<Form<Written>, FormRejection>,
) -> Result<Response, Problem> {
    login::own_form(&headers)?;
    let incomplete =
        |_| Problem::new(StatusCode::BAD_REQUEST, "The form has the fields name, email, company, message.");
    let Form(Written { name, email, company, message }) = written.map_err(incomplete)?;
    let request = FormRequest { name, email, company, message };
    match app.engine().ask_by_form(&request).await {
        Ok(true) => Ok(page::request_taken().into_response()),
        Ok(false) => {
            let sentence = "Too many people are asking at the moment; please try again later.";
            Ok((StatusCode::TOO_MANY_REQUESTS, page::request(&request, Some(sentence))).into_response())
        }
        Err(EngineError::Unfit(sentence)) => {
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page::request(&request, Some(&sentence))).into_response())
        }
        Err(EngineError::Missing(_) | EngineError::Declined(_)) => Ok(super::no_such_page().await.into_response()),
        Err(error) => Err(error.into()),
    }
}
