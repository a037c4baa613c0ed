//! A deliverable that travels sealed: the buyer holds the file before it pays, and the key opens it when the escrow has paid.
//!
//! The seller [`seal`]s, the terms of the escrow carry the hashes of file and key, the buyer [`check`]s the file against them before it
//! funds, and `Escrow.reveal` publishes the key with which anybody who has the file can [`open`] it. `docs/DELIVERABLE.md` is the format.
//!
//! The cipher is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015; the paper's nonce of prefix, 32-bit counter and last flag) over
//! XChaCha20-Poly1305 (RFC 8439 with the extended nonce of draft-irtf-cfrg-xchacha-03); every chunk authenticates the header. A chunk that
//! was changed, moved, repeated or left out is noticed, in memory of one chunk.
//!
//! XChaCha20-Poly1305 does not commit to its key: somebody can make one ciphertext that two keys open to two plaintexts. Here that gains
//! nothing, because the key is committed to beside the cipher: the terms fix the ciphertext by its SHA-256 and the key by its Keccak-256, and
//! a fixed key opens a fixed ciphertext to one plaintext or to none. The header repeats the hash of the key, so that a file and a
//! key that do not belong together are found before money moves. It holds no hash of the plaintext: whoever guesses a short deliverable
//! could confirm the guess with it and not pay.
//!
//! The key becomes public. From then on the tags prove nothing about who made a file: only the commitment of the terms does.

mod header;

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use alloy_primitives::{Address, B256, hex, keccak256};
use chacha20poly1305::XChaCha20Poly1305;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};
use sha2::{Digest, Sha256};

use header::{Chunk, TAG_LENGTH};
pub use header::{HEADER_LENGTH, Header, NONCE_PREFIX_LENGTH, VERSION};

/// Bytes of plaintext in every chunk but the last, which has 1 to as many: what is held in memory, and what a tag of 16 bytes is paid for.
pub const CHUNK_LENGTH: usize = 64 * 1024;

/// The longest deliverable, in bytes (1 TiB). Its 2^24 chunks stay far below the 2^32 that the counter in the nonce can number, and
/// arithmetic on lengths cannot overflow.
pub const MAX_LENGTH: u64 = 1 << 40;

/// Why a deliverable was not sealed, does not hold, or was not opened.
#[derive(Debug, thiserror::Error)]
pub enum DeliverableError {
    /// There is nothing to deliver.
    #[error("the deliverable is empty")]
    Empty,
    /// More than [`MAX_LENGTH`] bytes.
    #[error("a deliverable has at most {MAX_LENGTH} bytes; this one has {length}")]
    TooLong {
        /// Its length in bytes.
        length: u64,
    },
    /// The plaintext is not as long as it was said to be: most likely the file changed meanwhile.
    #[error("the deliverable does not have the {stated} bytes it had at first; it changed while it was sealed")]
    LengthChanged {
        /// Bytes that it was said to have.
        stated: u64,
    },
    /// It does not start as a sealed deliverable does.
    #[error("this is not a sealed deliverable")]
    NotSealed,
    /// A format that this code does not know.
    #[error("this is a sealed deliverable of version {found}; only version {VERSION} is known")]
    UnknownVersion {
        /// The version in its header.
        found: u16,
    },
    /// It ends too early.
    #[error("the sealed deliverable ends after {found} bytes of {expected}")]
    Truncated {
        /// Bytes that the header stands for.
        expected: u64,
        /// Bytes that there are.
        found: u64,
    },
    /// There is more of it than there should be.
    #[error("the sealed deliverable goes on after the {expected} bytes it should have")]
    TrailingData {
        /// Bytes that the header stands for.
        expected: u64,
    },
    /// It is another file than the one in the terms.
    #[error("this is not the file that was committed to: its SHA-256 is {found}, the terms say {committed}")]
    WrongDelivery {
        /// `delivery` of the terms.
        committed: B256,
        /// SHA-256 of the file.
        found: B256,
    },
    /// It was sealed with another key than the one in the terms.
    #[error("it was sealed with another key than the terms commit to: its key hash is {found}, the terms say {committed}")]
    WrongKeyHash {
        /// `keyHash` of the terms.
        committed: B256,
        /// The hash in the header.
        found: B256,
    },
    /// It was sealed for another seller than the one in the terms.
    #[error("it was sealed by {found}, the seller in the terms is {committed}")]
    WrongSeller {
        /// `seller` of the terms.
        committed: Address,
        /// The seller in the header.
        found: Address,
    },
    /// The key is not the one it was sealed with.
    #[error("this key does not open it: the hash of the key is {found}, the file says {expected}")]
    WrongKey {
        /// The hash in the header.
        expected: B256,
        /// The hash of the key that was given.
        found: B256,
    },
    /// The key is right and a chunk is not: changed, moved, or under another header.
    #[error("chunk {position} is not what was sealed")]
    WrongChunk {
        /// Which, from 0.
        position: u32,
    },
    /// The source failed.
    #[error("cannot read")]
    Read(#[source] io::Error),
    /// The destination failed.
    #[error("cannot write")]
    Write(#[source] io::Error),
}

/// Text that is not a key. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a key: 64 hexadecimal digits, with or without 0x")]
pub struct InvalidKey;

/// The key of one deliverable: 32 random bytes, used for nothing else, because the chain publishes them. Wiped when dropped, never shown.
pub struct DeliverableKey(SecretBox<[u8; 32]>);

impl DeliverableKey {
    /// The key with these bytes, which the caller wipes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(SecretBox::init_with_mut(|key: &mut [u8; 32]| key.copy_from_slice(bytes)))
    }

    /// The bytes that `Escrow.reveal` takes.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl FromStr for DeliverableKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| InvalidKey)?;
        Ok(Self::new(&bytes))
    }
}

