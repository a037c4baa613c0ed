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

// The path template of the document that a path fits.
const fits = (template, path) => new RegExp(`^${template.replace(/\{\w+\}/g, "[^/]+")}$`).test(path);

// Calls an operation; refuses one that the document does not have.
async function call(token, method, path, body = undefined) {
  const known = Object.keys(document.paths).some((template) => fits(template, path) && document.paths[template][method.toLowerCase()]);
  assert.ok(known, `the OpenAPI document has no ${method} ${path}`);
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

// Does what a resource offers to its reader, and nothing that it does not: method, path and body are the answer's own, `facts` fill in what only we know.
async function follow(token, resource, action, facts = {}) {
  const offered = resource.availableActions.find((entry) => entry.action === action && entry.state === "available");
  if (!offered) fail(`${resource.id} is ${resource.status} and does not offer ${action}, but ${resource.availableActions.map((entry) => `${entry.action} (${entry.state})`)}`);
  const { method, endpoint, bodyTemplate } = offered.invocation;
  const body = bodyTemplate === null ? undefined : { ...bodyTemplate, ...facts };
  for (const [key, value] of Object.entries(body ?? {})) assert.ok(!String(value).startsWith("<"), `${action} needs ${key}: ${value}`);
  return call(token, method, endpoint, body);
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
const { typedData } = await call(ofBuyer, "POST", "/api/agent/contracts/import/typed-data", { ...agreement, salt });
assert.equal(typedData.primaryType, "Agreement");
assert.equal(BigInt(typedData.message.amount), amount);
assert.ok(isAddressEqual(typedData.message.buyer, buyer.address) && isAddressEqual(typedData.message.seller, seller.address));
const consent = {
  kind: "signatures",
  salt,
  buyerSignature: await buyer.signTypedData(typedData),
  sellerSignature: await seller.signTypedData(typedData),
};
const { contract } = await call(ofBuyer, "POST", "/api/agent/contracts/import", { ...agreement, consent });
const contractPath = `/api/agent/contracts/${contract.id}`;
const contractOf = async (token) => (await call(token, "GET", contractPath)).contract;
assert.equal(contract.suggestedAction, "wait_for_seller");

// Deliver.
const delivered = await follow(ofSeller, await contractOf(ofSeller), "submit_delivery", {
  deliverableUrl: "https://files.example/labels.csv",
  notes: "All 1,000 labelled",
  deliverableHash: keccak256(stringToBytes("labels.csv")),
});
assert.equal(delivered.contract.status, "submitted");

// Ask for a payment request, and check all of it.
await follow(ofBuyer, await contractOf(ofBuyer), "create_payment_request");
const { paymentRequest } = await follow(ofBuyer, await contractOf(ofBuyer), "fetch_payment_request");
const { execution } = paymentRequest;
assert.equal(paymentRequest.recommendedAction.code, "pay_now");
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
let { paymentRequest: latest } = await follow(ofBuyer, paymentRequest, "submit_tx_hash", { txHash: transactionHash });
for (let attempt = 0; attempt < 60 && latest.status !== "router_verified"; attempt++) {
  const answer = await follow(ofBuyer, latest, "verify_payment", { txHash: transactionHash });
  latest = answer.paymentRequest;
  if (answer.retryAfterSeconds) await new Promise((resolve) => setTimeout(resolve, answer.retryAfterSeconds * 1_000));
}
assert.equal(latest.status, "router_verified");
assert.equal(latest.paidTxHash, transactionHash);

// The seller reads the receipt, and the buyer accepts.
const { receipt } = await follow(ofSeller, await contractOf(ofSeller), "view_receipt");
assert.equal(receipt.id, latest.receiptId);
assert.equal(receipt.event.transactionHash, transactionHash);
assert.equal(receipt.sellerAmountAtomic, String(amount));
assert.equal(keccak256(stringToBytes(receipt.proof.snapshot)), execution.requestId);
const decided = await follow(ofBuyer, await contractOf(ofBuyer), "accept");
assert.equal(decided.contract.status, "accepted");

console.log(JSON.stringify({ contractId: contract.id, paymentRequestId: paymentRequest.id, requestId: execution.requestId, transactionHash, receiptId: receipt.id }));
