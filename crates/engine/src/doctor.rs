//! What is missing in the org and the site, each by its own name, with what to do about it.

use crate::{report::Finding, wiring::Wiring};

/// Whether the configuration's names exist.
pub(crate) async fn names(wiring: &Wiring) -> Vec<Finding> {
    let mut findings = Vec::new();
    for wired in &wiring.items {
        let item = Some(wired.item.name.clone());
        let scheme = match wired.site.verify().await {
            Ok(()) => wired.scheme().await,
            Err(error) => Err(error),
        };
        match scheme {
            Ok(scheme) => {
                for (side, path, text) in scheme.unresolved() {
                    findings.push(Finding {
                        severity: "error",
                        code: "unknown-field",
                        message: format!("{side} field {path}: {text}"),
                        remedy: "check its name, or give the integration user the right to see it".to_owned(),
                        item: item.clone(),
                    });
                }
                for (_, _, text) in scheme.foreign() {
                    findings.push(Finding {
                        severity: "error",
                        code: "field-type",
                        message: text,
                        remedy: "map another field".to_owned(),
                        item: item.clone(),
                    });
                }
            }
            Err(error) => findings.push(Finding {
                severity: "error",
                code: "unusable-item",
                message: error.to_string(),
                remedy: "correct what is named, then run this again".to_owned(),
                item,
            }),
        }
    }
    findings
}

/// Everything that is missing, rights included.
pub(crate) async fn examine(wiring: &Wiring) -> Vec<Finding> {
    names(wiring).await
}
