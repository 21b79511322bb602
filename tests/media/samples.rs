//! The smallest files of each kind, as far as their first bytes go.

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
pub(crate) const JPEG: &[u8] = b"\xff\xd8\xff\xe0rest";
pub(crate) const GIF: &[u8] = b"GIF89arest";
pub(crate) const WEBP: &[u8] = b"RIFF\x00\x00\x00\x00WEBPrest";
pub(crate) const WAV: &[u8] = b"RIFF\x00\x00\x00\x00WAVErest";
pub(crate) const MP3: &[u8] = b"ID3\x04rest";
pub(crate) const MP3_FRAME: &[u8] = b"\xff\xfb\x90\x00rest";
pub(crate) const FLAC: &[u8] = b"fLaCrest";
pub(crate) const OGG: &[u8] = b"OggSrest";
pub(crate) const PDF: &[u8] = b"%PDF-1.7\nrest";
pub(crate) const TEXT: &[u8] = "Größe: 5 €\n".as_bytes();

/// The bytes in base64, by a way of its own.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let letters: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let bits: Vec<u8> =
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let mut text: String = bits
        .chunks(6)
        .map(|six| {
            let value = six.iter().fold(0, |value, bit| value << 1 | bit) << (6 - six.len());
            letters[usize::from(value)]
        })
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}
