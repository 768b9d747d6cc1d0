//! Points in time as JQL writes them: literals of a minute or a day in the asker's zone, periods from now, epoch milliseconds.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

use super::Asker;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// A moment and how long it is: a literal means a whole minute or day, an epoch exactly one millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) start: i64,
    pub(crate) length: i64,
}

/// Reads a literal; `None` if it is none.
pub(crate) fn read(text: &str, asker: &Asker<'_>) -> Option<Moment> {
    let text = text.trim();
    if let Ok(ms) = text.parse::<i64>() {
        return Some(Moment { start: ms, length: 1 });
    }
    if let Some(ms) = period(text) {
        return Some(Moment { start: asker.now + ms, length: MINUTE_MS });
    }
    civil(text, &asker.zone)
}

/// `yyyy/MM/dd HH:mm`, `yyyy-MM-dd HH:mm` and both without the time. There are no seconds: that is the minute floor.
fn civil(text: &str, zone: &TimeZone) -> Option<Moment> {
    let dashed = text.replace('/', "-");
    let (day, time) = dashed.split_once(' ').map_or((dashed.as_str(), None), |(day, time)| (day, Some(time.trim())));
    let mut parts = day.split('-').map(|part| part.parse::<i16>().ok());
    let (year, month, date) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let (hour, minute) = match time {
        None => (0, 0),
        Some(time) => {
            let (hour, minute) = time.split_once(':')?;
            (hour.parse().ok()?, minute.parse().ok()?)
        }
    };
    let at = DateTime::new(year, i8::try_from(month).ok()?, i8::try_from(date).ok()?, hour, minute, 0, 0).ok()?;
    let start = at.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond();
    Some(Moment { start, length: if time.is_some() { MINUTE_MS } else { DAY_MS } })
}

/// `-15m`, `2h`, `4w 2d`: milliseconds from now.
fn period(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0i64;
    for word in rest.split_whitespace() {
        let (at, unit) = word.char_indices().next_back()?;
        let size = match unit {
            'w' => 7 * DAY_MS,
            'd' => DAY_MS,
            'h' => 60 * MINUTE_MS,
            'm' => MINUTE_MS,
            _ => return None,
        };
        total = total.checked_add(word[..at].parse::<i64>().ok()?.checked_mul(size)?)?;
    }
    (!rest.trim().is_empty()).then_some(sign * total)
}

/// `now()`, `startOfDay()`, `endOfMonth("-1M")`, ...
pub(crate) fn function(name: &str, arguments: &[String], asker: &Asker<'_>) -> Option<Moment> {
    let lower = name.to_lowercase();
    if lower == "now" {
        return Some(Moment { start: asker.now, length: 1 });
    }
    let (end, unit) = match lower.strip_prefix("startof") {
        Some(unit) => (false, unit),
        None => (true, lower.strip_prefix("endof")?),
    };
    let now = jiff::Timestamp::from_millisecond(asker.now).ok()?.to_zoned(asker.zone.clone());
    let today = now.start_of_day().ok()?;
    let start = match unit {
        "day" => today,
        "week" => today.checked_sub(i64::from(today.weekday().to_sunday_zero_offset()).days()).ok()?,
        "month" => today.first_of_month().ok()?,
        "year" => today.first_of_year().ok()?,
        _ => return None,
    };
    let step = |n: i64| -> Option<Span> {
        Some(match unit {
            "day" => n.days(),
            "week" => n.weeks(),
            "month" => n.months(),
            _ => n.years(),
        })
    };
    let shift =
        arguments.first().and_then(|a| a.trim_end_matches(char::is_alphabetic).parse::<i64>().ok()).unwrap_or(0);
    let at = start.checked_add(step(shift + i64::from(end))?).ok()?.timestamp().as_millisecond();
    Some(Moment { start: at - i64::from(end), length: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jira::time;

    #[test]
    fn literals_are_read_in_the_askers_zone() {
        let now = time::parse("2026-02-10T12:34:56.000+0000").unwrap();
        let asker = |zone: &str| Asker { account: None, zone: time::zone(zone), now };
        let at = |text: &str, zone: &str| read(text, &asker(zone)).map(|m| time::show(m.start, &TimeZone::UTC));
        assert_eq!(at("2026/01/31 14:05", "Etc/UTC").as_deref(), Some("2026-01-31T14:05:00.000+0000"));
        assert_eq!(at("2026-01-31 14:05", "America/New_York").as_deref(), Some("2026-01-31T19:05:00.000+0000"));
        assert_eq!(at("2026-01-31", "Asia/Tokyo").as_deref(), Some("2026-01-30T15:00:00.000+0000"));
        assert_eq!(at("-15m", "Etc/UTC").as_deref(), Some("2026-02-10T12:19:56.000+0000"));
        assert_eq!(at("1732877091000", "Asia/Tokyo").as_deref(), Some("2024-11-29T10:44:51.000+0000"));
        assert_eq!(at("2026-01-31T14:05:00Z", "Etc/UTC"), None);
        assert_eq!(at("yesterday", "Etc/UTC"), None);
        let day =
            function("startOfDay", &["-1d".into()], &asker("Asia/Tokyo")).map(|m| time::show(m.start, &TimeZone::UTC));
        assert_eq!(day.as_deref(), Some("2026-02-08T15:00:00.000+0000"));
    }
}
