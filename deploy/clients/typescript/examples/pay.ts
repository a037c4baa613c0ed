// One payment through the client: a buyer and a seller agree, the seller delivers, the buyer pays from its own wallet, both read the receipt.
//
//   API_URL RPC_URL BUYER_KEY SELLER_KEY ASSET   node dist/examples/pay.js
//
// Both sign in with their wallets. Prints one JSON line {contractId, paymentRequestId, transactionHash, receiptId}.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { createPublicClient, createWalletClient, decodeFunctionData, hashTypedData, http, isAddressEqual, keccak256, parseAbi, stringToBytes, type Hex } from "viem";
import { privateKeyToAccount, type PrivateKeyAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { createClient, CounterfoilError, pause, unwrap, type CounterfoilClient, type Schemas } from "../src/index.js";

const need = (name: string): string => process.env[name] ?? assert.fail(`${name} is not set`);
const baseUrl = need("API_URL");
const buyer = privateKeyToAccount(need("BUYER_KEY") as Hex);
const seller = privateKeyToAccount(need("SELLER_KEY") as Hex);
const amount = 12_500_000n;

const anybody = createClient({ baseUrl });
const { chains } = await unwrap(anybody.GET("/api/chains"));

// A wallet signs in: the nonce comes with what belongs into the message.
async function signIn(account: PrivateKeyAccount): Promise<CounterfoilClient> {
  const { nonce, domain, uri, chainIds } = await unwrap(anybody.GET("/api/auth/nonce"));
  const chainId = chainIds[0] ?? assert.fail("the instance settles on no chain");
  const message = createSiweMessage({ address: account.address, chainId, domain, nonce, uri, version: "1" });
  const body = { message, signature: await account.signMessage({ message }) };
  const { apiToken } = await unwrap(anybody.POST("/api/auth/siwe", { body }));
  return createClient({ baseUrl, token: apiToken });
}

const ofBuyer = await signIn(buyer);
const ofSeller = await signIn(seller);

// Agree: both wallets sign what the API says is to be signed, after checking that it says what they agreed.
const agreement = {
  externalRef: randomUUID(),
  buyer: { wallet: buyer.address },
  seller: { wallet: seller.address },
  terms: {
    title: "Label 1,000 images",
    amountAtomic: String(amount),
    asset: need("ASSET"),
    payeeAddress: seller.address,
    paymentTiming: "on_delivery",
    settlement: "direct",
  },
} satisfies Omit<Schemas["ImportContract"], "consent">;
const salt = `0x${randomBytes(32).toString("hex")}`;
const { typedData } = await unwrap(ofBuyer.POST("/api/agent/contracts/import/typed-data", { body: { ...agreement, salt } }));
const toSign = typedData as unknown as Parameters<PrivateKeyAccount["signTypedData"]>[0];
const agreed = typedData.message as unknown as { buyer: Hex; seller: Hex; amount: string };
assert.ok(isAddressEqual(agreed.buyer, buyer.address) && isAddressEqual(agreed.seller, seller.address));
assert.equal(BigInt(agreed.amount), amount);
const consent = { kind: "signatures" as const, salt, buyerSignature: await buyer.signTypedData(toSign), sellerSignature: await seller.signTypedData(toSign) };
const { contract } = await unwrap(ofBuyer.POST("/api/agent/contracts/import", { body: { ...agreement, consent } }));
const path = { contractId: contract.id };

// Deliver.
const delivery = { notes: "All 1,000 labelled", deliverableHash: keccak256(stringToBytes("labels.csv")) };
await unwrap(ofSeller.POST("/api/agent/contracts/{contractId}/submissions", { params: { path }, body: delivery }));

// A refusal says what it is: the seller cannot ask for a payment request.
const asked = { payerAddress: buyer.address };
const refused = unwrap(ofSeller.POST("/api/agent/contracts/{contractId}/crypto-payment-requests", { params: { path }, body: asked }));
await assert.rejects(refused, (error) => error instanceof CounterfoilError && error.code === "role_required" && error.problem.requiredRole === "buyer");

// Ask for what to pay; a repeat under the same key is the same answer.
const key = randomUUID();
const ask = () =>
  unwrap(ofBuyer.POST("/api/agent/contracts/{contractId}/crypto-payment-requests", { params: { path, header: { "Idempotency-Key": key } }, body: asked }));
const { paymentRequest } = await ask();
assert.deepEqual((await ask()).paymentRequest, paymentRequest);
const { execution } = paymentRequest;
assert.ok(execution, "the payer's detail carries the payload");

// Check it, and pay.
const chain = chains.find(({ chainId }) => chainId === execution.chainId) ?? assert.fail("the payload is for a chain that the API does not publish");
const router = parseAbi([
  "struct Payment { address operator; bytes32 requestId; bytes32 parent; address payer; address payee; address token; uint256 amount; address feeRecipient; uint256 feeAmount; uint256 nonce; uint256 deadline; }",
  "function pay(Payment payment, bytes signature) payable",
]);
const [payment] = decodeFunctionData({ abi: router, data: execution.payment.data as Hex }).args;
assert.equal(keccak256(stringToBytes(execution.snapshot)), execution.requestId);
assert.equal(hashTypedData(execution.typedData as unknown as Parameters<typeof hashTypedData>[0]), execution.digest);
assert.ok(isAddressEqual(payment.payee, seller.address) && isAddressEqual(execution.payment.to as Hex, chain.router as Hex));
assert.equal(payment.amount, amount);
const transport = http(need("RPC_URL"));
const node = createPublicClient({ transport, pollingInterval: 100 });
const wallet = createWalletClient({ account: buyer, transport });
const send = async (call: { to: string; data: string; value: string }): Promise<Hex> => {
  const hash = await wallet.sendTransaction({ chain: null, to: call.to as Hex, data: call.data as Hex, value: BigInt(call.value) });
  assert.equal((await node.waitForTransactionReceipt({ hash })).status, "success");
  return hash;
};
if (execution.approval) await send(execution.approval);
const transactionHash = await send(execution.payment);

// Wait until the chain has settled it.
const at = { contractId: contract.id, paymentRequestId: paymentRequest.id };
let status: string = paymentRequest.status;
for (let attempt = 0; attempt < 60 && status !== "router_verified"; attempt++) {
  const verify = "/api/agent/contracts/{contractId}/crypto-payment-requests/{paymentRequestId}/verify";
  const answer = await unwrap(ofBuyer.POST(verify, { params: { path: at }, body: { txHash: transactionHash } }));
  status = answer.paymentRequest.status;
  if (status !== "router_verified") await pause("retryAfterSeconds" in answer ? (answer.retryAfterSeconds as number) : 0);
}
assert.equal(status, "router_verified");

// The seller reads the receipt, and the buyer accepts.
const { receipts } = await unwrap(ofSeller.GET("/api/agent/contracts/{contractId}/receipts", { params: { path } }));
const receipt = receipts[0] ?? assert.fail("there is no receipt");
assert.equal(receipt.event.transactionHash, transactionHash);
assert.equal(receipt.sellerAmountAtomic, String(amount));
const decided = await unwrap(ofBuyer.POST("/api/agent/contracts/{contractId}/decision", { params: { path }, body: { action: "accept" } }));
assert.equal(decided.contract.status, "accepted");

console.log(JSON.stringify({ contractId: contract.id, paymentRequestId: paymentRequest.id, transactionHash, receiptId: receipt.id }));
