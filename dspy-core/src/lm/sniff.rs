//! What a file holds, told by its first bytes.

/// The MIME type of content that begins with these bytes; `None` for what no provider takes.
pub(crate) fn mime_of(start: &[u8]) -> Option<&'static str> {
    let at = |offset: usize, mark: &[u8]| start.get(offset..).is_some_and(|s| s.starts_with(mark));
    let known: [(bool, &'static str); 12] = [
        (at(0, b"\x89PNG\r\n\x1a\n"), "image/png"),
        (at(0, b"\xff\xd8\xff"), "image/jpeg"),
        (at(0, b"GIF87a") || at(0, b"GIF89a"), "image/gif"),
        (at(0, b"RIFF") && at(8, b"WEBP"), "image/webp"),
        (at(0, b"RIFF") && at(8, b"WAVE"), "audio/wav"),
        (at(0, b"fLaC"), "audio/flac"),
        (at(0, b"OggS"), "audio/ogg"),
        (at(0, b"ID3") || is_mp3_frame(start), "audio/mpeg"),
        (at(0, b"%PDF-"), "application/pdf"),
        (at(4, b"ftypheic") || at(4, b"ftypheix") || at(4, b"ftypmif1"), "image/heic"),
        (at(4, b"ftypM4A"), "audio/mp4"),
        (is_text(start), "text/plain"),
    ];
    known.into_iter().find_map(|(is, mime)| is.then_some(mime))
}

/// Whether the bytes are the header of a frame of MPEG audio, layer III.
fn is_mp3_frame(start: &[u8]) -> bool {
    let [0xff, second, third, ..] = start else { return false };
    let layer_three = second & 0xe6 == 0xe2;
    let bitrate = third >> 4;
    let rate = (third >> 2) & 3;
    layer_three && (1..15).contains(&bitrate) && rate != 3
}

/// Whether the bytes are UTF-8 without control characters; a character may be cut at the end.
fn is_text(start: &[u8]) -> bool {
    const READ: usize = 2048;
    let start = start.get(..READ).unwrap_or(start);
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            let whole = start.get(..error.valid_up_to()).unwrap_or_default();
            std::str::from_utf8(whole).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    !text.is_empty() && !text.chars().any(is_control)
}
