//! How much one address or one project's owner may ask for. Counted in this process's memory, so that the database is not
//! asked; several processes allow as many times as much.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _, clock::DefaultClock};

use crate::{config::Config, error::AppError};

const DAY: Duration = Duration::from_secs(24 * 3600);
const KIB: u64 = 1024;

/// Counters of who has asked for what.
pub struct Limits {
    requests: DefaultKeyedRateLimiter<IpAddr>,
    owners: DefaultKeyedRateLimiter<String>,
    projects: DefaultKeyedRateLimiter<IpAddr>,
    uploaded_kib: DefaultKeyedRateLimiter<IpAddr>,
    logins: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// As the operator chose.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let rate = Quota::per_second(some(config.rate_per_second)).allow_burst(some(config.rate_burst));
        Self {
            requests: RateLimiter::keyed(rate),
            owners: RateLimiter::keyed(rate),
            projects: RateLimiter::keyed(a_day(config.quota_projects)),
            uploaded_kib: RateLimiter::keyed(a_day(config.quota_upload_mb.saturating_mul(1000))),
            logins: RateLimiter::keyed(Quota::per_minute(some(config.logins_per_minute))),
        }
    }

    /// One more request from an address.
    ///
    /// # Errors
    /// A refusal that says when to come again.
    pub fn request(&self, address: IpAddr) -> Result<(), AppError> {
        check(&self.requests, &network(address), 1, "too_many_requests", "These are too many requests")
    }

    /// One more change of a project.
    ///
    /// # Errors
    /// A refusal that says when to come again.
    pub fn owner(&self, id: &str) -> Result<(), AppError> {
        check(&self.owners, &id.to_owned(), 1, "too_many_requests", "These are too many requests")
    }

    /// One more project from an address.
    ///
    /// # Errors
    /// A refusal that says when to come again.
    pub fn project(&self, address: IpAddr) -> Result<(), AppError> {
        check(&self.projects, &network(address), 1, "quota_exceeded", "These are too many new albums for one day")
    }

    /// So many more bytes uploaded from an address.
    ///
    /// # Errors
    /// A refusal that says when to come again.
    pub fn upload(&self, address: IpAddr, bytes: u64) -> Result<(), AppError> {
        let kib = u32::try_from(bytes.div_ceil(KIB)).unwrap_or(u32::MAX);
        check(&self.uploaded_kib, &network(address), kib, "quota_exceeded", "This is too much to upload in one day")
    }

    /// One more try from an address to get in, or to have a mail sent.
    ///
    /// # Errors
    /// A refusal that says when to come again.
    pub fn login(&self, address: IpAddr) -> Result<(), AppError> {
        check(&self.logins, &network(address), 1, "too_many_requests", "These are too many tries")
    }

    /// Forgets whoever has been quiet, so that memory stays bounded.
    pub fn forget_quiet(&self) {
        self.requests.retain_recent();
        self.owners.retain_recent();
        self.projects.retain_recent();
        self.uploaded_kib.retain_recent();
        self.logins.retain_recent();
    }
}

fn some(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

/// So many at once, coming back evenly over a day.
fn a_day(number: u32) -> Quota {
    let number = some(number);
    Quota::with_period(DAY / number.get()).unwrap_or(Quota::per_second(number)).allow_burst(number)
}

/// An IPv6 customer has a whole network of 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

fn check<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    number: u32,
    code: &str,
    what: &str,
) -> Result<(), AppError> {
    let Some(number) = NonZeroU32::new(number) else { return Ok(()) };
    let wait = match limiter.check_key_n(key, number) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(until)) => until.wait_time_from(DefaultClock::default().now()),
        Err(_) => DAY,
    };
    Err(AppError::too_many(code, what, wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        let mut config = Config::in_folder("x".into());
        (config.rate_per_second, config.rate_burst, config.quota_upload_mb) = (1, 3, 1);
        Limits::new(&config)
    }

    #[test]
    fn an_address_is_refused_after_its_burst_and_others_are_not() {
        let limits = limits();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert!((0..3).all(|_| limits.request(one).is_ok()));
        assert!(limits.request(one).is_err());
        assert!(limits.request(other).is_ok());
    }

    #[test]
    fn an_ipv6_network_counts_as_one() {
        let limits = limits();
        let address = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
        assert!((0..3).all(|last| limits.request(address(last)).is_ok()));
        assert!(limits.request(address(9)).is_err());
        assert!(limits.request(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1])).is_ok());
    }

    #[test]
    fn uploads_are_counted_by_size() {
        let limits = limits();
        let address = IpAddr::from([192, 0, 2, 1]);
        assert!(limits.upload(address, 600_000).is_ok());
        assert!(limits.upload(address, 600_000).is_err());
        assert!(limits.upload(address, 100_000).is_ok());
        assert!(limits.upload(address, 10 << 30).is_err(), "more than a whole day's");
    }
}
