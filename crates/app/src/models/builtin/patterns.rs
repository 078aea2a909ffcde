//! Regular expressions of addresses and ports, for the options of built-in attributes.

/// An IPv4 address.
fn ipv4() -> String {
    let octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    format!(r"({octet}(\.{octet}){{3}})")
}

/// An IPv6 address: eight groups, or fewer around one `::`; the last two may be written as an IPv4 address.
fn ipv6() -> String {
    let group = "[0-9a-fA-F]{1,4}";
    let ipv4 = ipv4();
    // As many groups before the `::` as said, and after it so many that at least one group is left out.
    let around =
        |most: usize| (1..most).map(move |before| format!("({group}:){{{before}}}(:{group}){{1,{}}}", most - before));
    let whole = [format!("({group}:){{7}}{group}"), format!("({group}:){{1,7}}:"), format!(":((:{group}){{1,7}}|:)")];
    let before_ipv4 = [format!("({group}:){{6}}"), format!("::({group}:){{0,5}}"), format!("({group}:){{1,5}}:")];
    let whole: Vec<String> = whole.into_iter().chain(around(7)).collect();
    let before_ipv4: Vec<String> = before_ipv4.into_iter().chain(around(5).map(|it| it + ":")).collect();
    format!("({}|({}){ipv4})", whole.join("|"), before_ipv4.join("|"))
}

/// One or several of these, separated by commas, and nothing else.
fn list(one: &str) -> String {
    format!("^{one}(,{one})*$")
}

/// The expression with this name.
pub(super) fn by_name(name: &str) -> Option<String> {
    match name {
        "ipv4_list" => Some(list(&ipv4())),
        "ipv6_list" => Some(list(&ipv6())),
        "ip" => Some(format!("^({}|{})$", ipv4(), ipv6())),
        "ip_list" => Some(list(&format!("({}|{})", ipv4(), ipv6()))),
        "port_range" => {
            let port = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
            Some(format!("^{port}(-{port})?$"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::by_name;
    use relata_model::attribute::{Attribute, kind};

    fn accepts(pattern: &str, text: &str) -> bool {
        let option = by_name(pattern).unwrap();
        assert!(option.len() <= 2000, "{pattern} has {} characters", option.len());
        let attribute = Attribute { kind: "longchar".to_owned(), option: option.into(), ..Attribute::default() };
        kind::by_name("longchar")
            .unwrap()
            .compile(&attribute, &jiff::tz::TimeZone::UTC)
            .unwrap()
            .accept(text.into())
            .is_ok()
    }

    #[test]
    fn addresses_are_told_from_other_texts() {
        for text in ["0.0.0.0", "10.0.0.1,255.249.199.99"] {
            assert!(accepts("ipv4_list", text), "{text}");
            assert!(accepts("ip_list", text), "{text}");
        }
        for text in ["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4,", "1.2.3.4 ,1.2.3.4", "::1"] {
            assert!(!accepts("ipv4_list", text), "{text}");
        }
        for text in [
            "::",
            "::1",
            "1::",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "fe80::1",
            "1::3:4:5:6:7:8",
            "1:2:3:4:5:6::8",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "1::2:10.0.0.1",
            "1:2:3:4:5:6:10.0.0.1",
            "FE80::a,::1",
        ] {
            assert!(accepts("ipv6_list", text), "{text}");
        }
        for text in [
            ":",
            ":::",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1::2::3",
            "12345::",
            "g::",
            "1.2.3.4",
            "::1,",
            "1:2:3:4:5:6:7:10.0.0.1",
            "1:2:3:4:5::6:10.0.0.1",
        ] {
            assert!(!accepts("ipv6_list", text), "{text}");
        }
        assert!(accepts("ip", "10.0.0.1") && accepts("ip", "::1") && !accepts("ip", "10.0.0.1,::1"));
        assert!(accepts("ip_list", "10.0.0.1,::1"));
    }

    #[test]
    fn ports_are_single_or_a_range() {
        for text in ["1", "9999", "10000", "65535", "80-90"] {
            assert!(accepts("port_range", text), "{text}");
        }
        for text in ["0", "65536", "80-", "080", "a"] {
            assert!(!accepts("port_range", text), "{text}");
        }
    }
}
