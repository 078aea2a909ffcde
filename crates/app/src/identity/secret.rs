//! The text of a new secret: `relata_`, 8 characters that may be shown, `_`, 32 that are the secret, and 6 that are a checksum
//! of all before, so that tools which look for leaked secrets know one when they see it. What is let in is decided by the
//! hash of the whole text alone: secrets of other forms, such as those of earlier versions, count as they are.

use crate::app::Environment;
use std::sync::Arc;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A new one.
pub(super) fn new(environment: &Arc<dyn Environment>) -> String {
    from_bytes(environment.random())
}

fn from_bytes(random: [u8; 32]) -> String {
    let mut digits = base62(random.to_vec(), 40);
    let secret = digits.split_off(8);
    let text = format!("relata_{digits}_{secret}");
    let check = base62(crc32(text.as_bytes()).to_be_bytes().to_vec(), 6);
    text + &check
}

/// The lowest digits of a number.
fn base62(mut number: Vec<u8>, digits: usize) -> String {
    let digit = |number: &mut Vec<u8>| {
        let rest = number.iter_mut().fold(0_u32, |rest, byte| {
            let part = rest * 256 + u32::from(*byte);
            *byte = u8::try_from(part / 62).unwrap_or_default();
            part % 62
        });
        ALPHABET.get(rest as usize).copied().map_or('0', char::from)
    };
    (0..digits).map(|_| digit(&mut number)).collect()
}

/// The checksum of zip files and Ethernet.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::{base62, crc32, from_bytes};

    #[test]
    fn a_secret_has_its_parts_and_its_checksum() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        let text = from_bytes([0x5A; 32]);
        let (all, check) = text.split_at(text.len() - 6);
        assert_eq!(check, base62(crc32(all.as_bytes()).to_be_bytes().to_vec(), 6));
        let parts: Vec<&str> = all.split('_').collect();
        assert_eq!((parts[0], parts[1].len(), parts[2].len()), ("relata", 8, 32));
    }

    #[test]
    fn every_byte_counts() {
        let mut seen = std::collections::HashSet::new();
        for byte in 1..32 {
            let mut random = [7; 32];
            random[byte] ^= 0xFF;
            assert!(seen.insert(from_bytes(random)));
        }
    }
}
