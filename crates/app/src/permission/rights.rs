//! Rights: what the rules of roles come to for one caller, made ready for quick looks.
//!
//! Rules only add. There is none that takes something away, so their order does not matter, and a rule that cannot be read
//! gives nothing.

use super::action::{Permission, Reach};
use jiff::tz::TimeZone;
use relata_model::filter::{Filter, expression, shape};
use relata_model::{Error, Lang, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Stands for every action that a rule may give.
const EVERYTHING: &str = "*";

/// A rule of a role: these actions on that.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rule {
    /// Names of actions ([`Permission::id`]), or `*` for all that can be bound to this.
    pub actions: Vec<String>,
    /// A model: its definition and its instances, by what an action is about. Empty for the whole system.
    #[serde(rename = "bk_obj_id", skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Only instances of the model that this filter expression (conventions.md §6) matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<shape::Expression>")]
    pub filter: Option<Value>,
}

impl Rule {
    /// The actions, when the rule makes sense; else what is wrong with it.
    fn permissions(&self) -> Result<Vec<Permission>, String> {
        if self.filter.is_some() && self.model.is_empty() {
            return Err("a filter needs a bk_obj_id beside it".to_owned());
        }
        let fits = |permission: Permission| match permission.reach() {
            _ if permission == Permission::Administrate => false,
            Reach::System => self.model.is_empty(),
            Reach::Model => self.filter.is_none(),
            Reach::Instances => true,
        };
        let all = || Permission::ALL.iter().copied();
        let mut found = Vec::new();
        for name in &self.actions {
            if name == EVERYTHING {
                found.extend(all().filter(|it| fits(*it)));
                continue;
            }
            let Some(permission) = all().find(|it| it.id() == name) else {
                return Err(format!("there is no action {name:?}"));
            };
            if !fits(permission) {
                return Err(match permission.reach() {
                    _ if permission == Permission::Administrate => {
                        "administrators are made, not given a role".to_owned()
                    }
                    Reach::System => format!("{name} is for the whole system and not for one model"),
                    Reach::Model | Reach::Instances => {
                        format!("{name} is about no instances, so a filter says nothing")
                    }
                });
            }
            found.push(permission);
        }
        if found.is_empty() { Err("name at least one action".to_owned()) } else { Ok(found) }
    }
}

/// How far a permission goes on a model.
#[derive(Clone, Debug)]
pub(super) enum Extent {
    /// Not at all.
    Nothing,
    /// Everything.
    Whole,
    /// Instances that the filter matches.
    Matching(Arc<Filter>),
}

/// Where a permission holds.
#[derive(Clone, Debug, Default)]
struct Right {
    everywhere: bool,
    models: HashMap<String, Extent>,
}

/// What somebody may do.
#[derive(Clone, Debug, Default)]
pub struct Rights(HashMap<Permission, Right>);

impl Rights {
    /// Adds what a rule gives. A rule that makes no sense is 1199006 for `rules`, and adds nothing.
    pub fn add(&mut self, rule: &Rule, zone: &TimeZone) -> Result<()> {
        let wrong = |what: String| Error::invalid("rules").hint(what);
        let permissions = rule.permissions().map_err(wrong)?;
        let filter = rule.filter.as_ref().map(|it| expression::parse(it, zone)).transpose();
        let filter = filter.map_err(|error| wrong(error.message(Lang::En)))?;
        for permission in permissions {
            let right = self.0.entry(permission).or_default();
            if rule.model.is_empty() {
                right.everywhere = true;
                continue;
            }
            let extent = right.models.entry(rule.model.clone()).or_insert(Extent::Nothing);
            *extent = match (&*extent, filter.clone()) {
                (Extent::Whole, _) | (_, None) => Extent::Whole,
                (Extent::Nothing, Some(filter)) => Extent::Matching(Arc::new(filter)),
                (Extent::Matching(before), Some(filter)) => {
                    Extent::Matching(Arc::new(Filter::Any(vec![Filter::clone(before), filter])))
                }
            };
        }
        Ok(())
    }

    /// How far a permission goes on a model.
    pub(super) fn on(&self, permission: Permission, model: &str) -> Extent {
        match self.0.get(&permission) {
            None => Extent::Nothing,
            Some(right) if right.everywhere => Extent::Whole,
            Some(right) => right.models.get(model).cloned().unwrap_or(Extent::Nothing),
        }
    }

