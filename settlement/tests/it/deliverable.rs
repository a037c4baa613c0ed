//! A sealed deliverable opens to what was sealed or not at all, and whoever checks it before paying learns whether it is the one agreed on.

use std::io::{self, Read, Write};

use alloy_primitives::{Address, B256, hex};
use proptest::prelude::*;
use serde_json::Value;
use settlement::deliverable::{
    CHUNK_LENGTH, Commitment, Contents, DeliverableError as E, DeliverableKey, Expected, HEADER_LENGTH, MAX_LENGTH, NONCE_PREFIX_LENGTH, Sealing, VERSION,
    check, key_hash, open, seal,
};

use crate::world::SELLER;

/// Plaintext of a chunk and its tag.
const SEALED_CHUNK: usize = CHUNK_LENGTH + 16;

fn key() -> DeliverableKey {
    DeliverableKey::new(&[0x6b; 32])
}

fn plaintext(length: usize) -> Vec<u8> {
    (0..251u8).cycle().take(length).collect()
}

fn sealed_by(seller: Address, key: &DeliverableKey, plaintext: &[u8]) -> (Vec<u8>, Contents) {
    let mut sealed = Vec::new();
    let sealing = Sealing { seller, key, nonce_prefix: [0x4e; NONCE_PREFIX_LENGTH], length: plaintext.len() as u64 };
    let contents = seal(plaintext, &mut sealed, &sealing).unwrap();
    (sealed, contents)
}

fn sealed(length: usize) -> (Vec<u8>, Contents) {
    sealed_by(SELLER, &key(), &plaintext(length))
}

fn terms(contents: &Contents) -> Commitment {
    Commitment { delivery: contents.delivery, key_hash: contents.header.key_hash, seller: contents.header.seller }
}

/// Opens without being told what to expect: everything that is noticed then is noticed by the seal itself.
fn opened(sealed: &[u8]) -> Result<Vec<u8>, E> {
    let mut plaintext = Vec::new();
    open(sealed, &mut plaintext, &key(), &Expected::default()).map(|_| plaintext)
}

/// Lengths around the ends of chunks, where they are most likely to go wrong, and others.
fn any_length() -> impl Strategy<Value = usize> {
    let near = (0..4usize, 0..5usize).prop_map(|(chunks, near)| (chunks * CHUNK_LENGTH + near).saturating_sub(2).max(1));
    prop_oneof![3 => near, 1 => 1..4 * CHUNK_LENGTH]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_opened_is_what_was_sealed(length in any_length(), key in any::<[u8; 32]>(), nonce_prefix in any::<[u8; NONCE_PREFIX_LENGTH]>(), seller in any::<[u8; 20]>()) {
        let (key, seller, original) = (DeliverableKey::new(&key), Address::from(seller), plaintext(length));
        let mut file = Vec::new();
        let made = seal(original.as_slice(), &mut file, &Sealing { seller, key: &key, nonce_prefix, length: length as u64 }).unwrap();
        prop_assert_eq!(made.header.sealed_length(), file.len() as u64);
        prop_assert_eq!(made.header.key_hash, key_hash(seller, &key));
        prop_assert_eq!(check(file.as_slice(), &terms(&made)).unwrap(), made.header);
        let mut read = Vec::new();
        let expected = Expected { delivery: Some(made.delivery), key_hash: Some(made.header.key_hash) };
        prop_assert_eq!(open(file.as_slice(), &mut read, &key, &expected).unwrap(), made);
        prop_assert!(read == original);
    }

    #[test]
    fn no_changed_byte_goes_unnoticed(length in any_length(), at in any::<prop::sample::Index>(), change in 1..=u8::MAX) {
        let (mut file, made) = sealed(length);
        let at = at.index(file.len());
        file[at] ^= change;
        prop_assert!(opened(&file).is_err(), "byte {at}");
        prop_assert!(check(file.as_slice(), &terms(&made)).is_err(), "byte {at}");
    }

    #[test]
    fn no_end_is_cut_off_unnoticed(length in any_length(), keep in any::<prop::sample::Index>()) {
        let (file, made) = sealed(length);
        let cut = &file[..keep.index(file.len())];
        let told = opened(cut).unwrap_err();
        if cut.len() < HEADER_LENGTH {
            prop_assert!(matches!(told, E::NotSealed), "{told:?}");
        } else {
            prop_assert!(matches!(told, E::Truncated { expected, found } if (expected, found) == (file.len() as u64, cut.len() as u64)), "{told:?}");
        }
        prop_assert_eq!(check(cut, &terms(&made)).unwrap_err().to_string(), told.to_string());
    }

    #[test]
    fn bytes_that_are_no_sealed_deliverable_are_refused_and_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300), like in any::<bool>()) {
        let start = [b"CFSEAL".as_slice(), &VERSION.to_be_bytes(), &[0; 6]].concat();
        if like && bytes.len() > start.len() {
            bytes[..start.len()].copy_from_slice(&start);
        }
        prop_assert!(opened(&bytes).is_err());
        prop_assert!(check(bytes.as_slice(), &terms(&sealed(1).1)).is_err());
    }
}