impl fmt::Debug for DeliverableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeliverableKey([REDACTED])")
    }
}

/// `keyHash` of the terms: `keccak256(abi.encode(seller, key))`. The seller is in it, so that nobody can put the hash of somebody else's
/// key into terms of their own and be paid for what the other reveals.
#[must_use]
pub fn key_hash(seller: Address, key: &DeliverableKey) -> B256 {
    let mut encoded = Zeroizing::new([0; 64]);
    encoded[12..32].copy_from_slice(seller.as_slice());
    encoded[32..].copy_from_slice(key.expose());
    keccak256(encoded)
}

/// What sealing takes beside the deliverable.
#[derive(Debug)]
pub struct Sealing<'a> {
    /// Who sells: the `seller` of the terms, who reveals the key.
    pub seller: Address,
    /// A key that is used for this deliverable alone.
    pub key: &'a DeliverableKey,
    /// Random bytes. They keep nonces apart even if a key is used twice after all.
    pub nonce_prefix: [u8; NONCE_PREFIX_LENGTH],
    /// Bytes of the deliverable: 1 to [`MAX_LENGTH`].
    pub length: u64,
}

/// What an escrow's terms say about a sealed deliverable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// SHA-256 of the sealed file.
    pub delivery: B256,
    /// [`key_hash`] of seller and key.
    pub key_hash: B256,
    /// Who reveals the key.
    pub seller: Address,
}

/// What whoever opens a deliverable knows from the terms. `None` is: whatever the file says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// SHA-256 of the sealed file. Without it, whoever knows the key may have made the file.
    pub delivery: Option<B256>,
    /// The hash of the key. A key that the chain revealed was compared with it there; a key that the seller handed over was not.
    pub key_hash: Option<B256>,
}

/// A deliverable that was sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What the file says about itself.
    pub header: Header,
    /// SHA-256 of the sealed file: `delivery` of the terms.
    pub delivery: B256,
    /// SHA-256 of the plaintext.
    pub plaintext_hash: B256,
}

