//! What all pages have around their content.

use maud::{DOCTYPE, Markup, html};

/// A page. With `refresh_seconds` it comes again by itself, by script or, without scripts, by the browser.
pub(crate) fn page(title: &str, refresh_seconds: Option<u32>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" type="image/svg+xml" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/page.css";
                @if let Some(seconds) = refresh_seconds {
                    script src="/assets/refresh.js" data-every-seconds=(seconds) defer {}
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
            }
            body { (content) }
        }
    }
}
