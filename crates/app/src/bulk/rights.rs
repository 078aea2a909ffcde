//! What a caller may do with the models that operations are about, found out once for all of them.

use super::operation::{Op, Task, Understood};
use super::verdict::Failure;
use crate::call::Call;
use crate::permission::{Granted, Limit, Permission, Resource};
use crate::schema::{ModelSchema, Schema};
use relata_model::Error;
use std::collections::HashMap;

/// The rights of a caller on some models.
#[derive(Default)]
pub(super) struct Rights {
    limits: HashMap<(Permission, i64), Option<Limit>>,
    /// What is said where nothing is given.
    refusals: HashMap<(Permission, i64), Error>,
}

impl Rights {
    /// Learns what operations may need to know.
    pub(super) fn learn(&mut self, call: &mut Call<'_>, schema: &Schema, operations: &[Understood]) {
        use Permission::{InstanceCreate, InstanceDelete, InstanceUpdate, InstanceView};
        for task in operations.iter().filter_map(|it| it.task.as_ref().ok()) {
            match task {
                Task::Instance { op, model, .. } => {
                    let needed: &[Permission] = match op {
                        Op::Create | Op::Upsert => &[InstanceCreate, InstanceUpdate, InstanceView],
                        Op::Update => &[InstanceUpdate, InstanceView],
                        Op::Delete => &[InstanceDelete],
                    };
                    for permission in needed {
                        self.learn_one(call, schema, *permission, model);
                    }
                }
                Task::Link { models, .. } => {
                    for model in models {
                        self.learn_one(call, schema, InstanceUpdate, model);
                    }
                }
            }
        }
    }

    fn learn_one(&mut self, call: &mut Call<'_>, schema: &Schema, permission: Permission, model: &ModelSchema) {
        let which = (permission, model.model.id);
        if self.limits.contains_key(&which) {
            return;
        }
        let limit = call.visible(Granted::under(permission), &model.model.obj_id);
        if limit.is_none() {
            let on = Resource::Model(model.model.obj_id.clone());
            self.refusals.insert(which, call.lacks(schema, permission, &[on]));
        }
        self.limits.insert(which, limit);
    }

    /// Which instances a permission is for, or the refusal where it is for none.
    pub(super) fn limit(&self, permission: Permission, model: &ModelSchema) -> Result<&Limit, Failure> {
        let which = (permission, model.model.id);
        match self.limits.get(&which) {
            Some(Some(limit)) => Ok(limit),
            Some(None) | None => Err(Failure::new(
                self.refusals.get(&which).cloned().unwrap_or_else(|| Error::internal("a right was not looked up")),
            )),
        }
    }
}