#[test]
fn each_flipped_bit_of_a_short_one_is_noticed() {
    let (file, made) = sealed(20);
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert!(opened(&changed).is_err(), "bit {bit} of byte {at}");
            assert!(check(changed.as_slice(), &terms(&made)).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn chunks_that_are_swapped_repeated_or_left_out_are_noticed_where_it_happens() {
    let (file, _) = sealed(3 * CHUNK_LENGTH + 9);
    let chunk = |n: usize| &file[HEADER_LENGTH + n * SEALED_CHUNK..HEADER_LENGTH + (n + 1) * SEALED_CHUNK];
    let (header, last) = (&file[..HEADER_LENGTH], &file[HEADER_LENGTH + 3 * SEALED_CHUNK..]);
    assert!(opened(&[header, chunk(0), chunk(1), chunk(2), last].concat()).is_ok());
    for (told, position) in [
        (opened(&[header, chunk(1), chunk(0), chunk(2), last].concat()), 0),
        (opened(&[header, chunk(0), chunk(0), chunk(2), last].concat()), 1),
        (opened(&[header, chunk(0), chunk(2), chunk(1), last].concat()), 1),
        (opened(&[header, chunk(0), chunk(1), chunk(2), chunk(2), last].concat()), 3),
    ] {
        assert!(matches!(told, Err(E::WrongChunk { position: seen }) if seen == position), "{told:?}, not {position}");
    }
    assert!(matches!(opened(&[header, chunk(0), chunk(1), last].concat()), Err(E::Truncated { .. })));
    assert!(matches!(opened(&[file.as_slice(), b"x"].concat()), Err(E::TrailingData { expected }) if expected == file.len() as u64));
    assert!(matches!(opened(&[file.as_slice(), last].concat()), Err(E::TrailingData { .. })));
}

/// The hash of all but the addition is the one in the terms: the addition must not be left out of the comparison.
#[test]
fn what_was_added_to_the_committed_file_is_noticed_before_funding() {
    let (file, made) = sealed(CHUNK_LENGTH);
    for addition in [&b"x"[..], &[0; SEALED_CHUNK]] {
        let told = check([file.as_slice(), addition].concat().as_slice(), &terms(&made)).unwrap_err();
        assert!(matches!(told, E::TrailingData { expected } if expected == file.len() as u64), "{told:?}");
    }
}

/// A cut at the end of a chunk, with a header changed to the shorter length: every chunk authenticates the header, and the last one has a nonce of its own.
#[test]
fn a_shorter_length_in_the_header_does_not_make_a_shorter_deliverable() {
    let (file, _) = sealed(2 * CHUNK_LENGTH);
    let mut cut = file[..HEADER_LENGTH + SEALED_CHUNK].to_vec();
    cut[8..16].copy_from_slice(&(CHUNK_LENGTH as u64).to_be_bytes());
    assert!(matches!(opened(&cut), Err(E::WrongChunk { position: 0 })));
}

#[test]
fn chunks_of_another_deliverable_under_the_same_key_are_noticed() {
    let (file, _) = sealed(CHUNK_LENGTH + 5);
    let mut other = Vec::new();
    let sealing = Sealing { seller: SELLER, key: &key(), nonce_prefix: [0x4f; NONCE_PREFIX_LENGTH], length: CHUNK_LENGTH as u64 + 5 };
    seal(plaintext(CHUNK_LENGTH + 5).as_slice(), &mut other, &sealing).unwrap();
    let mixed = [&file[..HEADER_LENGTH + SEALED_CHUNK], &other[HEADER_LENGTH + SEALED_CHUNK..]].concat();
    assert!(matches!(opened(&mixed), Err(E::WrongChunk { position: 1 })));
}

#[test]
fn another_key_opens_nothing_and_is_refused_before_anything_is_written() {
    let (file, made) = sealed(100);
    let mut written = Vec::new();
    let other = DeliverableKey::new(&[0x6c; 32]);
    let told = open(file.as_slice(), &mut written, &other, &Expected::default()).unwrap_err();
    assert!(matches!(told, E::WrongKey { expected, found } if (expected, found) == (made.header.key_hash, key_hash(SELLER, &other))));
    assert!(written.is_empty());
}

/// The header names another key's hash, so that the check of the key passes: the cipher still refuses.
#[test]
fn a_header_that_was_made_to_fit_another_key_opens_nothing() {
    let (mut file, _) = sealed(100);
    let other = DeliverableKey::new(&[0x6c; 32]);
    file[16..48].copy_from_slice(key_hash(SELLER, &other).as_slice());
    let told = open(file.as_slice(), io::sink(), &other, &Expected::default()).unwrap_err();
    assert!(matches!(told, E::WrongChunk { position: 0 }), "{told:?}");
}

#[test]
fn a_buyer_learns_before_funding_what_differs_from_the_terms() {
    let (file, made) = sealed(100);
    let good = terms(&made);
    let told = |terms: Commitment| check(file.as_slice(), &terms).unwrap_err();
    let other = B256::repeat_byte(9);
    assert!(matches!(told(Commitment { delivery: other, ..good }), E::WrongDelivery { committed, found } if (committed, found) == (other, made.delivery)));
    assert!(matches!(told(Commitment { key_hash: other, ..good }), E::WrongKeyHash { committed, found } if (committed, found) == (other, good.key_hash)));
    let stranger = Address::repeat_byte(9);
    assert!(matches!(told(Commitment { seller: stranger, ..good }), E::WrongSeller { committed, found } if (committed, found) == (stranger, SELLER)));
}

#[test]
fn whoever_opens_it_learns_what_differs_from_the_terms() {
    let (file, made) = sealed(100);
    let other = B256::repeat_byte(9);
    let told = |expected: Expected| open(file.as_slice(), io::sink(), &key(), &expected).unwrap_err();
    assert!(
        matches!(told(Expected { delivery: Some(other), key_hash: None }), E::WrongDelivery { committed, found } if (committed, found) == (other, made.delivery))
    );
    assert!(matches!(told(Expected { delivery: None, key_hash: Some(other) }), E::WrongKeyHash { committed, .. } if committed == other));
}

/// What everybody can do once the key is public: only the commitment tells the two files apart.
#[test]
fn a_file_made_later_with_the_published_key_is_not_the_one_committed_to() {
    let (_, agreed) = sealed(100);
    let (forged, _) = sealed_by(SELLER, &key(), b"something else");
    assert!(opened(&forged).is_ok());
    let expected = Expected { delivery: Some(agreed.delivery), key_hash: Some(agreed.header.key_hash) };
    assert!(matches!(open(forged.as_slice(), io::sink(), &key(), &expected), Err(E::WrongDelivery { .. })));
}

#[test]
fn the_seller_is_part_of_the_hash_of_the_key() {
    assert_ne!(key_hash(SELLER, &key()), key_hash(Address::repeat_byte(9), &key()));
}

#[test]
fn what_cannot_be_a_deliverable_is_not_sealed() {
    let seal = |content: &[u8], length: u64| {
        seal(content, io::sink(), &Sealing { seller: SELLER, key: &key(), nonce_prefix: [0; NONCE_PREFIX_LENGTH], length }).map(|_| ()).unwrap_err()
    };
    assert!(matches!(seal(b"", 0), E::Empty));
    assert!(matches!(seal(b"", MAX_LENGTH + 1), E::TooLong { length } if length == MAX_LENGTH + 1));
    assert!(matches!(seal(b"four", 5), E::LengthChanged { stated: 5 }));
    assert!(matches!(seal(b"four", 3), E::LengthChanged { stated: 3 }));
    let chunk = plaintext(CHUNK_LENGTH);
    assert!(matches!(seal(&chunk, CHUNK_LENGTH as u64 + 1), E::LengthChanged { .. }));
    assert!(matches!(seal(&chunk, CHUNK_LENGTH as u64 - 1), E::LengthChanged { .. }));
}

/// Gives a few bytes at a time and is interrupted in between, as a pipe may.
struct Halting<'a>(&'a [u8], bool);

impl Read for Halting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1_000);
        self.0.read(&mut buffer[..length])
    }
}

