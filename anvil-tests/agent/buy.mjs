// One payment by two agents that were given the API's address and their own keys, and nothing else: paths, bodies and what to do next come from /openapi.json and from
// the API's answers; what is signed is checked with viem before it is signed.
//
//   API_URL RPC_URL BUYER_KEY BUYER_TOKEN SELLER_KEY SELLER_TOKEN ASSET   node buy.mjs
//
// Prints one JSON line {contractId, paymentRequestId, requestId, transactionHash, receiptId} and exits 0, or says what is wrong and exits 1.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import {
  createPublicClient, createWalletClient, decodeFunctionData, defineChain, encodeFunctionData, hashTypedData, http, isAddressEqual, keccak256, parseAbi,
  recoverAddress, stringToBytes,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";

const need = (name) => process.env[name] ?? fail(`${name} is not set`);
const fail = (reason) => {
  console.error(reason);
  process.exit(1);
};

const api = need("API_URL");
const buyer = privateKeyToAccount(need("BUYER_KEY"));
const seller = privateKeyToAccount(need("SELLER_KEY"));
const asset = need("ASSET");
const amount = 12_500_000n;

const document = await (await fetch(`${api}/openapi.json`)).json();

// Calls the operation that the document has under this path template; refuses one that it does not have.
async function call(token, method, template, parameters = {}, body = undefined) {
  assert.ok(document.paths[template]?.[method.toLowerCase()], `the OpenAPI document has no ${method} ${template}`);
  const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name] ?? fail(`${template} needs ${name}`)));
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(method === "POST" && { "idempotency-key": randomUUID() }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) fail(`${method} ${path}: ${answer.status} ${json.code}: ${json.detail}`);
  return json;
}

const ofBuyer = need("BUYER_TOKEN");
const ofSeller = need("SELLER_TOKEN");

// Agree: both wallets sign what the API says is to be signed, after checking that it says what they agreed.
const agreement = {
  externalRef: randomUUID(),
  buyer: { wallet: buyer.address },
  seller: { wallet: seller.address },
  terms: {
    title: "Label 1,000 images",
    acceptanceCriteria: ["Every image has one label"],
    amountAtomic: String(amount),
    asset,
    payeeAddress: seller.address,
    paymentTiming: "on_delivery",
    settlement: "direct",
  },
};
const salt = `0x${randomBytes(32).toString("hex")}`;
const { typedData } = await call(ofBuyer, "POST", "/api/agent/contracts/import/typed-data", {}, { ...agreement, salt });
assert.equal(typedData.primaryType, "Agreement");
assert.equal(BigInt(typedData.message.amount), amount);
assert.ok(isAddressEqual(typedData.message.buyer, buyer.address) && isAddressEqual(typedData.message.seller, seller.address));
const consent = {
  kind: "signatures",
  salt,
  buyerSignature: await buyer.signTypedData(typedData),
  sellerSignature: await seller.signTypedData(typedData),
};
const { contract } = await call(ofBuyer, "POST", "/api/agent/contracts/import", {}, { ...agreement, consent });
const ids = { contract_id: contract.id };

// Deliver.
await call(ofSeller, "POST", "/api/agent/contracts/{contract_id}/submissions", ids, {
  notes: "All 1,000 labelled",
  deliverableHash: keccak256(stringToBytes("labels.csv")),
});

// Ask for a payment request, and check all of it.
const created = (await call(ofBuyer, "POST", "/api/agent/contracts/{contract_id}/crypto-payment-requests", ids, { payerAddress: buyer.address })).paymentRequest;
ids.payment_request_id = created.id;
const { paymentRequest } = await call(ofBuyer, "GET", "/api/agent/contracts/{contract_id}/crypto-payment-requests/{payment_request_id}", ids);
const { execution } = paymentRequest;
assert.ok(execution, "the payer's detail carries the execution payload");

const { chains } = await call(undefined, "GET", "/api/chains");
const chain = chains.find(({ chainId }) => chainId === execution.chainId) ?? fail("the payload is for a chain that the API does not publish");

const snapshot = JSON.parse(execution.snapshot);
assert.equal(keccak256(stringToBytes(execution.snapshot)), execution.requestId, "requestId is the hash of the snapshot");
assert.equal(hashTypedData(execution.typedData), execution.digest, "the digest is that of the typed data");
const operatorSigner = await recoverAddress({ hash: execution.digest, signature: execution.signature });

