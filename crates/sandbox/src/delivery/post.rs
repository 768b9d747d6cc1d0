//! Posts what is due over HTTP, several at a time.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio_util::sync::CancellationToken;

use super::Delivery;
use crate::control::Control;

/// Posts under way at once, per side.
const IN_FLIGHT_MAX: usize = 16;

/// Delivers until `stop`.
pub(crate) async fn run(control: Arc<Control>, client: reqwest::Client, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = control.outbox().due() => {}
        }
        let due = futures_util::stream::iter(control.outbox().take_due());
        let round = due.for_each_concurrent(IN_FLIGHT_MAX, async |delivery| {
            let (delivery, accepted) = post(&client, delivery).await;
            control.outbox().settle(delivery, accepted);
        });
        tokio::select! {
            () = stop.cancelled() => return,
            () = round => {}
        }
    }
}

async fn post(client: &reqwest::Client, delivery: Delivery) -> (Delivery, bool) {
    let mut request = client.post(&delivery.url).timeout(Duration::from_millis(delivery.policy.timeout_ms));
    for (name, value) in delivery.headers() {
        request = request.header(name, value);
    }
    let answered = async {
        let response = request.body(delivery.body.clone()).send().await?;
        let status = response.status().as_u16();
        Ok::<_, reqwest::Error>((status, response.bytes().await?))
    };
    match answered.await {
        Ok((status, body)) => {
            let accepted = delivery.is_accepted(status, &body);
            tracing::debug!(url = %delivery.url, status, accepted, "Delivered to {}", delivery.url);
            if accepted { (delivery, true) } else { (delivery.after_no(status), false) }
        }
        Err(error) => {
            tracing::debug!(url = %delivery.url, %error, "Could not deliver to {}", delivery.url);
            (delivery, false)
        }
    }
}
