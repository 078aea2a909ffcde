//! Where webhooks may be sent to: not into the network of the server itself, unless the operator allows it.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

/// Networks that are not the internet: whoever may create webhooks must not reach what only this machine can.
const INTERNAL: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/127",
    // Addresses that lead on to others.
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2001::/32",
    "2002::/16",
    "100::/64",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
];

/// Which addresses may be connected to.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    internal: Vec<IpNet>,
    allowed: Vec<IpNet>,
}

impl Guard {
    /// Everything but internal addresses, and of those the allowed ones.
    pub(crate) fn new(allowed: &[IpNet]) -> Self {
        let internal = INTERNAL.iter().filter_map(|network| network.parse().ok()).collect();
        Self { internal, allowed: allowed.to_vec() }
    }

    fn permits(&self, ip: IpAddr) -> bool {
        // An IPv4 address in the form of an IPv6 one is the same host.
        let ip = ip.to_canonical();
        let within = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&ip));
        within(&self.allowed) || !within(&self.internal)
    }

    /// The addresses of a name that may be connected to. The name is looked up once, and nothing else is connected to, so
    /// that a name that changes its address meanwhile gains nothing.
    pub(super) async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        let found = tokio::net::lookup_host((host, port)).await.map_err(|error| format!("{host}: {error}"))?;
        let permitted: Vec<SocketAddr> = found.filter(|address| self.permits(address.ip())).collect();
        if permitted.is_empty() {
            return Err(format!("{host} is in an internal network; webhooks.allow_networks does not name it"));
        }
        Ok(permitted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Guard, INTERNAL};

    #[test]
    fn internal_addresses_are_refused_in_every_form() {
        let guard = Guard::new(&[]);
        assert_eq!(guard.internal.len(), INTERNAL.len());
        let permits = |ip: &str| guard.permits(ip.parse().unwrap());
        for internal in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "fd00::1",
            "fe80::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
        ] {
            assert!(!permits(internal), "{internal}");
        }
        for outside in ["1.1.1.1", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(permits(outside), "{outside}");
        }
    }

    #[test]
    fn what_the_operator_allows_is_permitted() {
        let guard = Guard::new(&["10.1.0.0/16".parse().unwrap()]);
        assert!(guard.permits("10.1.2.3".parse().unwrap()));
        assert!(guard.permits("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!guard.permits("10.2.2.3".parse().unwrap()));
    }

    #[tokio::test]
    async fn a_name_of_an_internal_address_is_refused() {
        let refused = Guard::new(&[]).look_up("localhost", 80).await.unwrap_err();
        assert!(refused.contains("internal network"), "{refused}");
        let allowed = Guard::new(&["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()]);
        assert!(allowed.look_up("localhost", 80).await.is_ok());
    }
}
