//! Walking over the graph level by level: which nodes were reached, how far they are, and by which link.
//!
//! The order is the same on every store: a level is gone through by model and id, the ways of a model by association, and the
//! links of a node by their ids.

use super::plan::{Look, PIECE, Plan};
use crate::call::Call;
use foldhash::fast::FixedState;
use relata_model::Result;
use relata_model::store::Step;
use std::collections::HashMap;

/// The place of a node in a walk.
pub(super) type Place = u32;

/// An instance: the numeric id of its model, and its own.
pub(super) type Node = (i64, i64);

/// A link along which a node was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Via {
    pub(super) from: Place,
    pub(super) link: i64,
    pub(super) step: Step,
}

/// A node that was reached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    pub(super) node: Node,
    pub(super) distance: u32,
    /// The first link that led there; none where the walk began.
    pub(super) via: Option<Via>,
}

/// What was reached, in order.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) visits: Vec<Visit>,
    places: HashMap<Node, Place, FixedState>,
    /// Links that were looked at.
    pub(super) links: u64,
}

/// Links that one request looks at, at the most.
pub(super) const MOST_LINKS: u64 = 10_000_000;

/// A part of a level: nodes of one model.
pub(super) struct Piece {
    pub(super) model: i64,
    pub(super) places: Vec<Place>,
    pub(super) ids: Vec<i64>,
}

impl Walk {
    /// A walk that begins at these nodes.
    pub(super) fn from(roots: &[Node]) -> Self {
        let mut walk = Self::default();
        for root in roots {
            walk.reach(*root, 0, None);
        }
        walk
    }

    pub(super) fn place(&self, node: Node) -> Option<Place> {
        self.places.get(&node).copied()
    }

    pub(super) fn visit(&self, place: Place) -> Option<&Visit> {
        self.visits.get(place as usize)
    }

    pub(super) fn len(&self) -> usize {
        self.visits.len()
    }

    /// The place of a node, and whether it is new.
    pub(super) fn reach(&mut self, node: Node, distance: u32, via: Option<Via>) -> (Place, bool) {
        let next = Place::try_from(self.visits.len()).unwrap_or(Place::MAX);
        let place = *self.places.entry(node).or_insert(next);
        if place == next {
            self.visits.push(Visit { node, distance, via });
        }
        (place, place == next)
    }

    /// A level, in pieces to ask the store about.
    pub(super) fn pieces(&self, mut level: Vec<Place>) -> Vec<Piece> {
        let node = |place: &Place| self.visit(*place).map_or((0, 0), |visit| visit.node);
        level.sort_unstable_by_key(node);
        let of_model = level.chunk_by(|left, right| node(left).0 == node(right).0);
        let pieces = of_model.flat_map(|places| places.chunks(PIECE));
        let piece = |places: &[Place]| Piece {
            model: places.first().map_or(0, |first| node(first).0),
            ids: places.iter().map(|place| node(place).1).collect(),
            places: places.to_vec(),
        };
        pieces.map(piece).collect()
    }

    /// What is one step from a piece.
    pub(super) async fn look(
        &mut self,
        call: &mut Call<'_>,
        plan: &mut Plan,
        piece: &Piece,
        per_node: Option<u64>,
    ) -> Result<Vec<Look>> {
        call.check_wanted()?;
        let looks = plan.look(call, piece.model, &piece.ids, per_node).await?;
        self.links += looks.iter().map(|look| look.hop.links.len() as u64).sum::<u64>();
        Ok(looks)
    }

    /// Goes on until nothing is left, `depth` is reached, or there are `most` nodes; true when it is all.
    pub(super) async fn go(&mut self, call: &mut Call<'_>, plan: &mut Plan, depth: u32, most: usize) -> Result<bool> {
        let mut begin = 0;
        for distance in 1..=depth {
            let places = |from: usize, to: usize| (from..to).filter_map(|place| Place::try_from(place).ok()).collect();
            let level: Vec<Place> = places(begin, self.len());
            begin = self.len();
            if level.is_empty() {
                return Ok(true);
            }
            for piece in self.pieces(level) {
                for Look { way, hop } in self.look(call, plan, &piece, None).await? {
                    for (place, link, other) in hop.links {
                        let Some(from) = piece.places.get(place).copied() else { continue };
                        let via = Some(Via { from, link, step: way.step });
                        if self.reach((way.to, other), distance, via).1 && self.len() > most {
                            self.forget_last();
                            return Ok(false);
                        }
                    }
                }
                if self.links > MOST_LINKS {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn forget_last(&mut self) {
        if let Some(visit) = self.visits.pop() {
            self.places.remove(&visit.node);
        }
    }
}