/// Seals the deliverable that `plaintext` gives, and writes it to `sealed`.
///
/// # Errors
/// When the deliverable is empty, too long, or not as long as it was said to be, or a stream fails. What was written then is worthless.
pub fn seal(plaintext: impl Read, sealed: impl Write, sealing: &Sealing<'_>) -> Result<Contents, DeliverableError> {
    let header = Header::new(sealing)?;
    let bytes = header.to_bytes();
    let stream = stream(sealing.key, &header);
    let (mut source, mut sink) = (Source::new(plaintext), Sink::new(sealed));
    sink.write(&bytes)?;
    let mut buffer = Vec::with_capacity(CHUNK_LENGTH + TAG_LENGTH);
    for Chunk { position, last, length } in header.chunks() {
        source.read(length, &mut buffer)?;
        if buffer.len() < length {
            return Err(DeliverableError::LengthChanged { stated: header.length });
        }
        stream.encrypt_in_place(position, last, &bytes, &mut buffer).expect("a chunk is far shorter than the cipher's 256 GiB");
        sink.write(&buffer)?;
    }
    if !source.is_at_end()? {
        return Err(DeliverableError::LengthChanged { stated: header.length });
    }
    Ok(Contents { header, delivery: sink.end()?, plaintext_hash: source.hash() })
}

/// Checks before funding that `sealed` is what the terms commit to: it has the form and the length of a sealed deliverable, its SHA-256 is
/// `delivery`, and its key and seller are those of the terms. Whether the key opens it, and to what, cannot be known without the key.
///
/// # Errors
/// The first of these that does not hold, in this order; or the stream failed.
pub fn check(sealed: impl Read, terms: &Commitment) -> Result<Header, DeliverableError> {
    let mut source = Source::new(sealed);
    let (header, _) = source.header()?;
    let mut buffer = Vec::with_capacity(CHUNK_LENGTH + TAG_LENGTH);
    for chunk in header.chunks() {
        source.sealed_chunk(&chunk, &header, &mut buffer)?;
    }
    source.expect_end(&header)?;
    same_delivery(terms.delivery, source.hash())?;
    same_key_hash(terms.key_hash, header.key_hash)?;
    if header.seller != terms.seller {
        return Err(DeliverableError::WrongSeller { committed: terms.seller, found: header.seller });
    }
    Ok(header)
}

/// Opens `sealed` with the key, and writes the deliverable to `plaintext`. Nothing is decrypted with a key whose hash is not the file's.
///
/// # Errors
/// When the file is not whole, not the expected one, or the key is another. What was written before an error is not the
/// deliverable and must be thrown away.
pub fn open(sealed: impl Read, plaintext: impl Write, key: &DeliverableKey, expected: &Expected) -> Result<Contents, DeliverableError> {
    let (mut source, mut sink) = (Source::new(sealed), Sink::new(plaintext));
    let (header, bytes) = source.header()?;
    if let Some(committed) = expected.key_hash {
        same_key_hash(committed, header.key_hash)?;
    }
    let found = key_hash(header.seller, key);
    if found != header.key_hash {
        return Err(DeliverableError::WrongKey { expected: header.key_hash, found });
    }
    let stream = stream(key, &header);
    let mut buffer = Vec::with_capacity(CHUNK_LENGTH + TAG_LENGTH);
    for chunk in header.chunks() {
        source.sealed_chunk(&chunk, &header, &mut buffer)?;
        let Chunk { position, last, .. } = chunk;
        stream.decrypt_in_place(position, last, &bytes, &mut buffer).map_err(|_| DeliverableError::WrongChunk { position })?;
        sink.write(&buffer)?;
    }
    source.expect_end(&header)?;
    let delivery = source.hash();
    if let Some(committed) = expected.delivery {
        same_delivery(committed, delivery)?;
    }
    Ok(Contents { header, delivery, plaintext_hash: sink.end()? })
}

fn same_delivery(committed: B256, found: B256) -> Result<(), DeliverableError> {
    if committed == found { Ok(()) } else { Err(DeliverableError::WrongDelivery { committed, found }) }
}

fn same_key_hash(committed: B256, found: B256) -> Result<(), DeliverableError> {
    if committed == found { Ok(()) } else { Err(DeliverableError::WrongKeyHash { committed, found }) }
}

