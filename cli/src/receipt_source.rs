//! Where a receipt comes from: a JSON file, a PDF with the JSON inside, or the text of its code, which is the URL of its public page and, behind `#`, where the
//! payment stands.

use std::io::Read;
use std::path::Path;

use flate2::read::ZlibDecoder;
use settlement::receipt::Reference;
use url::Url;

use crate::client::Client;
use crate::failure::OrFix;

/// Largest file that is read, in bytes: a receipt has a few thousand, a PDF of one a few hundred thousand.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Most bytes that the files inside a PDF may have together.
const MAX_INFLATED: u64 = 4 * 1024 * 1024;
/// Longest dictionary of a stream that is looked at, in bytes: that of a file has a few hundred.
const MAX_DICTIONARY: usize = 4096;

/// A receipt as somebody handed it over.
#[derive(Debug)]
pub enum Source {
    /// The document itself.
    Document(String),
    /// What its code leads to.
    Link(Link),
}

/// What a code says and what the page behind it answers.
#[derive(Debug)]
pub struct Link {
    /// The page.
    pub page: Url,
    /// Where the payment stands, as the code says.
    pub reference: Option<Reference>,
    /// The document, or what the page says instead.
    pub document: Result<String, String>,
}

/// Reads a receipt: a file, `-` for standard input, or a URL.
///
/// # Errors
/// When there is nothing to read, it is too large, or it is neither.
pub async fn read(given: &str) -> anyhow::Result<Source> {
    if given.starts_with("https://") || given.starts_with("http://") {
        return link(given).await.map(Source::Link);
    }
    let bytes = bytes_of(Path::new(given))?;
    if bytes.starts_with(b"%PDF-") {
        return attached(&bytes).map(Source::Document);
    }
    let text = String::from_utf8(bytes).or_fix(format!("{given} is neither JSON nor a PDF"), "name the receipt as JSON or PDF, or the text of its code")?;
    let line = text.trim();
    // A scanner writes the text of a code into a file as it is.
    if line.starts_with("https://") || line.starts_with("http://") { link(line).await.map(Source::Link) } else { Ok(Source::Document(text)) }
}

fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(MAX_BYTES).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
    };
    read.or_fix(format!("cannot read {}", path.display()), "name a file, - for standard input, or the text of a receipt's code")?;
    Ok(bytes)
}

/// The JSON that a PDF from an instance has inside. Only the streams of files are looked at, and no PDF is interpreted: whoever made this one may mean harm, and
/// libraries that interpret it inflate whatever it names, as far as it goes. What is found proves itself or does not.
fn attached(pdf: &[u8]) -> anyhow::Result<String> {
    const FIX: &str = "take the PDF as the instance made it, or the JSON";
    let mut left = MAX_INFLATED;
    for (at, _) in matches(pdf, b"stream") {
        let (before, after) = (&pdf[..at], &pdf[at + b"stream".len()..]);
        let before = &before[before.len().saturating_sub(MAX_DICTIONARY)..];
        let dictionary = &before[matches(before, b"obj").last().map_or(0, |(at, _)| at)..];
        // `endstream` has no line of its own data behind it.
        let Some(data) = after.strip_prefix(b"\r\n").or_else(|| after.strip_prefix(b"\n")) else { continue };
        if before.ends_with(b"end") || matches(dictionary, b"EmbeddedFile").next().is_none() {
            continue;
        }
        let mut bytes = Vec::new();
        if matches(dictionary, b"FlateDecode").next().is_some() {
            // What is no compressed data, or ends too soon, is no receipt.
            let _broken_off = ZlibDecoder::new(data).take(left + 1).read_to_end(&mut bytes);
        } else {
            let Some((end, _)) = matches(data, b"endstream").next() else { break };
            bytes.extend_from_slice(&data[..end]);
        }
        let Some(rest) = left.checked_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX)) else {
            return Err(anyhow::anyhow!("more than {MAX_INFLATED} bytes are inside")).or_fix("the PDF is no receipt", FIX);
        };
        left = rest;
        if let Ok(text) = String::from_utf8(bytes)
            && text.contains("counterfoil-receipt-v1")
        {
            return Ok(text);
        }
    }
    Err(anyhow::anyhow!("no receipt inside")).or_fix("the PDF holds no receipt", FIX)
}

/// Where a word stands in some bytes.
fn matches<'a>(bytes: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = (usize, &'a [u8])> {
    bytes.windows(word.len()).enumerate().filter(move |(_, window)| *window == word)
}