/// Is full after so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn it_does_not_matter_in_which_pieces_a_stream_comes() {
    let (file, made) = sealed(CHUNK_LENGTH + 5);
    assert_eq!(check(Halting(&file, false), &terms(&made)).unwrap(), made.header);
    let mut read = Vec::new();
    open(Halting(&file, false), &mut read, &key(), &Expected::default()).unwrap();
    assert!(read == plaintext(CHUNK_LENGTH + 5));
}

#[test]
fn a_full_disk_is_told_as_such() {
    let (file, _) = sealed(CHUNK_LENGTH + 5);
    let at_once = open(file.as_slice(), Full(CHUNK_LENGTH), &key(), &Expected::default()).unwrap_err();
    let at_the_end = open(file.as_slice(), io::BufWriter::with_capacity(file.len(), Full(CHUNK_LENGTH)), &key(), &Expected::default()).unwrap_err();
    for told in [at_once, at_the_end] {
        assert!(matches!(&told, E::Write(cause) if cause.kind() == io::ErrorKind::StorageFull), "{told:?}");
    }
}

/// `vectors/deliverable.json` was made from the documented format with another implementation: `settlement/bin/vectors`.
#[test]
fn another_implementation_of_the_format_seals_to_the_same_bytes() {
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../vectors/deliverable.json")).unwrap();
    assert!(vectors.len() >= 7);
    for vector in &vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let hash = |name: &str| text(name).parse::<B256>().unwrap();
        let key: DeliverableKey = text("key").parse().unwrap();
        let (seller, length) = (text("seller").parse().unwrap(), vector["length"].as_u64().unwrap());
        let nonce_prefix = hex::decode_to_array(text("noncePrefix")).unwrap();
        let mut file = Vec::new();
        let original = plaintext(usize::try_from(length).unwrap());
        let made = seal(original.as_slice(), &mut file, &Sealing { seller, key: &key, nonce_prefix, length }).unwrap();
        assert_eq!((made.header.key_hash, made.plaintext_hash, made.delivery), (hash("keyHash"), hash("plaintextSha256"), hash("delivery")), "{length}");
        assert_eq!((file.len() as u64, made.header.sealed_length()), (vector["sealedLength"].as_u64().unwrap(), file.len() as u64));
        if let Some(bytes) = vector["sealed"].as_str() {
            assert_eq!(hex::encode_prefixed(&file), bytes);
        }
    }
    assert_eq!(vectors.iter().filter(|vector| vector["sealed"].is_string()).count(), 2, "the short ones are there byte for byte");
}

#[test]
fn the_hash_of_a_key_is_the_one_that_the_escrow_takes() {
    // The same vectors are read by a test of the contract.
    let vectors: Value = serde_json::from_str(include_str!("../../../contracts/vectors/escrows.json")).unwrap();
    let keys = vectors["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3);
    for vector in keys {
        let seller: Address = vector["seller"].as_str().unwrap().parse().unwrap();
        let key: DeliverableKey = vector["key"].as_str().unwrap().parse().unwrap();
        assert_eq!(key_hash(seller, &key).to_string(), vector["keyHash"].as_str().unwrap());
    }
}
