//! How often something may be done. Nothing here waits: what comes too early is refused.
//!
//! Each count is one number, the time at which it will be back at rest (the generic cell rate algorithm).

use relata_app::Principal;
use relata_model::{Code, Error, Result};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A rate: one each so many microseconds, and this many at once.
#[derive(Clone, Copy, Debug)]
struct Rate {
    each: i64,
    burst: i64,
}

impl Rate {
    /// The time of rest after one more, or `None` when it is too early.
    fn take(self, rest: i64, now: i64) -> Option<i64> {
        let after = rest.max(now) + self.each;
        (after - now <= self.each * self.burst).then_some(after)
    }
}

const SECOND: i64 = 1_000_000;

/// Attempts at the password of one user, and from one address.
const OF_USER: Rate = Rate { each: 30 * SECOND, burst: 10 };
const OF_ADDRESS: Rate = Rate { each: 5 * SECOND, burst: 30 };

/// Counts of each kind. Strangers choose what is counted, so there are as many as there are: two that fall together share
/// one, which nobody can foresee without the seed.
const COUNTS: usize = 1 << 14;

/// Attempts to sign in.
pub(crate) struct Attempts {
    seed: [u8; 32],
    users: Box<[AtomicI64]>,
    addresses: Box<[AtomicI64]>,
}

impl Attempts {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        let counts = || (0..COUNTS).map(|_| AtomicI64::new(0)).collect();
        Self { seed, users: counts(), addresses: counts() }
    }

    fn counts(&self, user: &str, address: &str) -> [(Option<&AtomicI64>, Rate); 2] {
        [(self.of(&self.addresses, address), OF_ADDRESS), (self.of(&self.users, user), OF_USER)]
    }

    fn of<'c>(&self, counts: &'c [AtomicI64], key: &str) -> Option<&'c AtomicI64> {
        let mut hasher = DefaultHasher::new();
        (self.seed, key).hash(&mut hasher);
        counts.get(usize::try_from(hasher.finish() % COUNTS as u64).unwrap_or_default())
    }

    /// Counts an attempt, or refuses it: 1199997. `now` in microseconds.
    pub(crate) fn begin(&self, user: &str, address: &str, now: i64) -> Result<()> {
        for (count, rate) in self.counts(user, address) {
            let took =
                count.map(|it| it.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |rest| rate.take(rest, now)));
            if !matches!(took, Some(Ok(_))) {
                return Err(Error::new(Code::RateLimited));
            }
        }
        Ok(())
    }

    /// One that succeeded does not count.
    pub(crate) fn succeeded(&self, user: &str, address: &str) {
        for (count, rate) in self.counts(user, address) {
            count.map(|it| it.fetch_sub(rate.each, Ordering::Relaxed));
        }
    }
}

/// Most callers and endpoints that are counted at the same time.
const MOST: usize = 20_000;

/// Stands for all endpoints together.
const ALL: &str = "*";

/// A caller and an endpoint.
type Counted = (u64, &'static str);

/// How many requests a second each token (or each user without one) may send.
pub(crate) struct Rates {
    rates: HashMap<String, Rate>,
    counts: Mutex<HashMap<Counted, i64>>,
}

impl Rates {
    /// Rates by the names of endpoints, [`ALL`] for all together.
    pub(crate) fn new(rates: &[(String, u32)]) -> Self {
        let rate =
            |per_second: u32| Rate { each: SECOND / i64::from(per_second.max(1)), burst: i64::from(per_second.max(1)) };
        let rates = rates.iter().map(|(name, per_second)| (name.clone(), rate(*per_second))).collect();
        Self { rates, counts: Mutex::default() }
    }

    /// Counts a request, or refuses it: 1199997. `now` in microseconds.
    pub(crate) fn check(&self, caller: &Principal, endpoint: &'static str, now: i64) -> Result<()> {
        if self.rates.is_empty() {
            return Ok(());
        }
        let mut hasher = DefaultHasher::new();
        (caller.token, &caller.user, &caller.app).hash(&mut hasher);
        let caller = hasher.finish();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            // One at rest is as good as none.
            counts.retain(|_, rest| *rest > now);
            if counts.len() >= MOST {
                counts.clear();
            }
        }
        for name in [endpoint, ALL] {
            let Some(rate) = self.rates.get(name) else { continue };
            let rest = counts.entry((caller, name)).or_default();
            let Some(after) = rate.take(*rest, now) else {
                let hint = format!("{name} may be called {} times a second", rate.burst);
                return Err(Error::new(Code::RateLimited).hint(hint));
            };
            *rest = after;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, MOST, OF_ADDRESS, OF_USER, Rates, SECOND};
    use relata_app::Principal;

    #[test]
    fn attempts_at_a_user_are_few_and_come_back_with_time() {
        let attempts = Attempts::new([1; 32]);
        let many = |now| (0..100).filter(|at| attempts.begin("ann", &at.to_string(), now).is_ok()).count();
        assert_eq!(many(SECOND), usize::try_from(OF_USER.burst).unwrap());
        assert_eq!(many(31 * SECOND), 1);
        assert!(attempts.begin("bob", "x", SECOND).is_ok());
    }

    #[test]
    fn an_address_cannot_try_many_users_and_success_does_not_count() {
        let attempts = Attempts::new([1; 32]);
        for _ in 0..100 {
            attempts.begin("ann", "10.0.0.1", SECOND).unwrap();
            attempts.succeeded("ann", "10.0.0.1");
        }
        let tried = (0..100).filter(|user| attempts.begin(&format!("user{user}"), "10.0.0.1", SECOND).is_ok()).count();
        assert_eq!(tried, usize::try_from(OF_ADDRESS.burst).unwrap());
    }

    #[test]
    fn each_caller_has_a_rate_for_each_endpoint_and_one_for_all() {
        let rates = Rates::new(&[("a".to_owned(), 2), ("*".to_owned(), 3)]);
        let caller = |token| Principal { token, ..Principal::default() };
        let count = |token, name, now| (0..9).filter(|_| rates.check(&caller(token), name, now).is_ok()).count();
        assert_eq!(count(1, "a", 0), 2);
        assert_eq!(count(1, "b", 0), 1);
        assert_eq!(count(2, "b", 0), 3);
        assert_eq!(count(1, "a", SECOND / 2), 1);
        assert_eq!(Rates::new(&[]).check(&caller(1), "a", 0), Ok(()));
    }

    #[test]
    fn counts_are_bounded() {
        let rates = Rates::new(&[("a".to_owned(), 1)]);
        for token in 0..2 * i64::try_from(MOST).unwrap() {
            let _ = rates.check(&Principal { token, ..Principal::default() }, "a", 0);
        }
        assert!(rates.counts.lock().unwrap().len() <= MOST);
    }
}
