//! The plain page and its login.

use http::{Request, StatusCode};

use axum::body::Body;

use crate::stage::{Answer, TOKEN, TestApp};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn log_in(app: &TestApp, token: &str) -> Answer {
    app.post("/login", &[FORM, ("sec-fetch-site", "same-origin")], format!("token={token}")).await
}

async fn page(app: &TestApp, cookie: &str) -> Answer {
    app.send(Request::get("/plain").header("cookie", cookie).body(Body::empty()).unwrap()).await
}

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap();
    set.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_opens_the_page_and_logging_out_closes_it() {
    let app = TestApp::new().await;
    let stranger = app.get("/", None).await;
    assert_eq!((stranger.status, stranger.header("location")), (StatusCode::SEE_OTHER, Some("/login")));
    let welcome = log_in(&app, TOKEN).await;
    assert_eq!((welcome.status, welcome.header("location")), (StatusCode::SEE_OTHER, Some("/")));
    let set = welcome.header("set-cookie").unwrap();
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict; Secure"), "{set}");
    let open = page(&app, &cookie(&welcome)).await;
    assert_eq!(open.status, StatusCode::OK);
    assert!(open.body.contains("support-bugs") && open.body.contains("acme-site"));
    let gone = app.post("/logout", &[("sec-fetch-site", "same-origin")], "").await;
    assert_eq!(page(&app, &cookie(&gone)).await.status, StatusCode::SEE_OTHER);
}

/// At the front stands the console, and where none was built before the server was, the plain page.
#[tokio::test]
async fn at_the_front_is_the_console_or_the_plain_page() {
    let app = TestApp::new().await;
    let cookie = cookie(&log_in(&app, TOKEN).await);
    let open = async |path: &str| {
        let request = Request::get(path).header("cookie", &cookie).header("accept", "text/html,*/*;q=0.8");
        app.send(request.body(Body::empty()).unwrap()).await
    };
    let (front, deep) = (open("/").await, open("/links/7").await);
    assert_eq!(front.status, StatusCode::OK);
    if front.body.contains("support-bugs") {
        assert_eq!(deep.problem(), "404 Not Found: There is nothing under this address.");
    } else {
        assert!(front.body.contains(r#"<script type="module""#), "{}", front.body);
        assert_eq!((deep.status, &deep.body), (StatusCode::OK, &front.body));
    }
    for path in ["/api/v1/nothing", "/hooks/nothing", "/forge/nothing"] {
        assert!(!open(path).await.status.is_success(), "{path} is no page");
    }
}

/// Whoever is sent to log in comes back to where they wanted to go, and never to another site.
#[tokio::test]
async fn logging_in_leads_back() {
    let app = TestApp::new().await;
    let sent = app.get("/plain?part=%22two%22", None).await;
    let form = sent.header("location").unwrap().to_owned();
    assert_eq!(form, "/login?to=%2Fplain%3Fpart%3D%2522two%2522");
    assert!(app.get(&form, None).await.body.contains(r#"name="to" type="hidden" value="/plain?part=%22two%22""#));
    for (to, leads) in [
        ("/links/7", "/links/7"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\r\nset-cookie:a=b", "/"),
    ] {
        let to: String = url::form_urlencoded::byte_serialize(to.as_bytes()).collect();
        let welcome = app.post("/login", &[FORM], format!("token={TOKEN}&to={to}")).await;
        assert_eq!(welcome.header("location"), Some(leads), "{to}");
        let again = app.post("/login", &[FORM], format!("token=guess&to={to}")).await;
        assert!(again.body.contains(&format!("value=\"{leads}\"")), "{}", again.body);
    }
}

/// A cookie opens the API to the console only: a page of another site can make a browser send the cookie, not the header.
#[tokio::test]
async fn a_login_opens_the_api_to_the_console_alone() {
    let app = TestApp::new().await;
    let cookie = cookie(&log_in(&app, TOKEN).await);
    let ask = async |headers: &[(&str, &str)]| {
        let request = Request::get("/api/v1/about");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        app.send(request.body(Body::empty()).unwrap()).await.status
    };
    let (logged_in, console) = (("cookie", cookie.as_str()), ("x-entente-console", "1"));
    assert_eq!(ask(&[logged_in, console]).await, StatusCode::OK);
    assert_eq!(ask(&[logged_in]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&[console]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&[("cookie", "entente_session=1.00"), console]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&[logged_in, console, ("authorization", "Bearer guess")]).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_token_gets_the_form_again_and_no_cookie() {
    let app = TestApp::new().await;
    let answer = log_in(&app, "guess").await;
    assert_eq!((answer.status, answer.header("set-cookie")), (StatusCode::UNAUTHORIZED, None));
    assert!(answer.body.contains("This is neither a user") && answer.body.contains("<form"));
}

#[tokio::test]
async fn another_site_cannot_send_our_forms() {
    let app = TestApp::new().await;
    for path in ["/login", "/logout"] {
        let headers = [FORM, ("sec-fetch-site", "cross-site")];
        let answer = app.post(path, &headers, format!("token={TOKEN}")).await;
        assert_eq!(answer.problem(), "403 Forbidden: This form belongs to another site.");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn only_the_demos_link_logs_in() {
    let link = format!("/login?token={TOKEN}");
    let served = TestApp::new().await.get(&link, None).await;
    assert_eq!((served.status, served.header("set-cookie")), (StatusCode::OK, None));
    let demo = TestApp::of_demo().await;
    let followed = demo.get(&link, None).await;
    assert_eq!(page(&demo, &cookie(&followed)).await.status, StatusCode::OK);
    assert_eq!(demo.get("/login?token=guess", None).await.header("set-cookie"), None);
}

#[tokio::test]
async fn nothing_foreign_runs_on_the_page() {
    let app = TestApp::new().await;
    for path in ["/login", "/assets/page.css", "/healthz", "/nothing"] {
        let answer = app.get(path, None).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    let open = page(&app, &cookie(&log_in(&app, TOKEN).await)).await;
    assert_eq!(app.get("/console/secret", None).await.problem(), "404 Not Found: There is no such file.");
    for inline in ["<style", "style=", "onclick", "http://", "https://"] {
        assert!(!open.body.contains(inline), "{inline} in {}", open.body);
    }
    for asset in ["/assets/page.css", "/assets/refresh.js", "/assets/icon.svg"] {
        assert!(open.body.contains(asset));
        assert_eq!(app.get(asset, None).await.status, StatusCode::OK);
    }
    assert_eq!(app.get("/assets/secret", None).await.status, StatusCode::NOT_FOUND);
}
