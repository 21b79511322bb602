//! Dates, identifiers and addresses of other crates, behind features; addresses of `std` always.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::field_types::harness::of;

#[test]
fn addresses_and_durations_of_std() {
    of::<Ipv4Addr>("IPv4 address")
        .noted("an IPv4 address, such as 192.0.2.1")
        .values([Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST])
        .spelled("`10.0.0.1`.", Ipv4Addr::new(10, 0, 0, 1))
        .check();
    of::<Ipv6Addr>("IPv6 address")
        .noted("an IPv6 address, such as 2001:db8::1")
        .values([Ipv6Addr::LOCALHOST, Ipv6Addr::UNSPECIFIED])
        .spelled("**::2**", Ipv6Addr::from(2))
        .check();
    of::<IpAddr>("IP address")
        .noted("an IP address, such as 192.0.2.1 or 2001:db8::1")
        .values([IpAddr::from([1, 2, 3, 4]), IpAddr::from(Ipv6Addr::LOCALHOST)])
        .spelled("“::1”", IpAddr::from(Ipv6Addr::LOCALHOST))
        .check();
    of::<Duration>("Duration")
        .json()
        .values([Duration::ZERO, Duration::MAX])
        .spelled("{'secs': 1, 'nanos': 500000000}", Duration::from_millis(1500))
        .check();
}

#[cfg(feature = "chrono")]
mod with_chrono {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};

    use crate::field_types::harness::of;

    fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    #[test]
    fn dates_and_times() {
        of::<NaiveDate>("date")
            .noted("a date, such as 2024-01-31")
            .values([read("2024-02-29"), NaiveDate::MIN, NaiveDate::MAX])
            .spelled("**2024-1-5**", read("2024-01-05"))
            .check();
        of::<NaiveTime>("time")
            .noted("a time of day, such as 13:45:00")
            .values([NaiveTime::MIN, read("23:59:59.999999999")])
            .spelled("10:30", read("10:30:00"))
            .check();
        of::<NaiveDateTime>("date and time")
            .noted("a date and time without a zone, such as 2024-01-31T13:45:00")
            .values([read("2024-01-05T10:00:00.5"), NaiveDateTime::MIN, NaiveDateTime::MAX])
            .spelled("2024-01-05 10:00", read("2024-01-05T10:00:00"))
            .check();
        of::<DateTime<Utc>>("date and time")
            .noted("a date and time with its zone, such as 2024-01-31T13:45:00Z")
            .values([
                read("2024-01-05T10:00:00Z"),
                DateTime::<Utc>::MIN_UTC,
                DateTime::<Utc>::MAX_UTC,
            ])
            .spelled("2024-01-05 10:00:00 UTC", read("2024-01-05T10:00:00Z"))
            .spelled("`2024-01-05t12:00+02`.", read("2024-01-05T10:00:00Z"))
            .check();
        of::<DateTime<FixedOffset>>("date and time")
            .noted("a date and time with its zone, such as 2024-01-31T13:45:00Z")
            .values([read("2024-01-05T10:00:00-08:00")])
            .spelled("2024-01-05 10:00:00 -0800", read("2024-01-05T10:00:00-08:00"))
            .check();
    }

    #[test]
    fn parts_of_other_types() {
        of::<Option<NaiveDate>>("optional date")
            .noted("a date, such as 2024-01-31, or None")
            .values([None, Some(read("2024-01-05"))])
            .spelled("N/A", None)
            .check();
        of::<Vec<DateTime<Utc>>>("list of date and time")
            .json()
            .values([vec![read("2024-01-05T10:00:00Z")]])
            .spelled(
                "- 2024-01-05 10:00:00Z\n- 2024-01-06T00:00:00Z",
                vec![read("2024-01-05T10:00:00Z"), read("2024-01-06T00:00:00Z")],
            )
            .check();
        of::<Weekday>("one of: Mon; Tue; Wed; Thu; Fri; Sat; Sun")
            .noted("one of, exactly as written: Mon; Tue; Wed; Thu; Fri; Sat; Sun")
            .values([Weekday::Mon])
            .spelled("**sun**", Weekday::Sun)
            .check();
    }
}

#[cfg(feature = "jiff")]
mod with_jiff {
    use jiff::civil::{Date, DateTime, Time};
    use jiff::{SignedDuration, Timestamp, Zoned};

    use crate::field_types::harness::of;

    fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    #[test]
    fn dates_and_times() {
        of::<Date>("date")
            .noted("a date, such as 2024-01-31")
            .values([read("2024-02-29"), Date::MIN, Date::MAX])
            .spelled("`2024-01-05`", read("2024-01-05"))
            .check();
        of::<Time>("time")
            .noted("a time of day, such as 13:45:00")
            .values([Time::MIN, Time::MAX])
            .spelled("10:30", read("10:30"))
            .check();
        of::<DateTime>("date and time")
            .noted("a date and time without a zone, such as 2024-01-31T13:45:00")
            .values([DateTime::MIN, DateTime::MAX])
            .spelled("2024-01-05 10:00:00", read("2024-01-05T10:00:00"))
            .check();
        of::<Timestamp>("date and time")
            .noted("a date and time with its zone, such as 2024-01-31T13:45:00Z")
            .values([Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX])
            .spelled("2024-01-05 10:00Z", read("2024-01-05T10:00:00Z"))
            .check();
        let zoned: Zoned = read("2024-01-05T10:00:00+02:00[+02:00]");
        of::<Zoned>("date and time")
            .noted(
                "a date and time with the name of its zone, such as \
                 2024-01-31T13:45:00+01:00[Europe/Paris]",
            )
            .values([zoned.clone()])
            .spelled("2024-01-05 10:00+0200[+02:00]", zoned)
            .check();
    }

    #[test]
    fn durations() {
        of::<SignedDuration>("duration")
            .noted("a duration in ISO 8601, such as P1DT2H30M")
            .values([SignedDuration::MIN, SignedDuration::ZERO, SignedDuration::from_millis(1500)])
            .spelled("**pt2h30m**", SignedDuration::from_mins(150))
            .check();
    }
}

#[cfg(feature = "uuid")]
#[test]
fn uuids() {
    use uuid::Uuid;

    let id = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
    of::<Uuid>("UUID")
        .noted("a UUID, such as 67e55044-10b1-426f-9247-bb680e5fe0c8")
        .values([Uuid::nil(), Uuid::max(), id])
        .spelled("{67E55044-10B1-426F-9247-BB680E5FE0C8}", id)
        .spelled("urn:uuid:67e55044-10b1-426f-9247-bb680e5fe0c8", id)
        .check();
    of::<std::collections::BTreeMap<Uuid, u8>>("map from text to integer")
        .json()
        .values([[(id, 1)].into()])
        .spelled("{'67e55044-10b1-426f-9247-bb680e5fe0c8': 2}", [(id, 2)].into())
        .check();
}

#[cfg(feature = "url")]
#[test]
fn urls() {
    use url::Url;

    let url = |text: &str| Url::parse(text).unwrap();
    of::<Url>("URI")
        .noted("an absolute URI, such as https://example.org/page")
        .values([url("https://example.org/a?b=c#d"), url("mailto:ada@example.org")])
        .spelled("<https://example.org/x>", url("https://example.org/x"))
        .spelled("**https://example.org**", url("https://example.org"))
        .check();
    of::<Vec<Url>>("list of URI")
        .json()
        .values([vec![url("https://example.org/a,b"), url("urn:x:y")]])
        .spelled(
            "* https://example.org/\n* https://example.com/",
            vec![url("https://example.org/"), url("https://example.com/")],
        )
        .check();
}
