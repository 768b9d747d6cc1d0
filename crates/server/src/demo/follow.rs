//! Following the demo on the screen: how far linking has come, then each change, and one line that says how things
//! stand.

use std::time::{Duration, Instant};

use entente_engine::{Event, Status};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use super::home::Urls;
use super::{ITEM, tour};
use crate::countdown::Countdown;
use crate::screen::{Screen, harmless};
use crate::web::App;

/// How often the line that changes in place changes.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often linking says how far it has come where lines cannot change in place.
const SAY_EVERY: Duration = Duration::from_secs(5);

/// Follows until `stop`.
pub(crate) async fn follow(app: &App, screen: &Screen, urls: &Urls, stop: &CancellationToken) {
    let mut events = app.engine().events();
    tokio::select! {
        () = stop.cancelled() => {}
        () = async {
            linking(app, screen).await;
            invite(app, screen, urls).await;
            // What linking did was told in numbers.
            events = events.resubscribe();
            keeping(app, screen, &mut events).await;
        } => {}
    }
    screen.show("");
}

/// Tells how far the first look has come, until it is done.
#[expect(clippy::disallowed_methods, reason = "how long linking takes is told, never acted on")]
async fn linking(app: &App, screen: &Screen) {
    let began = Instant::now();
    let mut said = began;
    let mut countdown = Countdown::default();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        looks.tick().await;
        let Ok(status) = app.status().await else { continue };
        if is_settled(&status) {
            let seconds = began.elapsed().as_secs_f64();
            screen.show("");
            return print(screen, &format!("{} links, {seconds:.1} s after the start.\n", status.links));
        }
        let sentence = progress(&status, &mut countdown, Instant::now());
        screen.show(&sentence);
        if !screen.is_live() && said.elapsed() >= SAY_EVERY {
            said = Instant::now();
            screen.say(&sentence);
        }
    }
}

/// Whether the first look at both sides is over and nothing is left to do.
fn is_settled(status: &Status) -> bool {
    status.idle && status.waiting == 0 && status.connections.iter().all(|connection| connection.fresh_seconds.is_some())
}

fn progress(status: &Status, countdown: &mut Countdown, now: Instant) -> String {
    match status.backlog + status.in_flight {
        0 if status.links == 0 => "Reading both sides ..".to_owned(),
        left => {
            let pace = countdown.tell(left, now);
            format!("Linking: {} linked, {left} records to look at{pace}", status.links)
        }
    }
}

/// Shows two edits to try.
async fn invite(app: &App, screen: &Screen, urls: &Urls) {
    match app.store().links_of_item(ITEM, 0, 1).await {
        Ok(links) => {
            if let Some(link) = links.first() {
                print(screen, &tour::try_it(link, urls));
            }
        }
        Err(error) => tracing::warn!(%error, "Could not look for a link to show"),
    }
}

/// Tells each change, and how things stand.
async fn keeping(app: &App, screen: &Screen, events: &mut Receiver<Event>) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(event) => print(screen, &told(&event)),
                Err(RecvError::Lagged(n)) => print(screen, &format!("({n} more changes)")),
                Err(RecvError::Closed) => return,
            },
            _ = looks.tick() => if let Ok(status) = app.status().await {
                screen.show(&standing(&status));
            },
        }
    }
}

fn told(event: &Event) -> String {
    let text = harmless(&event.text);
    match event.ms {
        Some(ms) => format!("{text} ({ms} ms)"),
        None => text,
    }
}

fn standing(status: &Status) -> String {
    let waiting = status.backlog + status.in_flight + status.waiting;
    let Status { links, conflicts, parked, .. } = status;
    let parked = if *parked == 0 { String::new() } else { format!(" · {parked} parked") };
    format!("{links} links kept in agreement · {waiting} waiting · {conflicts} conflicts{parked}")
}

/// A demo goes on when nobody reads what it says.
fn print(screen: &Screen, text: &str) {
    drop(screen.result(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "any moment to count from")]
    fn the_lines_say_numbers_rate_and_time_left() {
        let mut countdown = Countdown::default();
        let begin = Instant::now();
        let mut tell =
            |status: &Status, seconds| progress(status, &mut countdown, begin + Duration::from_secs(seconds));
        assert_eq!(tell(&Status::default(), 0), "Reading both sides ..");
        let mut status = Status { backlog: 250, in_flight: 50, ..Status::default() };
        assert_eq!(tell(&status, 4), "Linking: 0 linked, 300 records to look at");
        (status.links, status.backlog) = (100, 150);
        assert_eq!(tell(&status, 8), "Linking: 100 linked, 200 records to look at (25 a second, 8 s left)");
        let mut status = Status { links: 312, ..Status::default() };
        assert_eq!(standing(&status), "312 links kept in agreement · 0 waiting · 0 conflicts");
        status.parked = 2;
        assert_eq!(standing(&status), "312 links kept in agreement · 0 waiting · 0 conflicts · 2 parked");
    }

    #[test]
    fn a_change_is_told_with_its_time() {
        let text = "OPS-7 summary -> Case 00001007 Subject".to_owned();
        let event = Event { at: String::new(), item: String::new(), text, ms: Some(84) };
        assert_eq!(told(&event), "OPS-7 summary -> Case 00001007 Subject (84 ms)");
    }
}
