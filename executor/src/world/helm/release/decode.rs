//! From the bytes of a record to a release.
//!
//! Format: helm, `pkg/storage/driver/util.go`: JSON, gzipped, in base64. Records from before Helm compressed them begin with
//! the JSON itself. (A Secret's own base64 comes on top, and is the caller's.)

use super::body::Release;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use std::io::Read;

/// A record fits into a Secret, which has 1 MiB; a thousandth of that is what well-packed manifests come to.
const MOST_BYTES: u64 = 256 << 20;
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// Reads a record; an error says what about it can't be.
pub(super) fn decode(record: &[u8]) -> Result<Release, String> {
    decode_bounded(record, MOST_BYTES)
}

fn decode_bounded(record: &[u8], most: u64) -> Result<Release, String> {
    let packed = STANDARD.decode(record.trim_ascii()).map_err(|_| "it is not base64".to_owned())?;
    let json = if packed.starts_with(&GZIP) { unpacked(&packed, most)? } else { packed };
    Release::read(&json)
}

fn unpacked(packed: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let mut json = Vec::new();
    let read = GzDecoder::new(packed).take(most + 1).read_to_end(&mut json);
    read.map_err(|_| "it is cut off, or not gzip".to_owned())?;
    if json.len() as u64 > most { Err(format!("it unpacks to more than {most} bytes")) } else { Ok(json) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    const SMALL: &str = r#"{"name":"portal","version":2,"info":{"status":"deployed"}}"#;

    #[test]
    fn records_of_all_ages_are_read() {
        for packed in [gzip(SMALL), SMALL.as_bytes().to_vec()] {
            let release = decode(STANDARD.encode(packed).as_bytes()).unwrap();
            assert_eq!((release.name.as_str(), release.revision), ("portal", 2));
        }
    }

    #[test]
    fn damage_is_told() {
        let told = |record: &[u8]| decode(record).unwrap_err();
        assert_eq!(told(b"?"), "it is not base64");
        let packed = gzip(SMALL);
        let cut = packed.get(..packed.len() - 12).unwrap();
        assert_eq!(told(STANDARD.encode(cut).as_bytes()), "it is cut off, or not gzip");
        assert!(told(STANDARD.encode(gzip("{\"name\":")).as_bytes()).starts_with("it is not the JSON of a release"));
        assert_eq!(told(STANDARD.encode(gzip("{}")).as_bytes()), "it names no release");
        assert_eq!(told(b""), "it is empty");
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bomb = gzip(&"0".repeat(1 << 20));
        assert!(bomb.len() < 4096);
        let told = decode_bounded(STANDARD.encode(bomb).as_bytes(), 1 << 16).unwrap_err();
        assert_eq!(told, "it unpacks to more than 65536 bytes");
    }

    #[test]
    fn no_damage_panics() {
        let whole = STANDARD.encode(gzip(SMALL)).into_bytes();
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut broken = whole.clone();
                *broken.get_mut(at).unwrap() ^= 1 << bit;
                let _ = decode(&broken);
            }
        }
    }
}
