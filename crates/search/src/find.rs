//! Finds entries in what was committed. Each part of the index answers by sets of its documents, one for each condition; the
//! columns of models and ids then say which they are.

use crate::terms::{self, Family, Wanted};
use crate::{Fields, failed};
use relata_model::Result;
use relata_model::search::{Ask, Condition, Found, Hit, Query, Rank, View};
use std::collections::{BinaryHeap, HashSet};
use std::net::IpAddr;
use tantivy::columnar::ColumnValues;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, TantivyError};

/// A commit.
pub(crate) struct Committed {
    searcher: Searcher,
    fields: Fields,
    mark: String,
}

impl Committed {
    pub(crate) fn new(searcher: Searcher, fields: Fields, mark: String) -> Self {
        Self { searcher, fields, mark }
    }
}

impl View for Committed {
    fn mark(&self) -> &str {
        &self.mark
    }

    fn find(&self, ask: &Ask<'_>) -> Result<Found> {
        let mut finding = Finding::new(ask);
        for part in self.searcher.segment_readers() {
            finding.look(part, self.fields).map_err(failed)?;
        }
        Ok(finding.found())
    }
}

/// Documents of one part.
struct Set(Vec<u64>);

impl Set {
    fn empty(documents: u32) -> Self {
        Self(vec![0; documents as usize / 64 + 1])
    }

    fn insert(&mut self, document: u32) {
        if let Some(word) = self.0.get_mut(document as usize / 64) {
            *word |= 1 << (document % 64);
        }
    }

    fn has(&self, document: u32) -> bool {
        self.0.get(document as usize / 64).is_some_and(|word| word & (1 << (document % 64)) != 0)
    }

    fn keep(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word &= other);
    }

    fn each(&self, mut found: impl FnMut(u32)) {
        for (base, word) in (0..).step_by(64).zip(&self.0) {
            let mut left = *word;
            while left != 0 {
                found(base + left.trailing_zeros());
                left &= left - 1;
            }
        }
    }
}

/// What is found so far.
struct Finding<'a> {
    ask: &'a Ask<'a>,
    /// What is left out, by the place of the model.
    except: Vec<HashSet<i64>>,
    found: Found,
    /// The first ones, the last of them on top.
    first: BinaryHeap<Hit>,
}

impl<'a> Finding<'a> {
    fn new(ask: &'a Ask<'a>) -> Self {
        let mut except = vec![HashSet::new(); ask.models.len()];
        for (model, id) in ask.except {
            if let Ok(place) = ask.models.binary_search(&model.as_str())
                && let Some(ids) = except.get_mut(place)
            {
                ids.insert(*id);
            }
        }
        let found = Found { counts: vec![0; ask.models.len()], ..Found::default() };
        Self { ask, except, found, first: BinaryHeap::new() }
    }

    fn found(mut self) -> Found {
        self.found.hits = self.first.into_sorted_vec();
        self.found
    }

    fn look(&mut self, part: &SegmentReader, fields: Fields) -> Result<(), TantivyError> {
        let Some(models) = part.fast_fields().str("model")? else { return Ok(()) };
        let mut places = Vec::with_capacity(models.num_terms());
        let mut name = String::new();
        for number in 0..models.num_terms() as u64 {
            name.clear();
            models.ord_to_str(number, &mut name)?;
            let place = self.ask.models.binary_search(&name.as_str());
            places.push(place.ok().filter(|place| self.ask.counted.contains(place)));
        }
        let numbers = models.ords().clone().first_or_default_col(0);
        let ids = part.fast_fields().i64("id")?.first_or_default_col(0);
        let index = part.inverted_index(fields.terms)?;
        let whose = |document: u32| {
            let place = usize::try_from(numbers.get_val(document)).ok().and_then(|number| *places.get(number)?);
            Some((place?, ids.get_val(document)))
        };
        let sets = Sets { part, index: &index };
        let query = self.ask.query;
        if query.addresses.is_empty() {
            let Some(found) = sets.all(Family::Value, &query.conditions)? else { return Ok(()) };
            let ranks = Ranks::of(&sets, query)?;
            found.each(|document| {
                if let Some((place, id)) = whose(document).filter(|it| self.is_wanted(part, document, *it)) {
                    self.note(Hit { rank: ranks.of_document(document), model: place, id });
                }
            });
            return Ok(());
        }
        let mut found = Set::empty(part.max_doc());
        for address in &query.addresses {
            self.look_for_address(&sets, *address, &whose, &mut found)?;
        }
        found.each(|document| {
            if let Some((place, id)) = whose(document) {
                self.note(Hit { rank: Rank::InValues, model: place, id });
            }
        });
        Ok(())
    }