async fn link(text: &str) -> anyhow::Result<Link> {
    const FIX: &str = "give the text of the code as it was scanned";
    let mut page: Url = text.parse().or_fix("the text of the code is no URL", FIX)?;
    let reference = page.fragment().map(str::parse).transpose().or_fix("what follows # in the text of the code is not where a payment stands", FIX)?;
    page.set_fragment(None);
    page.set_query(Some("format=json"));
    let path = format!("{}?format=json", page.path());
    let document = Client::new(page.clone(), None)?.get(&path).await;
    Ok(Link { page, reference, document: document.map(|body| body.to_string()).map_err(|error| error.to_string()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_receipt_is_said_to_be_none() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path.display().to_string()
        };
        let cases = [
            (write("a.pdf", b"%PDF-1.7\nnothing"), "the PDF"),
            (write("a.bin", b"\xff\xfe"), "is neither JSON nor a PDF"),
            ("/nowhere/receipt.json".to_owned(), "cannot read /nowhere/receipt.json"),
            ("https://pay.example/r/00#chain=1".to_owned(), "is not where a payment stands"),
        ];
        for (given, expected) in cases {
            let error = read(&given).await.unwrap_err().to_string();
            assert!(error.contains(expected), "{given}: {error}");
        }
        assert!(matches!(read(&write("a.json", b"{}")).await.unwrap(), Source::Document(text) if text == "{}"));
    }

    /// A PDF with these streams in it.
    fn pdf(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut pdf = b"%PDF-1.7\n".to_vec();
        for (n, (dictionary, data)) in streams.iter().enumerate() {
            pdf.extend(format!("{n} 0 obj\n<< {dictionary} /Length {} >>\nstream\n", data.len()).bytes());
            pdf.extend(data);
            pdf.extend(b"\nendstream\nendobj\n");
        }
        pdf
    }

    fn deflated(data: impl Read) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::ZlibEncoder::new(data, flate2::Compression::best()).read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_receipt_inside_a_pdf_is_found_among_other_things() {
        const RECEIPT: &str = r#"{"schema":"counterfoil-receipt-v1"}"#;
        const FILE: &str = "/Type /EmbeddedFile /Filter /FlateDecode";
        let decoys = [("/Filter /FlateDecode", deflated(RECEIPT.as_bytes())), (FILE, deflated(&b"another file"[..])), (FILE, b"broken".to_vec())];
        for receipt in [(FILE, deflated(RECEIPT.as_bytes())), ("/Type/EmbeddedFile", RECEIPT.into())] {
            let found = attached(&pdf(&[&decoys[..], &[receipt]].concat())).unwrap();
            assert_eq!(found.trim_end(), RECEIPT);
        }
        assert_eq!(attached(&pdf(&decoys)).unwrap_err().to_string(), "the PDF holds no receipt");
    }

    #[test]
    fn a_pdf_that_inflates_without_end_is_let_go() {
        let bomb = deflated(std::io::repeat(b' ').take(64 * 1024 * 1024));
        assert!(bomb.len() < 100_000, "a small file");
        let error = attached(&pdf(&[("/Type /EmbeddedFile /Filter /FlateDecode", bomb)])).unwrap_err();
        assert!(crate::output::describe(&error).contains("more than 4194304 bytes are inside"), "{}", crate::output::describe(&error));
        // What is inflated is counted over all files, and nothing else is inflated.
        let part = deflated(std::io::repeat(b' ').take(MAX_INFLATED / 2 + 1));
        let file = ("/Type /EmbeddedFile /Filter /FlateDecode", part.clone());
        assert_eq!(attached(&pdf(&[file.clone(), file])).unwrap_err().to_string(), "the PDF is no receipt");
        assert_eq!(attached(&pdf(&vec![("/Type /ObjStm /Filter /FlateDecode", part); 9])).unwrap_err().to_string(), "the PDF holds no receipt");
    }

    #[tokio::test]
    async fn a_page_that_does_not_answer_is_no_document() {
        let hash = format!("0x{}", "ab".repeat(32));
        let text = format!("http://127.0.0.1:1/r/00#chain=1&tx={hash}&log=3&request={hash}");
        let Source::Link(link) = read(&text).await.unwrap() else { panic!("a link") };
        assert_eq!((link.page.as_str(), link.reference.unwrap().log_index), ("http://127.0.0.1:1/r/00?format=json", 3));
        assert!(link.document.unwrap_err().contains("does not answer"));
    }
}