const payment = execution.typedData.message;
assert.equal(payment.requestId, execution.requestId);
assert.equal(snapshot.contractId, contract.id);
assert.ok(isAddressEqual(payment.payer, buyer.address), "I pay");
assert.ok(isAddressEqual(payment.payee, seller.address), "the seller I agreed with is paid");
assert.equal(BigInt(payment.amount), amount, "what we agreed is paid");
assert.ok(BigInt(payment.feeAmount) * 10_000n <= (amount + BigInt(payment.feeAmount)) * 2_000n, "the fee is within the router's cap");
assert.ok(isAddressEqual(payment.operator, chain.operator) && isAddressEqual(execution.payment.to, chain.router));
assert.ok(isAddressEqual(execution.typedData.domain.verifyingContract, chain.router));

const router = parseAbi([
  "struct Payment { address operator; bytes32 requestId; bytes32 parent; address payer; address payee; address token; uint256 amount; address feeRecipient; uint256 feeAmount; uint256 nonce; uint256 deadline; }",
  "function pay(Payment payment, bytes signature) payable",
  "function isSigner(address operator, address signer) view returns (bool)",
  "function isUsed(address operator, uint256 nonce) view returns (bool)",
]);
const { functionName, args } = decodeFunctionData({ abi: router, data: execution.payment.data });
assert.equal(functionName, "pay");
assert.equal(encodeFunctionData({ abi: router, functionName, args }), execution.payment.data, "nothing hides behind the arguments");
for (const [field, value] of Object.entries(args[0])) assert.equal(String(value).toLowerCase(), String(payment[field]).toLowerCase(), field);
assert.equal(args[1], execution.signature);

// Pay, in my own wallet.
const viemChain = defineChain({ id: chain.chainId, name: chain.name, nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [need("RPC_URL")] } } });
const client = createPublicClient({ chain: viemChain, transport: http(), pollingInterval: 100 });
const wallet = createWalletClient({ account: buyer, chain: viemChain, transport: http() });
assert.ok(
  isAddressEqual(operatorSigner, payment.operator) ||
    (await client.readContract({ address: chain.router, abi: router, functionName: "isSigner", args: [payment.operator, operatorSigner] })),
  "the signature is the operator's or a delegate's",
);
if (execution.approval) {
  const { to, data } = execution.approval;
  const { args: approve } = decodeFunctionData({ abi: parseAbi(["function approve(address spender, uint256 amount) returns (bool)"]), data });
  assert.ok(isAddressEqual(to, payment.token) && isAddressEqual(approve[0], chain.router));
  assert.equal(approve[1], BigInt(payment.amount) + BigInt(payment.feeAmount), "no more is approved than is paid");
  await client.waitForTransactionReceipt({ hash: await wallet.sendTransaction({ to, data }) });
}
const transactionHash = await wallet.sendTransaction({ to: execution.payment.to, data: execution.payment.data, value: BigInt(execution.payment.value) });
const mined = await client.waitForTransactionReceipt({ hash: transactionHash });
assert.equal(mined.status, "success");

// Tell, and wait: the API says each time whether to ask again.
const byId = "/api/agent/contracts/{contract_id}/crypto-payment-requests/{payment_request_id}";
await call(ofBuyer, "POST", `${byId}/submit`, ids, { txHash: transactionHash });
let verified;
for (let attempt = 0; attempt < 60 && verified?.status !== "router_verified"; attempt++) {
  const answer = await call(ofBuyer, "POST", `${byId}/verify`, ids, { txHash: transactionHash });
  verified = answer.paymentRequest;
  if (answer.retryAfterSeconds) await new Promise((resolve) => setTimeout(resolve, answer.retryAfterSeconds * 1_000));
}
assert.equal(verified.status, "router_verified");

// The seller reads the receipt, and the buyer accepts.
const receiptId = `rcpt_${paymentRequest.id}`;
const { receipt } = await call(ofSeller, "GET", "/api/agent/receipts/{receipt_id}", { receipt_id: receiptId });
assert.equal(receipt.event.transactionHash, transactionHash);
assert.equal(receipt.sellerAmountAtomic, String(amount));
assert.equal(keccak256(stringToBytes(receipt.proof.snapshot)), execution.requestId);
const decided = await call(ofBuyer, "POST", "/api/agent/contracts/{contract_id}/decision", ids, { action: "accept" });
assert.equal(decided.contract.status, "accepted");

console.log(JSON.stringify({ contractId: contract.id, paymentRequestId: paymentRequest.id, requestId: execution.requestId, transactionHash, receiptId }));