    fn look_for_address(
        &mut self,
        sets: &Sets<'_>,
        address: IpAddr,
        whose: &impl Fn(u32) -> Option<(usize, i64)>,
        found: &mut Set,
    ) -> Result<(), TantivyError> {
        let mut known = false;
        sets.each(&Wanted::One(terms::address(address)), |document| {
            if whose(document).is_some_and(|it| self.is_wanted(sets.part, document, it)) {
                known = true;
                found.insert(document);
            }
        })?;
        if known {
            self.found.known.insert(address);
        }
        Ok(())
    }

    fn is_wanted(&self, part: &SegmentReader, document: u32, (place, id): (usize, i64)) -> bool {
        part.alive_bitset().is_none_or(|alive| alive.is_alive(document))
            && self.except.get(place).is_some_and(|except| except.is_empty() || !except.contains(&id))
    }

    fn note(&mut self, hit: Hit) {
        if let Some(count) = self.found.counts.get_mut(hit.model) {
            *count += 1;
        }
        if !self.ask.told.contains(&hit.model) || self.ask.after.is_some_and(|after| hit <= after) {
            return;
        }
        if self.first.len() < self.ask.limit {
            self.first.push(hit);
        } else if let Some(mut last) = self.first.peek_mut().filter(|last| hit < **last) {
            *last = hit;
        }
    }
}

/// Asks one part.
struct Sets<'a> {
    part: &'a SegmentReader,
    index: &'a InvertedIndexReader,
}

impl Sets<'_> {
    /// The documents in which all conditions hold; `None` where there is no condition.
    fn all(&self, family: Family, conditions: &[Condition]) -> Result<Option<Set>, TantivyError> {
        let mut all: Option<Set> = None;
        for condition in conditions {
            let set = self.set(&terms::wanted(family, condition))?;
            match &mut all {
                Some(all) => all.keep(&set),
                None => all = Some(set),
            }
        }
        Ok(all)
    }

    fn set(&self, wanted: &Wanted) -> Result<Set, TantivyError> {
        let mut set = Set::empty(self.part.max_doc());
        self.each(wanted, |document| set.insert(document))?;
        Ok(set)
    }

    /// Calls with each document of the terms, with some perhaps more than once.
    fn each(&self, wanted: &Wanted, mut found: impl FnMut(u32)) -> Result<(), TantivyError> {
        let mut read = |info: &tantivy::postings::TermInfo| {
            let mut list = self.index.read_postings_from_terminfo(info, IndexRecordOption::Basic)?;
            while list.doc() != TERMINATED {
                found(list.doc());
                list.advance();
            }
            Ok::<(), TantivyError>(())
        };
        match wanted {
            Wanted::One(term) => self.index.terms().get(term)?.iter().try_for_each(read),
            Wanted::Begin(begin) => {
                // No byte of a text is as large as this one.
                let end = [begin.as_bytes(), &[u8::MAX]].concat();
                let mut terms = self.index.terms().range().ge(begin).lt(end).into_stream()?;
                while terms.advance() {
                    read(terms.value())?;
                }
                Ok(())
            }
        }
    }
}

/// The documents of the better ranks, each without regard to whether all is found.
struct Ranks {
    same: Set,
    begins: Set,
    in_name: Option<Set>,
}

impl Ranks {
    fn of(sets: &Sets<'_>, query: &Query) -> Result<Self, TantivyError> {
        Ok(Self {
            same: sets.set(&terms::whole(&query.whole))?,
            begins: sets.set(&terms::begins(Family::Begin, &query.whole))?,
            in_name: sets.all(Family::Name, &query.conditions)?,
        })
    }

    fn of_document(&self, document: u32) -> Rank {
        if self.same.has(document) {
            Rank::Same
        } else if self.begins.has(document) {
            Rank::NameBegins
        } else if self.in_name.as_ref().is_some_and(|set| set.has(document)) {
            Rank::InName
        } else {
            Rank::InValues
        }
    }
}
