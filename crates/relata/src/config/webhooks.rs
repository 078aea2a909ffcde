//! Webhooks: where they may be sent to, and when they are sent again. Environment and file only; they are no flags.

use ipnet::IpNet;
use relata_app::app::WEBHOOK_RETRIES;
use serde::Deserialize;

use super::{Invalid, Sources, cidrs};

/// Where webhooks may be sent to, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Webhooks {
    /// Internal networks that may be sent to.
    pub(crate) allow_networks: Vec<IpNet>,
    /// Seconds before each further attempt.
    pub(crate) retry_seconds: Vec<u64>,
}

/// The section `[webhooks]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FileWebhooks {
    allow_networks: Option<Vec<String>>,
    retry_seconds: Option<Vec<u64>>,
}

impl Webhooks {
    /// Reads the section; the variable of `allow_networks` is `RELATA_WEBHOOKS_ALLOW_NETWORKS`. Lists are separated by
    /// commas.
    pub(super) fn read(sources: &Sources<'_>, file: FileWebhooks) -> Result<Self, Invalid> {
        let listed = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        let networks = file.allow_networks.map(|networks| networks.join(","));
        let retries = file.retry_seconds.map(|seconds| listed(&seconds));
        Ok(Self {
            allow_networks: sources.pick("webhooks.allow_networks", None, networks, "").read(cidrs)?,
            retry_seconds: sources
                .pick("webhooks.retry_seconds", None, retries, &listed(&WEBHOOK_RETRIES))
                .read(seconds)?,
        })
    }
}

fn seconds(text: &str) -> Result<Vec<u64>, String> {
    let number = |part: &str| part.trim().parse().map_err(|_| format!("{part:?} is not a number of seconds"));
    text.split(',').filter(|part| !part.trim().is_empty()).map(number).collect()
}
