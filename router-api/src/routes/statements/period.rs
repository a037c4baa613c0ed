//! From when to when: instants, or whole days in UTC.

use settlement::Timestamp;
use store::Period;

use crate::problem::{Code, Problem};

/// The period between two texts: instants (RFC 3339), or days that stand for their beginning in UTC. Without a beginning it is everything before its end, without
/// an end everything up to now.
///
/// # Errors
/// 400 when a text is neither, or the period is empty.
pub(super) fn parse(from: Option<&str>, to: Option<&str>, now: Timestamp) -> Result<Period, Problem> {
    let from = from.map(|text| instant("from", text)).transpose()?;
    let to = to.map(|text| instant("to", text)).transpose()?;
    // Up to now is with what was booked in this very millisecond.
    let period = Period { from: from.unwrap_or(Timestamp::from_millis(0)), until: to.unwrap_or(Timestamp::from_millis(now.as_millis().saturating_add(1))) };
    if period.from >= period.until {
        return Err(Problem::new(Code::MalformedRequest, "query: from must be before to, which is the first instant that is not part of the statement"));
    }
    Ok(period)
}

fn instant(name: &str, text: &str) -> Result<Timestamp, Problem> {
    let is_day = text.len() == "2026-01-31".len();
    let parsed = if is_day { Timestamp::parse(&format!("{text}T00:00:00Z")) } else { Timestamp::parse(text) };
    parsed.ok_or_else(|| {
        Problem::new(
            Code::MalformedRequest,
            format!("query: {name} must be a day like 2026-01-31 (its beginning in UTC) or an instant like 2026-01-31T12:00:00Z"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-03-15T12:00:00.000Z";

    fn read(from: Option<&str>, to: Option<&str>) -> Result<String, Code> {
        let period = parse(from, to, Timestamp::parse(NOW).unwrap()).map_err(|problem| problem.code())?;
        Ok(format!("{} {}", period.from, period.until))
    }

    #[test]
    fn k05_days_begin_in_utc_whatever_clocks_people_have() {
        assert_eq!(read(Some("2026-02-01"), Some("2026-03-01")).unwrap(), "2026-02-01T00:00:00.000Z 2026-03-01T00:00:00.000Z");
        assert_eq!(read(Some("2024-02-29"), Some("2024-03-01")).unwrap(), "2024-02-29T00:00:00.000Z 2024-03-01T00:00:00.000Z");
        // The night in which European clocks go forward: a day like every other.
        assert_eq!(read(Some("2026-03-29T00:00:00+01:00"), Some("2026-03-30T00:00:00+02:00")).unwrap(), "2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z");
        assert_eq!(read(None, None).unwrap(), "1970-01-01T00:00:00.000Z 2026-03-15T12:00:00.001Z");
    }

    #[test]
    fn k05_a_leap_second_is_read_as_the_one_before_it() {
        assert_eq!(read(Some("2016-12-31T23:59:60Z"), Some("2017-01-01")).unwrap(), "2016-12-31T23:59:59.000Z 2017-01-01T00:00:00.000Z");
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for (from, to) in [
            (Some("2026-02-30"), None),
            (Some("2023-02-29"), None),
            (Some("2026-1-1"), None),
            (Some("yesterday"), None),
            (Some("20260131"), None),
            (None, Some("")),
            (Some("2026-02-01"), Some("2026-02-01")),
            (Some("2026-02-02"), Some("2026-02-01")),
            (Some("2027-01-01"), None),
        ] {
            assert_eq!(read(from, to), Err(Code::MalformedRequest), "{from:?} {to:?}");
        }
    }
}
