//! Where the vendor's documents are known to be wrong or silent, each with its reason.

/// One difference that is right.
struct Exception {
    /// `METHOD template status`, or its beginning; `*` is every operation.
    operation: &'static str,
    /// A part of the complaint, as the failing test prints it.
    complaint: &'static str,
    /// Why the site is right.
    #[expect(dead_code, reason = "for who reads the table")]
    why: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        operation: "GET /rest/api/3/serverInfo 200",
        complaint: "'defaultLocale'",
        why: "The document's own example has it.",
    },
    Exception {
        operation: "GET /rest/api/3/issuetype",
        complaint: "'untranslatedName'",
        why: "Sites send it beside every name that they translate; the document has it for fields only.",
    },
    Exception {
        operation: "GET /rest/api/3/issue/createmeta",
        complaint: "'untranslatedName'",
        why: "As for the list of issue types.",
    },
    Exception {
        operation: "GET /rest/api/3/field",
        complaint: "'untranslatedName'",
        why: "The document's own example of a new field has it.",
    },
    Exception {
        operation: "*",
        complaint: "/items/#/from: null",
        why: "A field that was empty before has null there; all recorded histories show it.",
    },
    Exception { operation: "*", complaint: "/items/#/fromString: null", why: "As for `from`." },
    Exception { operation: "*", complaint: "/items/#/to: null", why: "As for `from`." },
    Exception { operation: "*", complaint: "/items/#/toString: null", why: "As for `from`." },
    Exception {
        operation: "*",
        complaint: "/transitions/#: Additional properties are not allowed ('isLooped'",
        why: "The document writes `looped`; sites send it like the other flags.",
    },
    Exception {
        operation: "PUT /rest/api/3/webhook/refresh 200",
        complaint: "/expirationDate",
        why: "A number in the document, a time in its own example.",
    },
    Exception {
        operation: "POST /rest/api/3/issue/bulk 400",
        complaint: "",
        why: "The document gives the shape for issues that are refused; a list that is too long is refused as a whole.",
    },
    Exception {
        operation: "POST /rest/api/3/changelog/bulkfetch 200",
        complaint: "/changeHistories/#/created",
        why: "A time in the document, milliseconds on sites.",
    },
    Exception {
        operation: "POST /rest/api/3/issue/bulkfetch 200",
        complaint: "'expand'",
        why: "The document's own example has it.",
    },
    Exception {
        operation: "GET /rest/api/3/project/search 200",
        complaint: "'projectKeys'",
        why: "What `expand=projectKeys` adds, which the document lists among the parameters.",
    },
    Exception {
        operation: "*",
        complaint: "'entityId'",
        why: "What `uuid` is called beside it where a project is team-managed.",
    },
    Exception {
        operation: "PUT /rest/servicedeskapi/customer/user/",
        complaint: "in no document",
        why: "Newer than the document at hand.",
    },
];

pub(super) fn known(operation: &str, complaint: &str) -> bool {
    EXCEPTIONS
        .iter()
        .any(|e| (e.operation == "*" || operation.starts_with(e.operation)) && complaint.contains(e.complaint))
}
