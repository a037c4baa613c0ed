//! How a sealed deliverable starts: what it is and which key opens it.

use alloy_primitives::{Address, B256};

use super::{CHUNK_LENGTH, DeliverableError, MAX_LENGTH, Sealing, key_hash};

/// The one version that there is. It stands for the cipher, the chunk length and the layout: none of them can be chosen.
pub const VERSION: u16 = 1;
/// Bytes of the header.
pub const HEADER_LENGTH: usize = 87;
/// Bytes of a nonce that are the same in all chunks: the 24 of XChaCha20, less 4 for the counter and 1 for the last flag.
pub const NONCE_PREFIX_LENGTH: usize = 19;
/// Bytes of a Poly1305 tag.
pub(super) const TAG_LENGTH: usize = 16;

const MAGIC: &[u8; 6] = b"CFSEAL";

/// What a sealed deliverable says about itself. Every chunk authenticates it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the deliverable: 1 to [`MAX_LENGTH`].
    pub length: u64,
    /// [`key_hash`] of seller and key.
    pub key_hash: B256,
    /// Who sells.
    pub seller: Address,
    /// The part of the nonce that is the same in all chunks.
    pub nonce_prefix: [u8; NONCE_PREFIX_LENGTH],
}

/// One chunk of plaintext.
pub(super) struct Chunk {
    /// Which, from 0.
    pub position: u32,
    /// Whether none follows.
    pub last: bool,
    /// Bytes of plaintext; sealed it has [`TAG_LENGTH`] more.
    pub length: usize,
}

impl Header {
    pub(super) fn new(sealing: &Sealing<'_>) -> Result<Self, DeliverableError> {
        let key_hash = key_hash(sealing.seller, sealing.key);
        Self { length: sealing.length, key_hash, seller: sealing.seller, nonce_prefix: sealing.nonce_prefix }.within_limits()
    }

    pub(super) fn parse(bytes: &[u8; HEADER_LENGTH]) -> Result<Self, DeliverableError> {
        if &field(bytes, 0) != MAGIC {
            return Err(DeliverableError::NotSealed);
        }
        let found = u16::from_be_bytes(field(bytes, 6));
        if found != VERSION {
            return Err(DeliverableError::UnknownVersion { found });
        }
        let header = Self {
            length: u64::from_be_bytes(field(bytes, 8)),
            key_hash: B256::new(field(bytes, 16)),
            seller: Address::new(field(bytes, 48)),
            nonce_prefix: field(bytes, 68),
        };
        header.within_limits()
    }

    pub(super) fn to_bytes(self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        bytes[..6].copy_from_slice(MAGIC);
        bytes[6..8].copy_from_slice(&VERSION.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.length.to_be_bytes());
        bytes[16..48].copy_from_slice(self.key_hash.as_slice());
        bytes[48..68].copy_from_slice(self.seller.as_slice());
        bytes[68..].copy_from_slice(&self.nonce_prefix);
        bytes
    }

    fn within_limits(self) -> Result<Self, DeliverableError> {
        match self.length {
            0 => Err(DeliverableError::Empty),
            1..=MAX_LENGTH => Ok(self),
            length => Err(DeliverableError::TooLong { length }),
        }
    }

    /// Bytes of the whole sealed file.
    #[must_use]
    pub fn sealed_length(&self) -> u64 {
        HEADER_LENGTH as u64 + self.length + u64::from(self.chunk_count()) * TAG_LENGTH as u64
    }

    fn chunk_count(&self) -> u32 {
        u32::try_from(self.length.div_ceil(CHUNK_LENGTH as u64)).expect("MAX_LENGTH is 2^24 chunks")
    }

    pub(super) fn chunks(&self) -> impl Iterator<Item = Chunk> + use<> {
        let (length, count) = (self.length, self.chunk_count());
        (0..count).map(move |position| {
            let rest = length - u64::from(position) * CHUNK_LENGTH as u64;
            Chunk { position, last: position + 1 == count, length: usize::try_from(rest).map_or(CHUNK_LENGTH, |rest| rest.min(CHUNK_LENGTH)) }
        })
    }
}

/// The `N` bytes from `start`.
fn field<const N: usize>(bytes: &[u8; HEADER_LENGTH], start: usize) -> [u8; N] {
    bytes[start..start + N].try_into().expect("every field lies within the header")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header { length: 65_537, key_hash: B256::repeat_byte(1), seller: Address::repeat_byte(2), nonce_prefix: [3; NONCE_PREFIX_LENGTH] };

    #[test]
    fn a_header_reads_back() {
        assert_eq!(Header::parse(&HEADER.to_bytes()).unwrap(), HEADER);
    }

    #[test]
    fn another_beginning_another_version_and_a_length_beyond_the_limits_are_refused() {
        let changed = |at: usize, to: &[u8]| {
            let mut bytes = HEADER.to_bytes();
            bytes[at..at + to.len()].copy_from_slice(to);
            Header::parse(&bytes).unwrap_err()
        };
        assert!(matches!(changed(0, b"cfseal"), DeliverableError::NotSealed));
        assert!(matches!(changed(6, &[0, 2]), DeliverableError::UnknownVersion { found: 2 }));
        assert!(matches!(changed(8, &0u64.to_be_bytes()), DeliverableError::Empty));
        assert!(matches!(changed(8, &(MAX_LENGTH + 1).to_be_bytes()), DeliverableError::TooLong { length } if length == MAX_LENGTH + 1));
        assert!(matches!(changed(8, &u64::MAX.to_be_bytes()), DeliverableError::TooLong { .. }));
    }

    #[test]
    fn chunks_are_full_but_the_last_and_add_up() {
        let chunk = CHUNK_LENGTH as u64;
        for (length, last) in [(1, 1), (chunk - 1, chunk - 1), (chunk, chunk), (chunk + 1, 1), (3 * chunk, chunk)] {
            let header = Header { length, ..HEADER };
            let chunks: Vec<_> = header.chunks().map(|chunk| (chunk.position, chunk.last, chunk.length as u64)).collect();
            let count = u32::try_from(chunks.len()).unwrap();
            assert_eq!(chunks.iter().map(|chunk| chunk.2).sum::<u64>(), length);
            assert_eq!(chunks.last(), Some(&(count - 1, true, last)));
            assert!(chunks[..chunks.len() - 1].iter().enumerate().all(|(n, seen)| *seen == (u32::try_from(n).unwrap(), false, chunk)));
            assert_eq!(header.sealed_length(), 87 + length + u64::from(count) * 16);
        }
        let longest = Header { length: MAX_LENGTH, ..HEADER };
        assert_eq!((longest.chunk_count(), longest.chunks().last().map(|chunk| chunk.length)), (1 << 24, Some(CHUNK_LENGTH)));
    }
}
