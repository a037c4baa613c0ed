// What `bin/vectors` writes to vectors/escrows.json: ids of escrows, what the roles and buyers sign, and hashes of keys. With viem,
// as all vectors.
"use strict";
const {
  domainSeparator,
  encodeAbiParameters,
  hashStruct,
  hashTypedData,
  keccak256,
  stringToBytes,
} = require("viem");

const ZERO = `0x${"00".repeat(20)}`;
const ZERO_HASH = `0x${"00".repeat(32)}`;
const MAX = (1n << 256n) - 1n;

const ESCROW_TYPES = {
  Terms: [
    { name: "chainId", type: "uint64" },
    { name: "operator", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "fundBy", type: "uint40" },
    { name: "requestId", type: "bytes32" },
    { name: "buyer", type: "address" },
    { name: "seller", type: "address" },
    { name: "arbiter", type: "address" },
    { name: "evaluator", type: "address" },
    { name: "token", type: "address" },
    { name: "amount", type: "uint96" },
    { name: "feeRecipient", type: "address" },
    { name: "feeAmount", type: "uint96" },
    { name: "arbiterFeeBps", type: "uint16" },
    { name: "fallbackBps", type: "uint16" },
    { name: "deliverBy", type: "uint40" },
    { name: "reviewWindow", type: "uint32" },
    { name: "rulingWindow", type: "uint32" },
    { name: "keyHash", type: "bytes32" },
    { name: "delivery", type: "bytes32" },
  ],
  Release: [
    { name: "id", type: "bytes32" },
    { name: "upTo", type: "uint96" },
    { name: "deadline", type: "uint40" },
  ],
  Settlement: [
    { name: "id", type: "bytes32" },
    { name: "remaining", type: "uint96" },
    { name: "toSeller", type: "uint96" },
    { name: "deadline", type: "uint40" },
  ],
  Verdict: [
    { name: "id", type: "bytes32" },
    { name: "deliverable", type: "bytes32" },
    { name: "pass", type: "bool" },
    { name: "evidenceHash", type: "bytes32" },
  ],
};
const FUNDING_TYPES = {
  ReceiveWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
  PermitWitnessTransferFrom: [
    { name: "permitted", type: "TokenPermissions" },
    { name: "spender", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
    { name: "witness", type: "Terms" },
  ],
  TokenPermissions: [
    { name: "token", type: "address" },
    { name: "amount", type: "uint256" },
  ],
  Terms: ESCROW_TYPES.Terms,
};

const ESCROW = "0x3333333333333333333333333333333333333333";
const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
const KEY = keccak256(stringToBytes("the key of the sealed deliverable"));

function keyHash(seller, key) {
  return keccak256(encodeAbiParameters([{ type: "address" }, { type: "bytes32" }], [seller, key]));
}

/** The greatest value of a type; of a chain id the greatest that every JSON reader keeps exact. */
function greatest({ name, type }) {
  if (name === "chainId") return BigInt(Number.MAX_SAFE_INTEGER);
  if (type === "bool") return true;
  if (type.startsWith("uint")) return (1n << BigInt(type.slice(4))) - 1n;
  return `0x${"ff".repeat(type === "address" ? 20 : 32)}`;
}

const reviewed = {
  chainId: 8453n,
  operator: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
  nonce: 7n,
  fundBy: 1_800_000_000n,
  requestId: keccak256(stringToBytes("the canonical snapshot")),
  buyer: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  seller: "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
  arbiter: "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
  evaluator: ZERO,
  token: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
  amount: 100_000_000n,
  feeRecipient: "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
  feeAmount: 2_500_000n,
  arbiterFeeBps: 300n,
  fallbackBps: 6_000n,
  deliverBy: 1_800_604_800n,
  reviewWindow: 259_200n,
  rulingWindow: 1_209_600n,
  keyHash: ZERO_HASH,
  delivery: ZERO_HASH,
};
const exchanged = {
  ...reviewed,
  arbiter: ZERO,
  arbiterFeeBps: 0n,
  fallbackBps: 0n,
  reviewWindow: 0n,
  rulingWindow: 0n,
  keyHash: keyHash(reviewed.seller, KEY),
  delivery: keccak256(stringToBytes("the commitment to the sealed deliverable")),
};
const evaluator = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
const termsCases = [
  ["review with an arbiter", ESCROW, reviewed],
  ["the same on another chain", ESCROW, { ...reviewed, chainId: 10n }],
  ["the same in another contract", "0x4444444444444444444444444444444444444444", reviewed],
  ["review with an evaluator", ESCROW, { ...reviewed, evaluator }],
  [
    "native coin without fee or arbiter",
    ESCROW,
    { ...reviewed, token: ZERO, feeRecipient: ZERO, feeAmount: 0n, arbiter: ZERO, arbiterFeeBps: 0n },
  ],
  ["exchange", ESCROW, exchanged],
  ["verified exchange", ESCROW, { ...exchanged, evaluator }],
  [
    "the greatest value in every field",
    `0x${"ff".repeat(20)}`,
    Object.fromEntries(ESCROW_TYPES.Terms.map((field) => [field.name, greatest(field)])),
  ],
];

/** Values as text, so that no reader of JSON rounds them; a boolean as itself. */
function asText(message) {
  return Object.fromEntries(Object.entries(message).map(([k, v]) => [k, typeof v === "boolean" ? v : String(v)]));
}

async function signed(signer, domain, types, primaryType, message) {
  const typed = { domain, types, primaryType, message };
  return { digest: hashTypedData(typed), signature: await signer.signTypedData(typed) };
}

function escrowDomain(chainId, verifyingContract) {
  return { name: "Escrow", version: "1", chainId: Number(chainId), verifyingContract };
}

/**
 * @param signer The account that signs all of it, whose key is `privateKey`.
 */
async function escrows(signer, privateKey) {
  const terms = termsCases.map(async ([name, verifyingContract, message]) => {
    const domain = escrowDomain(message.chainId, verifyingContract);
    return {
      name,
      verifyingContract,
      terms: asText(message),
      domainSeparator: domainSeparator({ domain }),
      structHash: hashStruct({ data: message, primaryType: "Terms", types: ESCROW_TYPES }),
      ...(await signed(signer, domain, ESCROW_TYPES, "Terms", message)),
    };
  });
  return {
    signer: { address: signer.address, privateKey },
    terms: await Promise.all(terms),
    messages: await Promise.all(messages(signer)),
    funding: await Promise.all([
      funding(signer, "exchange", 1n),
      funding(signer, "the greatest value in every field", MAX),
    ]),
    keys: [
      [reviewed.seller, KEY],
      [reviewed.buyer, KEY],
      [`0x${"ff".repeat(20)}`, `0x${"ff".repeat(32)}`],
    ].map(([seller, key]) => ({ seller, key, keyHash: keyHash(seller, key) })),
  };
}

/** What buyer, seller and evaluator sign, about one escrow on two chains, in two contracts, and with the greatest values. */
function messages(signer) {
  const id = hashTypedData({
    domain: escrowDomain(reviewed.chainId, ESCROW),
    types: ESCROW_TYPES,
    primaryType: "Terms",
    message: reviewed,
  });
  const hash = (text) => keccak256(stringToBytes(text));
  const usualMessages = {
    Release: { id, upTo: 40_000_000n, deadline: 1_800_000_000n },
    Settlement: { id, remaining: 60_000_000n, toSeller: 20_000_001n, deadline: 1_800_000_000n },
    Verdict: { id, deliverable: hash("the deliverable"), pass: false, evidenceHash: hash("the evidence") },
  };
  return Object.entries(usualMessages).flatMap(([primaryType, usualMessage]) =>
    [
      [8453, ESCROW, usualMessage],
      [10, ESCROW, usualMessage],
      [8453, "0x4444444444444444444444444444444444444444", usualMessage],
      [
        Number.MAX_SAFE_INTEGER,
        `0x${"ff".repeat(20)}`,
        Object.fromEntries(ESCROW_TYPES[primaryType].map((field) => [field.name, greatest(field)])),
      ],
    ].map(async ([chainId, verifyingContract, message]) => ({
      primaryType,
      chainId,
      verifyingContract,
      message: asText(message),
      ...(await signed(signer, escrowDomain(chainId, verifyingContract), ESCROW_TYPES, primaryType, message)),
    })),
  );
}

/** What the buyer of these terms signs for the token (ERC-3009) and for Permit2. */
async function funding(signer, name, permitNonce) {
  const [, verifyingContract, terms] = termsCases.find((entry) => entry[0] === name);
  const chainId = Number(terms.chainId);
  const id = hashTypedData({
    domain: escrowDomain(chainId, verifyingContract),
    types: ESCROW_TYPES,
    primaryType: "Terms",
    message: terms,
  });
  const token = { name: "USD Coin", version: "2", chainId, verifyingContract: terms.token };
  const authorization = {
    from: terms.buyer,
    to: verifyingContract,
    value: terms.amount,
    validAfter: 0n,
    validBefore: terms.fundBy + 1n,
    nonce: id,
  };
  const permit = {
    permitted: { token: terms.token, amount: terms.amount },
    spender: verifyingContract,
    nonce: permitNonce,
    deadline: terms.fundBy,
    witness: terms,
  };
  const permit2 = { name: "Permit2", chainId, verifyingContract: PERMIT2 };
  return {
    name,
    verifyingContract,
    terms: asText(terms),
    tokenSeparator: domainSeparator({ domain: token }),
    authorization: await signed(signer, token, FUNDING_TYPES, "ReceiveWithAuthorization", authorization),
    permitNonce: String(permitNonce),
    permit: await signed(signer, permit2, FUNDING_TYPES, "PermitWitnessTransferFrom", permit),
  };
}

module.exports = { escrows };
