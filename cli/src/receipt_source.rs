//! Where a receipt comes from: a JSON file, a PDF with the JSON inside, or the text of its code, which is the URL of its public page and, behind `#`, where the
//! payment stands.

use std::io::Read;
use std::path::Path;

use hayro_syntax::Pdf;
use hayro_syntax::object::Name;
use settlement::receipt::Reference;
use url::Url;

use crate::client::Client;
use crate::failure::OrFix;

/// Largest file that is read, in bytes: a receipt has a few thousand, a PDF of one a few hundred thousand.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

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
        return attached(bytes).map(Source::Document);
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

/// The JSON that a PDF from an instance has inside.
fn attached(pdf: Vec<u8>) -> anyhow::Result<String> {
    const FIX: &str = "take the PDF as the instance made it, or the JSON";
    let pdf = Pdf::new(pdf).map_err(|error| anyhow::anyhow!("{error:?}")).or_fix("the PDF cannot be read", FIX)?;
    let streams = pdf.objects().into_iter().filter_map(|object| object.into_stream());
    let files = streams.filter(|stream| stream.dict().get::<Name<'_>>(b"Type").is_some_and(|name| &*name == b"EmbeddedFile"));
    let mut texts = files.filter_map(|file| file.decoded().ok()).filter_map(|bytes| String::from_utf8(bytes.into_owned()).ok());
    texts.find(|text| text.contains("counterfoil-receipt-v1")).ok_or_else(|| anyhow::anyhow!("no receipt inside")).or_fix("the PDF holds no receipt", FIX)
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

    #[tokio::test]
    async fn a_page_that_does_not_answer_is_no_document() {
        let hash = format!("0x{}", "ab".repeat(32));
        let text = format!("http://127.0.0.1:1/r/00#chain=1&tx={hash}&log=3&request={hash}");
        let Source::Link(link) = read(&text).await.unwrap() else { panic!("a link") };
        assert_eq!((link.page.as_str(), link.reference.unwrap().log_index), ("http://127.0.0.1:1/r/00?format=json", 3));
        assert!(link.document.unwrap_err().contains("does not answer"));
    }
}