fn stream(key: &DeliverableKey, header: &Header) -> StreamBE32<XChaCha20Poly1305> {
    StreamBE32::new(key.expose().into(), (&header.nonce_prefix).into())
}

/// What is read, with its hash.
struct Source<R> {
    reader: R,
    digest: Sha256,
    length: u64,
}

impl<R: Read> Source<R> {
    fn new(reader: R) -> Self {
        Self { reader, digest: Sha256::new(), length: 0 }
    }

    /// The next `length` bytes, or fewer at the end.
    fn read(&mut self, length: usize, buffer: &mut Vec<u8>) -> Result<(), DeliverableError> {
        buffer.clear();
        let read = self.reader.by_ref().take(length as u64).read_to_end(buffer).map_err(DeliverableError::Read)?;
        self.digest.update(&*buffer);
        self.length += read as u64;
        Ok(())
    }

    fn header(&mut self) -> Result<(Header, [u8; HEADER_LENGTH]), DeliverableError> {
        let mut buffer = Vec::with_capacity(HEADER_LENGTH);
        self.read(HEADER_LENGTH, &mut buffer)?;
        let bytes = buffer.try_into().map_err(|_| DeliverableError::NotSealed)?;
        Ok((Header::parse(&bytes)?, bytes))
    }

    fn sealed_chunk(&mut self, chunk: &Chunk, header: &Header, buffer: &mut Vec<u8>) -> Result<(), DeliverableError> {
        let length = chunk.length + TAG_LENGTH;
        self.read(length, buffer)?;
        if buffer.len() < length {
            return Err(DeliverableError::Truncated { expected: header.sealed_length(), found: self.length });
        }
        Ok(())
    }

    fn expect_end(&mut self, header: &Header) -> Result<(), DeliverableError> {
        if self.is_at_end()? { Ok(()) } else { Err(DeliverableError::TrailingData { expected: header.sealed_length() }) }
    }

    fn is_at_end(&mut self) -> Result<bool, DeliverableError> {
        let mut rest = Vec::new();
        self.reader.by_ref().take(1).read_to_end(&mut rest).map_err(DeliverableError::Read)?;
        Ok(rest.is_empty())
    }

    fn hash(self) -> B256 {
        B256::new(self.digest.finalize().into())
    }
}

/// What is written, with its hash.
struct Sink<W> {
    writer: W,
    digest: Sha256,
}

impl<W: Write> Sink<W> {
    fn new(writer: W) -> Self {
        Self { writer, digest: Sha256::new() }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), DeliverableError> {
        self.digest.update(bytes);
        self.writer.write_all(bytes).map_err(DeliverableError::Write)
    }

    fn end(mut self) -> Result<B256, DeliverableError> {
        self.writer.flush().map_err(DeliverableError::Write)?;
        Ok(B256::new(self.digest.finalize().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_sol_types::SolValue;

    #[test]
    fn the_key_hash_is_of_the_abi_encoding_of_seller_and_key() {
        let (seller, key) = (Address::repeat_byte(0xab), [7; 32]);
        assert_eq!(key_hash(seller, &DeliverableKey::new(&key)), keccak256((seller, B256::new(key)).abi_encode()));
    }

    #[test]
    fn i12_a_key_is_read_in_hex_and_never_shown() {
        let text = "c0ffee".repeat(10) + "c0ff";
        let key: DeliverableKey = text.parse().unwrap();
        assert_eq!(hex::encode(key.expose()), text);
        assert_eq!(format!("0x{text}").parse::<DeliverableKey>().unwrap().expose(), key.expose());
        assert_eq!(format!("{key:?}"), "DeliverableKey([REDACTED])");
        for wrong in [&text[1..], "", "0x", &text.replace('c', "x"), &format!("{text}00"), &format!(" {text}")] {
            let refused = wrong.parse::<DeliverableKey>().unwrap_err();
            assert_eq!(refused.to_string(), "expected a key: 64 hexadecimal digits, with or without 0x");
        }
    }
}
