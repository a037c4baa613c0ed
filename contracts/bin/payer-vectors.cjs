// What `bin/vectors` writes to vectors/payers.json: the digest of batches, and what payers sign for the token (ERC-3009) and
// for Permit2 so that somebody else may send their payments. With viem, as all vectors.
"use strict";
const { domainSeparator, hashTypedData } = require("viem");
const { privateKeyToAccount } = require("viem/accounts");

// The second key of the mnemonic "test test … junk", the payer of most payments here; a refund is signed by it all the same.
const PRIVATE_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const payer = privateKeyToAccount(PRIVATE_KEY);

const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
const MAX = (1n << 256n) - 1n;

const AUTHORIZATION_TYPES = {
  ReceiveWithAuthorization: [
    { name: "from", type: "address" },
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "validAfter", type: "uint256" },
    { name: "validBefore", type: "uint256" },
    { name: "nonce", type: "bytes32" },
  ],
};
const permitTypes = (Payment) => ({
  PermitBatchWitnessTransferFrom: [
    { name: "permitted", type: "TokenPermissions[]" },
    { name: "spender", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
    { name: "witness", type: "Payment" },
  ],
  TokenPermissions: [
    { name: "token", type: "address" },
    { name: "amount", type: "uint256" },
  ],
  Payment,
});

const asText = (payment) => Object.fromEntries(Object.entries(payment).map(([key, value]) => [key, String(value)]));
const atMost = (value) => (value > MAX ? MAX : value);

async function signed(account, domain, types, primaryType, message) {
  const typed = { domain, types, primaryType, message };
  return { digest: hashTypedData(typed), signature: await account.signTypedData(typed) };
}

/**
 * @param operator The account that signs what operators sign.
 * @param cases `[name, chainId, router, payment]`, as for vectors/payments.json.
 * @param Payment The EIP-712 fields of a payment.
 */
async function payers(operator, cases, Payment) {
  const routerDomain = (chainId, verifyingContract) => ({ name: "PaymentRouter", version: "1", chainId, verifyingContract });

  const batch = async (name, members) => {
    const [, chainId, router] = cases[0];
    const payments = members.map((index) => cases[index][3]);
    const types = { PaymentBatch: [{ name: "payments", type: "Payment[]" }], Payment };
    const domain = routerDomain(chainId, router);
    const signature = await signed(operator, domain, types, "PaymentBatch", { payments });
    return { name, chainId, verifyingContract: router, payments: payments.map(asText), ...signature };
  };

  const relayed = async ([name, chainId, router, payment], permitNonce) => {
    const agreed = await signed(operator, routerDomain(chainId, router), { Payment }, "Payment", payment);
    const tokenDomain = { name: "USD Coin", version: "2", chainId, verifyingContract: payment.token };
    const authorization = {
      from: payment.payer,
      to: router,
      value: atMost(payment.amount + payment.feeAmount),
      validAfter: 0n,
      validBefore: atMost(payment.deadline + 1n),
      nonce: agreed.digest,
    };
    const amounts = payment.feeAmount === 0n ? [payment.amount] : [payment.amount, payment.feeAmount];
    const permit = {
      permitted: amounts.map((amount) => ({ token: payment.token, amount })),
      spender: router,
      nonce: permitNonce,
      deadline: payment.deadline,
      witness: payment,
    };
    const permit2Domain = { name: "Permit2", chainId, verifyingContract: PERMIT2 };
    return {
      name,
      chainId,
      verifyingContract: router,
      payment: asText(payment),
      operatorSignature: agreed.signature,
      tokenSeparator: domainSeparator({ domain: tokenDomain }),
      authorization: await signed(payer, tokenDomain, AUTHORIZATION_TYPES, "ReceiveWithAuthorization", authorization),
      permitNonce: String(permitNonce),
      permit: await signed(payer, permit2Domain, permitTypes(Payment), "PermitBatchWitnessTransferFrom", permit),
    };
  };

  const tokenCases = cases.filter(([, , , payment]) => BigInt(payment.token) !== 0n && BigInt(payment.payer) !== 0n);
  return {
    signer: { address: payer.address, privateKey: PRIVATE_KEY },
    batches: await Promise.all([batch("one", [0]), batch("three", [0, 3, 0]), batch("none", [])]),
    relayed: await Promise.all(tokenCases.map((entry, index) => relayed(entry, index === 1 ? MAX : BigInt(index)))),
  };
}

module.exports = { payers };
