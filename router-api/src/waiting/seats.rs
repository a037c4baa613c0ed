//! Places that callers hold for a while, so many for each holder and so many in all.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use settlement::ids::{ProfileId, TokenId};

/// Who holds a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Holder {
    Profile(ProfileId),
    Token(TokenId),
}

/// Why there is no place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// This holder has as many as it may.
    Of(Holder),
    /// All are taken.
    All,
}

/// Places, counted. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Seats(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    most: usize,
    /// What the gauge of the places that are taken is called.
    gauge: &'static str,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: HashMap<Holder, usize>,
}

/// A place; free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    seats: Seats,
    holders: Vec<Holder>,
}

impl Seats {
    /// At most so many places, and what their gauge is called.
    pub(super) fn new(most: usize, gauge: &'static str) -> Self {
        Self(Arc::new(Inner { most, gauge, taken: Mutex::default() }))
    }

    /// A place that counts for each of these holders, who have at most so many.
    ///
    /// # Errors
    /// When one of them, or everybody together, has as many as there may be.
    pub(super) fn take<const N: usize>(&self, holders: [(Holder, usize); N]) -> Result<Seat, Full> {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((holder, _)) = holders.iter().find(|(holder, most)| taken.of.get(holder).is_some_and(|has| has >= most)) {
            return Err(Full::Of(holder.clone()));
        }
        if taken.all >= self.0.most {
            return Err(Full::All);
        }
        taken.all += 1;
        let holders: Vec<Holder> = holders.into_iter().map(|(holder, _)| holder).collect();
        for holder in &holders {
            *taken.of.entry(holder.clone()).or_default() += 1;
        }
        metrics::gauge!(self.0.gauge).increment(1);
        Ok(Seat { seats: self.clone(), holders })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        for holder in self.holders.drain(..) {
            if let Entry::Occupied(mut count) = taken.of.entry(holder) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
        metrics::gauge!(self.seats.0.gauge).decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use settlement::IdSource;

    use super::*;
    use crate::testing::FixedIds;

    #[test]
    fn places_are_bounded_for_each_holder_and_in_all_and_one_that_is_left_is_free() {
        let (seats, ids) = (Seats::new(5, "test_seats"), FixedIds::default());
        let profile = || Holder::Profile(ProfileId::new(ids.ulid()));
        let token = || Holder::Token(TokenId::new(ids.ulid()));
        let (one, mine) = (profile(), token());
        let mut taken: Vec<Seat> = (0..2).map(|_| seats.take([(mine.clone(), 2), (one.clone(), 3)]).unwrap()).collect();
        assert_eq!(seats.take([(mine.clone(), 2), (one.clone(), 3)]).unwrap_err(), Full::Of(mine.clone()));
        taken.push(seats.take([(token(), 2), (one.clone(), 3)]).unwrap());
        assert_eq!(seats.take([(token(), 2), (one.clone(), 3)]).unwrap_err(), Full::Of(one.clone()), "whatever its token");
        taken.extend((0..2).map(|_| seats.take([(profile(), 3)]).unwrap()));
        assert_eq!(seats.take([(profile(), 3)]).unwrap_err(), Full::All);
        taken.remove(0);
        let again = seats.take([(mine, 2), (one, 3)]).unwrap();
        drop((again, taken));
        let left = seats.0.taken.lock().unwrap();
        assert!(left.all == 0 && left.of.is_empty(), "nothing is kept of holders that are gone");
    }
}