    /// Whether a permission holds for the whole system.
    pub(super) fn everywhere(&self, permission: Permission) -> bool {
        self.0.get(&permission).is_some_and(|right| right.everywhere)
    }

    /// Whether a permission holds for anything.
    pub(super) fn anywhere(&self, permission: Permission) -> bool {
        self.0.contains_key(&permission)
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, Permission, Rights, Rule};
    use jiff::tz::TimeZone;
    use serde_json::{Value, json};

    fn rule(rule: Value) -> Rule {
        serde_json::from_value(rule).unwrap()
    }

    fn rights(rules: &[Value]) -> Rights {
        let mut rights = Rights::default();
        for it in rules {
            rights.add(&rule(it.clone()), &TimeZone::UTC).unwrap();
        }
        rights
    }

    fn owner(name: &str) -> Value {
        json!({"field": "owner", "operator": "equal", "value": name})
    }

    #[test]
    fn a_rule_gives_its_actions_on_its_model_and_nothing_else() {
        let it = rights(&[json!({"actions": ["view_comobj", "edit_sys_model"], "bk_obj_id": "rack"})]);
        assert!(matches!(it.on(Permission::InstanceView, "rack"), Extent::Whole));
        assert!(matches!(it.on(Permission::ModelEdit, "rack"), Extent::Whole));
        assert!(matches!(it.on(Permission::InstanceView, "server"), Extent::Nothing));
        assert!(matches!(it.on(Permission::InstanceUpdate, "rack"), Extent::Nothing));
        assert!(!it.everywhere(Permission::InstanceView) && it.anywhere(Permission::InstanceView));
    }

    #[test]
    fn the_whole_of_a_model_wins_over_filters_in_whichever_order() {
        let whole = json!({"actions": ["view_comobj"], "bk_obj_id": "rack"});
        let part = json!({"actions": ["view_comobj"], "bk_obj_id": "rack", "filter": owner("ann")});
        for rules in [[whole.clone(), part.clone()], [part, whole]] {
            assert!(matches!(rights(&rules).on(Permission::InstanceView, "rack"), Extent::Whole));
        }
    }

    #[test]
    fn filters_of_several_rules_add_up() {
        let of = |name| json!({"actions": ["*"], "bk_obj_id": "rack", "filter": owner(name)});
        let Extent::Matching(filter) = rights(&[of("ann"), of("bob")]).on(Permission::InstanceUpdate, "rack") else {
            panic!("not limited")
        };
        let matches = |name: &str| filter.matches(json!({"owner": name}).as_object().unwrap());
        assert_eq!(["ann", "bob", "eve"].map(matches), [true, true, false]);
    }

    #[test]
    fn a_star_is_everything_that_fits_but_administration() {
        let it = rights(&[json!({"actions": ["*"]})]);
        assert!(Permission::ALL.iter().all(|one| it.everywhere(*one) == (*one != Permission::Administrate)));
        let it = rights(&[json!({"actions": ["*"], "bk_obj_id": "rack"})]);
        assert!(!it.anywhere(Permission::AuditView) && it.anywhere(Permission::ModelEdit));
        let it = rights(&[json!({"actions": ["*"], "bk_obj_id": "rack", "filter": owner("ann")})]);
        assert!(!it.anywhere(Permission::ModelEdit) && it.anywhere(Permission::InstanceCreate));
    }

    #[test]
    fn rules_that_make_no_sense_are_refused_and_give_nothing() {
        for it in [
            json!({}),
            json!({"actions": ["fly"]}),
            json!({"actions": ["administrate"]}),
            json!({"actions": ["find_audit_log"], "bk_obj_id": "rack"}),
            json!({"actions": ["edit_sys_model"], "bk_obj_id": "rack", "filter": owner("ann")}),
            json!({"actions": ["view_comobj"], "filter": owner("ann")}),
            json!({"actions": ["view_comobj"], "bk_obj_id": "rack", "filter": {"field": "owner"}}),
        ] {
            let mut rights = Rights::default();
            let error = rights.add(&rule(it.clone()), &TimeZone::UTC).expect_err(&it.to_string());
            assert_eq!(error.code.row().number, 1_199_006, "{it}");
            assert!(Permission::ALL.iter().all(|one| !rights.anywhere(*one)), "{it}");
        }
    }
}
