//! How many links an end may have, and the decision about a batch of pairs.
//!
//! Pure: the facts come from the store in one call, the verdicts go back in order. Earlier items of a batch count for later
//! ones (associations.md §4.3).

use crate::store::LinkFacts;
use std::collections::HashSet;

/// How many links an instance may have in an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// A source has at most one target, a target at most one source.
    OneToOne,
    /// A target has at most one source.
    OneToMany,
    /// No limit.
    ManyToMany,
}

impl Mapping {
    /// Reads the wire form. Anything unknown behaves as n:n (models.md §10).
    pub fn from_wire(text: &str) -> Self {
        match text {
            "1:1" => Self::OneToOne,
            "1:n" => Self::OneToMany,
            _ => Self::ManyToMany,
        }
    }

    /// True when a source may have one link only.
    pub fn one_per_source(self) -> bool {
        self == Self::OneToOne
    }

    /// True when a target may have one link only.
    pub fn one_per_target(self) -> bool {
        self != Self::ManyToMany
    }
}

/// Why a link is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The source instance does not exist.
    NoSource,
    /// The target instance does not exist.
    NoTarget,
    /// This source and target are linked under this association already.
    Linked,
    /// 1:1 and an end is taken.
    EndTaken,
    /// 1:n and the target has a source.
    TargetTaken,
}

/// Decides each pair in order: duplicate, source, target, mapping, as associations.md §4.3 a–f. `facts` holds one entry a
/// pair. Returns one verdict a pair.
pub fn decide(mapping: Mapping, pairs: &[(i64, i64)], facts: &[LinkFacts]) -> Vec<Result<(), Refusal>> {
    let mut linked = HashSet::with_capacity(pairs.len());
    let mut sources = HashSet::new();
    let mut targets = HashSet::new();
    pairs
        .iter()
        .zip(facts)
        .map(|(&(source, target), facts)| {
            if facts.pair_exists || linked.contains(&(source, target)) {
                return Err(Refusal::Linked);
            }
            if !facts.source_exists {
                return Err(Refusal::NoSource);
            }
            if !facts.target_exists {
                return Err(Refusal::NoTarget);
            }
            let source_taken = facts.source_linked || sources.contains(&source);
            let target_taken = facts.target_linked || targets.contains(&target);
            match mapping {
                Mapping::OneToOne if source_taken || target_taken => return Err(Refusal::EndTaken),
                Mapping::OneToMany if target_taken => return Err(Refusal::TargetTaken),
                Mapping::OneToOne | Mapping::OneToMany | Mapping::ManyToMany => {}
            }
            linked.insert((source, target));
            if mapping.one_per_source() {
                sources.insert(source);
            }
            if mapping.one_per_target() {
                targets.insert(target);
            }
            Ok(())
        })
        .collect()
}

/// Decides one pair of a single creation: mapping, duplicate, source, target, in the order of associations.md §3, which
/// differs from that of a batch.
pub fn decide_one(mapping: Mapping, facts: &LinkFacts) -> Result<(), Refusal> {
    match mapping {
        Mapping::OneToOne if facts.source_linked || facts.target_linked => Err(Refusal::EndTaken),
        Mapping::OneToMany if facts.target_linked => Err(Refusal::TargetTaken),
        Mapping::OneToOne | Mapping::OneToMany | Mapping::ManyToMany if facts.pair_exists => Err(Refusal::Linked),
        Mapping::OneToOne | Mapping::OneToMany | Mapping::ManyToMany if !facts.source_exists => Err(Refusal::NoSource),
        Mapping::OneToOne | Mapping::OneToMany | Mapping::ManyToMany if !facts.target_exists => Err(Refusal::NoTarget),
        Mapping::OneToOne | Mapping::OneToMany | Mapping::ManyToMany => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Mapping, Refusal, decide, decide_one};
    use crate::store::LinkFacts;

    const FREE: LinkFacts = LinkFacts {
        source_exists: true,
        target_exists: true,
        pair_exists: false,
        source_linked: false,
        target_linked: false,
    };

    #[test]
    fn second_source_is_refused_for_one_to_many() {
        let verdicts = decide(Mapping::OneToMany, &[(1, 9), (2, 9), (1, 8)], &[FREE; 3]);
        assert_eq!(verdicts, [Ok(()), Err(Refusal::TargetTaken), Ok(())]);
    }

    #[test]
    fn either_end_is_taken_for_one_to_one_but_the_way_back_is_free() {
        let verdicts = decide(Mapping::OneToOne, &[(1, 2), (2, 1), (1, 3), (3, 2)], &[FREE; 4]);
        assert_eq!(verdicts, [Ok(()), Ok(()), Err(Refusal::EndTaken), Err(Refusal::EndTaken)]);
    }

    #[test]
    fn repeated_pair_is_a_duplicate_before_it_breaks_the_mapping() {
        for mapping in [Mapping::OneToOne, Mapping::OneToMany, Mapping::ManyToMany] {
            assert_eq!(decide(mapping, &[(1, 2), (1, 2)], &[FREE; 2]), [Ok(()), Err(Refusal::Linked)]);
        }
    }

    #[test]
    fn a_failed_item_takes_no_place() {
        let gone = LinkFacts { source_exists: false, ..FREE };
        assert_eq!(decide(Mapping::OneToOne, &[(7, 2), (1, 2)], &[gone, FREE]), [Err(Refusal::NoSource), Ok(())]);
    }

    #[test]
    fn facts_of_the_store_are_kept_to() {
        let taken = LinkFacts { target_linked: true, ..FREE };
        assert_eq!(decide(Mapping::ManyToMany, &[(1, 2)], &[taken]), [Ok(())]);
        assert_eq!(decide(Mapping::OneToMany, &[(1, 2)], &[taken]), [Err(Refusal::TargetTaken)]);
        assert_eq!(decide(Mapping::OneToOne, &[(1, 2)], &[taken]), [Err(Refusal::EndTaken)]);
        let source = LinkFacts { source_linked: true, ..FREE };
        assert_eq!(decide(Mapping::OneToMany, &[(1, 2)], &[source]), [Ok(())]);
    }

    #[test]
    fn a_single_creation_reports_the_mapping_before_the_duplicate() {
        let linked = LinkFacts { pair_exists: true, source_linked: true, target_linked: true, ..FREE };
        assert_eq!(decide_one(Mapping::OneToOne, &linked), Err(Refusal::EndTaken));
        assert_eq!(decide_one(Mapping::OneToMany, &linked), Err(Refusal::TargetTaken));
        assert_eq!(decide_one(Mapping::ManyToMany, &linked), Err(Refusal::Linked));
        assert_eq!(
            decide_one(Mapping::ManyToMany, &LinkFacts { target_exists: false, ..FREE }),
            Err(Refusal::NoTarget)
        );
    }
}
