//! The vendor's tables of errors, row by row: what provokes each, and the whole answer.

mod limits;
mod sign_in;

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Reply, Sandbox, encoded, record};

const TOKEN: &str = "/services/oauth2/token";

/// A call, and what it is answered with.
struct Row {
    method: Method,
    path: String,
    body: Option<Value>,
    status: u16,
    error: Value,
}

fn row(method: Method, path: impl Into<String>, body: Value, status: u16, code: &str, message: &str) -> Row {
    let body = if body.is_null() { None } else { Some(body) };
    Row { method, path: path.into(), body, status, error: json!({ "errorCode": code, "message": message }) }
}

impl Row {
    fn about(mut self, fields: &[&str]) -> Self {
        self.error["fields"] = json!(fields);
        self
    }

    async fn hold(&self, sandbox: &Sandbox) {
        let reply = sandbox.call(self.method.clone(), &self.path, self.body.clone()).await;
        self.compare(&reply);
    }

    fn compare(&self, reply: &Reply) {
        assert_eq!((reply.status, &reply.body), (self.status, &json!([self.error])), "{} {}", self.method, self.path);
        assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
        assert!(reply.header("sforce-limit-info").starts_with("api-usage="), "{}", self.path);
    }
}

#[tokio::test]
async fn records_and_resources_are_refused_as_the_table_says() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let gone = sandbox.create("Case", json!({"Subject": "x"})).await;
    sandbox.delete(&format!("/sobjects/Case/{gone}")).await;
    let own = sandbox.create("Case", json!({"Entente_Key__c": "k"})).await;
    let nobody = "5005g0000000zzzAAA";
    let cases = || "/sobjects/Case";
    let (one, deleted, missing) =
        (format!("/sobjects/Case/{case}"), format!("/sobjects/Case/{gone}"), format!("/sobjects/Case/{nobody}"));
    let read_only = "Unable to create/update fields: IsClosed. Please check the security settings of this field and \
                     verify that it is read/write for your profile or permission set.";
    let get = |path: &str, status, code, message: &str| row(Method::GET, path, Value::Null, status, code, message);
    let rows = [
        get("/sobjects/Nonsense__c", 404, "NOT_FOUND", "The requested resource does not exist"),
        get(
            &missing,
            404,
            "NOT_FOUND",
            &format!("Provided external ID field does not exist or is not accessible: {nobody}"),
        ),
        get(&deleted, 404, "ENTITY_IS_DELETED", "entity is deleted").about(&[]),
        row(Method::PATCH, &deleted, json!({"Subject": "y"}), 404, "ENTITY_IS_DELETED", "entity is deleted").about(&[]),
        row(Method::PATCH, &missing, json!({}), 404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        row(Method::DELETE, &missing, Value::Null, 404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"),
        row(
            Method::POST,
            cases(),
            json!({"AccountId": "0015g0000000zzz"}),
            400,
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        )
        .about(&[]),
        row(
            Method::POST,
            cases(),
            json!({"AccountId": "5x"}),
            400,
            "MALFORMED_ID",
            "Account ID: id value of incorrect type: 5x",
        )
        .about(&["AccountId"]),
        row(
            Method::POST,
            "/sobjects/Contact",
            json!({}),
            400,
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [LastName]",
        )
        .about(&["LastName"]),
        row(
            Method::POST,
            cases(),
            json!({"Entente_Key__c": "k"}),
            400,
            "DUPLICATE_VALUE",
            &format!("duplicate value found: Entente_Key__c duplicates value on record with id: {own}"),
        )
        .about(&[]),
        row(Method::PATCH, &one, json!({"IsClosed": true}), 400, "INVALID_FIELD_FOR_INSERT_UPDATE", read_only)
            .about(&["IsClosed"]),
        row(
            Method::PATCH,
            &one,
            json!({"Nonsense": 1}),
            400,
            "INVALID_FIELD",
            "No such column 'Nonsense' on sobject of type Case",
        ),
        row(
            Method::POST,
            "/sobjects/Contact",
            json!({"LastName": "x", "Email": "123"}),
            400,
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: 123",
        )
        .about(&["Email"]),
        row(
            Method::PUT,
            &one,
            json!({}),
            405,
            "METHOD_NOT_ALLOWED",
            "HTTP Method 'PUT' not allowed. Allowed are DELETE,GET,HEAD,PATCH",
        ),
        row(
            Method::POST,
            cases(),
            json!({"Subject": "s".repeat(256)}),
            400,
            "STRING_TOO_LONG",
            &format!("Subject: data value too large: {} (max length=255)", "s".repeat(256)),
        )
        .about(&["Subject"]),
        row(
            Method::POST,
            "/sobjects/Group",
            json!({"Name": "x", "Type": "Committee"}),
            400,
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Type: bad value for restricted picklist field: Committee",
        )
        .about(&["Type"]),
        row(
            Method::POST,
            "/sobjects/Account",
            json!({"Name": "x", "NumberOfEmployees": 9_999_999_999_i64}),
            400,
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Employees: value outside of valid range on numeric field: 9999999999",
        )
        .about(&["NumberOfEmployees"]),
        row(
            Method::POST,
            cases(),
            json!({"IsEscalated": "maybe"}),
            400,
            "JSON_PARSER_ERROR",
            "Cannot deserialize instance of boolean from VALUE_STRING value maybe or request may be missing a required \
             field at [line:1, column:1]",
        ),
        row(
            Method::POST,
            "/sobjects/Opportunity",
            json!({"Name": "x", "StageName": "Prospecting", "CloseDate": "2026-01-31", "Account": {"Entente_Key__c": "none"}}),
            400,
            "INVALID_FIELD",
            "Foreign key external ID: none not found for field Entente_Key__c in entity Account",
        )
        .about(&[]),
        row(
            Method::POST,
            "/sobjects/Opportunity",
            json!({"Name": "x", "StageName": "Prospecting", "CloseDate": "2026-01-31", "Account": {"Name": "none"}}),
            400,
            "INVALID_FIELD",
            "Field name provided, Name does not match an External ID, Salesforce Id, or indexed field for Account",
        )
        .about(&[]),
        get("/query/0r8xx0000000000AAA-200", 400, "INVALID_QUERY_LOCATOR", "invalid query locator"),
        get(
            "/search?q=FIND%20x",
            400,
            "MALFORMED_SEARCH",
            "No search term found. The search term must be enclosed in braces.",
        ),
    ];
    for row in rows {
        row.hold(&sandbox).await;
    }
}

/// The vendor's picture of a mistake in a query: the text, a caret below the place, and where that is.
fn picture(soql: &str, column: usize, said: &str) -> String {
    let caret = " ".repeat(column - 1);
    format!("\n{soql}\n{caret}^\nERROR at Row:1:Column:{column}\n{said}")
}

#[tokio::test]
async fn queries_are_refused_as_the_table_says() {
    let sandbox = Sandbox::empty().await;
    let append = |what: &str, after: &str| {
        format!(
            "If you are attempting to use a custom {what}, be sure to append the '__c' after the {after} name. Please \
             reference your WSDL or the describe call for the appropriate names."
        )
    };
    let column = format!("No such column 'Foo' on entity 'Case'. {}", append("field", "custom field"));
    let object = format!("sObject type 'Nonsense' is not supported. {}", append("object", "entity"));
    let filtered = "field 'Description' can not be filtered in a query call";
    let rows = [
        ("SELECT Foo FROM Case", "INVALID_FIELD", 8, column.as_str()),
        ("SELECT Id FROM Nonsense", "INVALID_TYPE", 16, &object),
        ("SELECT Id FROM Case WHERE", "MALFORMED_QUERY", 26, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Case WHERE Description = 'x'", "INVALID_FIELD", 27, filtered),
        ("SELECT Id FROM Case WHERE Id LIKE '5%'", "INVALID_QUERY_FILTER_OPERATOR", 27, "invalid operator on id field"),
        (
            "SELECT Id FROM Case LIMIT 1 OFFSET 2001",
            "NUMBER_OUTSIDE_VALID_RANGE",
            36,
            "Maximum SOQL offset allowed is 2000",
        ),
    ];
    for (soql, code, at, said) in rows {
        let path = format!("/query?q={}", encoded(soql));
        row(Method::GET, path, Value::Null, 400, code, &picture(soql, at, said)).hold(&sandbox).await;
    }
}

#[tokio::test]
async fn what_an_org_sets_up_refuses_with_its_own_code() {
    let sandbox = Sandbox::empty().await;
    let rows = [
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CaseTrigger: execution of BeforeInsert caused by: System.X: no"),
        ("FIELD_FILTER_VALIDATION_EXCEPTION", "Value does not exist or does not match filter criteria."),
        ("ENTITY_IS_LOCKED", "the entity is locked for editing"),
        ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not like this."),
    ];
    for (code, message) in rows {
        let rule = json!({"object": "Case", "error_when": "Subject = 'no'", "message": message, "code": code});
        sandbox.door(Method::POST, "/rules", json!({ "validation": rule })).await;
        row(Method::POST, "/sobjects/Case", json!({"Subject": "no"}), 400, code, message)
            .about(&[])
            .hold(&sandbox)
            .await;
        sandbox.door(Method::DELETE, "/rules", Value::Null).await;
    }
    let rule = br#"{"validation":{"object":"Case","error_when":"Id != null","message":"x","code":"NONSENSE"}}"#;
    let unknown = sandbox.send(Method::POST, "/__sandbox/rules", &[], Some(rule.to_vec())).await.expect("an answer");
    assert!(unknown.status == 400 && unknown.text.contains("no rule refuses with NONSENSE"), "{}", unknown.text);
}

#[tokio::test]
async fn rights_refuse_as_the_table_says() {
    let sandbox = Sandbox::empty().await;
    let account = sandbox.create("Account", json!({"Name": "Acme"})).await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let path = format!("/sobjects/Case/{case}");
    sandbox.door(Method::POST, "/rights", json!({"object": "Account", "read": false})).await;
    let message = format!("insufficient access rights on cross-reference id: {account}");
    row(
        Method::PATCH,
        &path,
        json!({"AccountId": account}),
        400,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        &message,
    )
    .about(&[])
    .hold(&sandbox)
    .await;
    sandbox.door(Method::POST, "/rights", json!({"object": "Case", "update": false})).await;
    let message = "insufficient access rights on object id";
    row(Method::PATCH, &path, json!({"Subject": "y"}), 403, "INSUFFICIENT_ACCESS_OR_READONLY", message)
        .about(&[])
        .hold(&sandbox)
        .await;
    sandbox.door(Method::POST, "/rights", json!({"api_enabled": false})).await;
    let closed = sandbox.get("/limits").await;
    closed.refused(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization");
}

#[tokio::test]
async fn a_version_that_is_over_is_not_one_that_never_was() {
    let sandbox = Sandbox::empty().await;
    for (version, status, code) in [("v20.0", 410, "UNSUPPORTED_API_VERSION"), ("v99.0", 404, "NOT_FOUND")] {
        let path = format!("/services/data/{version}/limits");
        let reply = sandbox.send(Method::GET, &path, &[], None).await.expect("an answer");
        assert_eq!((reply.status, &reply.body[0]["errorCode"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn what_is_transient_comes_as_it_comes_from_the_vendor() {
    let sandbox = Sandbox::empty().await;
    let concurrent = "ConcurrentRequests (Concurrent API Requests) Limit exceeded.";
    let metering =
        "We can't complete the action because enabled transaction security policies took too long to complete.";
    let error_id = "An unexpected error occurred. Please include this ErrorId if you contact support: 0";
    let read_only = "Records can't be changed: this organization is in read-only mode during maintenance.";
    let apex = "Unable to Process Request: Concurrent requests limit exceeded.";
    let rows = [
        ("daily_limit", 403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        ("concurrent_limit", 403, "REQUEST_LIMIT_EXCEEDED", concurrent),
        ("api_currently_disabled", 403, "API_CURRENTLY_DISABLED", "API is disabled for this User"),
        (
            "functionality_not_enabled",
            403,
            "FUNCTIONALITY_NOT_ENABLED",
            "This feature is not currently enabled for this user.",
        ),
        ("insufficient_access", 403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id"),
        ("query_timeout", 400, "QUERY_TIMEOUT", "Your query request was running for too long."),
        (
            "running_too_long",
            400,
            "REQUEST_RUNNING_TOO_LONG",
            "Your request was running for too long, and has been stopped.",
        ),
        ("security_metering", 400, "TXN_SECURITY_METERING_ERROR", metering),
        ("limit_exceeded", 400, "LIMIT_EXCEEDED", "You have exceeded a limit of your organization."),
        ("too_many_apex_requests", 403, "TOO_MANY_APEX_REQUESTS", apex),
        ("server_error", 500, "UNKNOWN_EXCEPTION", error_id),
        ("internal_error", 500, "INTERNAL_ERROR", error_id),
        ("server_unavailable", 503, "SERVER_UNAVAILABLE", "The server is temporarily unavailable"),
        ("org_locked", 403, "ORG_LOCKED", "This organization is locked. Please contact Salesforce support."),
        ("org_in_maintenance", 503, "ORG_IN_MAINTENANCE", "This organization is in maintenance."),
        ("read_only", 503, "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", read_only),
    ];
    let locked = "unable to obtain exclusive access to this record or 1 records: 001000000000000AAA";
    let row_lock = row(Method::GET, "/limits", Value::Null, 400, "UNABLE_TO_LOCK_ROW", locked).about(&[]);
    let rows = rows
        .map(|(name, status, code, message)| (name, row(Method::GET, "/limits", Value::Null, status, code, message)));
    for (name, row) in rows.into_iter().chain([("row_lock", row_lock)]) {
        sandbox.door(Method::POST, "/faults", json!({"name": name, "times": 1})).await;
        row.hold(&sandbox).await;
    }
    assert_eq!(sandbox.get("/limits").await.status, 200);
}

/// An org in which two accounts have one key that is not unique: their ids.
async fn with_twins(sandbox: &Sandbox) -> [String; 2] {
    let field = json!({"name": "Number__c", "label": "Number", "type": "Text", "length": 20, "externalId": true});
    sandbox.door(Method::POST, "/objects", json!({"object": "Account", "fields": [field]})).await;
    let twin = || json!({"Name": "x", "Number__c": "7"});
    [sandbox.create("Account", twin()).await, sandbox.create("Account", twin()).await]
}

#[tokio::test]
async fn a_key_of_several_records_is_refused_in_each_way_of_using_it() {
    let sandbox = Sandbox::empty().await;
    let [one, two] = with_twins(&sandbox).await;
    let message = format!("Number: more than one record found for external id field: [{one}, {two}]");
    row(Method::POST, "/sobjects/Case", json!({"Account": {"Number__c": "7"}}), 400, "DUPLICATE_EXTERNAL_ID", &message)
        .about(&["Number__c"])
        .hold(&sandbox)
        .await;
    let records = json!({"records": [record("Account", json!({"Number__c": "7", "Name": "y"}))]});
    let rows = sandbox.patch("/composite/sobjects/Account/Number__c", records).await;
    let error = json!({"statusCode": "DUPLICATE_EXTERNAL_ID", "message": message, "fields": ["Number__c"]});
    assert_eq!((rows.status, rows.body), (200, json!([{"success": false, "errors": [error]}])));
    let urls = [one, two].map(|id| format!("/services/data/v64.0/sobjects/Account/{id}"));
    let path = "/sobjects/Account/Number__c/7";
    for reply in [sandbox.get(path).await, sandbox.patch(path, json!({"Name": "y"})).await, sandbox.delete(path).await]
    {
        assert_eq!((reply.status, &reply.body), (300, &json!(urls)));
        assert_eq!(reply.header("content-type"), "application/json;charset=UTF-8");
    }
}

#[tokio::test]
async fn a_duplicate_is_told_with_its_match() {
    let sandbox = Sandbox::empty().await;
    let rule = json!({"duplicates": {"object": "Contact", "field": "Email", "alert_only": true}});
    sandbox.door(Method::POST, "/rules", rule).await;
    let contact = json!({"LastName": "Moss", "Email": "ada@acme.example"});
    let first = sandbox.create("Contact", contact.clone()).await;
    let message = "You're creating a duplicate record. We recommend you use an existing record instead.";
    let url = format!("/services/data/v64.0/sobjects/Contact/{first}");
    let matched = json!({
        "additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0,
        "record": {"attributes": {"type": "Contact", "url": url}, "Id": first},
    });
    let mut twin = row(Method::POST, "/sobjects/Contact", contact, 400, "DUPLICATES_DETECTED", message);
    twin.error["duplicateResut"] = json!({
        "allowSave": true, "duplicateRule": "Standard_Contact_Duplicate_Rule", "duplicateRuleEntityType": "Contact",
        "errorMessage": message,
        "matchResults": [{
            "entityType": "Contact", "errors": [], "matchEngine": "ExactMatchEngine", "matchRecords": [matched],
            "rule": "Standard_Contact_Match_Rule_v1_0", "size": 1, "success": true,
        }],
    });
    twin.hold(&sandbox).await;
}

#[tokio::test]
async fn dependent_values_and_record_types_are_refused_by_their_fields() {
    let sandbox = Sandbox::empty().await;
    let region = json!({"type": "Picklist", "label": "Region", "picklistValues": ["EU", "US"]});
    let plant = json!({
        "type": "Picklist", "label": "Plant", "restricted": true, "controllingField": "Region__c",
        "picklistValues": [{"value": "Aarhus", "validFor": ["EU"]}, {"value": "Boston", "validFor": ["US"]}],
    });
    let kind = json!({"developerName": "Visit", "name": "Visit"});
    let fields = json!({"object": "Case", "recordTypes": [kind], "fields": {"Region__c": region, "Plant__c": plant}});
    sandbox.door(Method::POST, "/objects", fields).await;
    let message = "Record Type ID: this ID value isn't valid for the user: 0125g0000000zzzAAA";
    let unknown = json!({"RecordTypeId": "0125g0000000zzzAAA"});
    row(Method::POST, "/sobjects/Case", unknown, 400, "INVALID_CROSS_REFERENCE_KEY", message)
        .about(&["RecordTypeId"])
        .hold(&sandbox)
        .await;
    let wrong = json!({"Region__c": "EU", "Plant__c": "Boston"});
    let message = "Plant: value Boston is not valid for Region EU";
    row(Method::POST, "/sobjects/Case", wrong, 400, "FIELD_INTEGRITY_EXCEPTION", message)
        .about(&["Plant__c"])
        .hold(&sandbox)
        .await;
}

#[tokio::test]
async fn every_route_knows_its_methods() {
    let sandbox = Sandbox::empty().await;
    let case = sandbox.create("Case", json!({"Subject": "x"})).await;
    let routes: Vec<(&str, String)> =
        entente_sandbox::salesforce::routes().into_iter().filter(|(_, path)| path.contains("{version}/")).collect();
    assert!(routes.len() > 25, "{routes:?}");
    let filled = |path: &str| {
        let path = path.replace("{version}", "v64.0").replace("{object}/{key}", "Case/Entente_Key__c");
        let path = path.replace("{object}/{id}/{field}", "Case/Entente_Key__c/k");
        path.replace("{object}", "Case").replace("{id}", &case).replace("{locator}", "x-0")
    };
    let mut paths: Vec<&String> =
        routes.iter().map(|(_, path)| path).filter(|path| path.starts_with("/services/data")).collect();
    paths.dedup();
    for path in paths {
        for method in ["GET", "POST", "PATCH", "DELETE", "PUT"] {
            let listed = routes.iter().any(|(known, of)| *known == method && of == path);
            let wanted = Method::from_bytes(method.as_bytes()).expect("a method");
            let reply = sandbox.send(wanted, &filled(path), &[], None).await.expect("an answer");
            assert_eq!(reply.status != 405, listed, "{method} {path}: {}", reply.text);
        }
    }
}
