"""One payment through the client: a buyer and a seller agree, the seller delivers, the buyer pays from its own wallet, both read the receipt.

    API_URL RPC_URL BUYER_KEY BUYER_TOKEN SELLER_KEY SELLER_TOKEN ASSET   .venv/bin/python examples/pay.py

Prints one JSON line {contractId, paymentRequestId, transactionHash, receiptId}.
"""

import json
import os
import secrets
import sys
import time
import uuid
from pathlib import Path

import httpx
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

sys.path.insert(0, str(Path(__file__).parent.parent))

from counterfoil import CounterfoilError, connect, unwrap
from counterfoil.generated.api.contracts import agreement_typed_data_for_import, create_submission, decide_contract, import_contract
from counterfoil.generated.api.documents import list_receipts
from counterfoil.generated.api.payments import create_payment_request, submit_transaction, verify_transaction
from counterfoil.generated.api.service import list_chains
from counterfoil.generated.models import (
    Call,
    CreatePaymentRequest,
    CreateSubmission,
    Decision,
    ImportConsentType0,
    ImportContract,
    ImportParty,
    SubmitTransaction,
    Terms,
    TypedDataRequest,
    VerifyTransaction,
)

API, RPC = os.environ["API_URL"], os.environ["RPC_URL"]
AMOUNT = 12_500_000
buyer, seller = Account.from_key(os.environ["BUYER_KEY"]), Account.from_key(os.environ["SELLER_KEY"])
of_buyer, of_seller = connect(API, os.environ["BUYER_TOKEN"]), connect(API, os.environ["SELLER_TOKEN"])


def rpc(method: str, *params):
    answer = httpx.post(RPC, json={"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()
    assert "error" not in answer, answer
    return answer["result"]


def same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def send(call: Call, chain_id: int) -> str:
    """Signs a call with the buyer's key, sends it, and waits until it is mined."""
    call_of = {"from": buyer.address, "to": call.to, "data": call.data, "value": hex(int(call.value))}
    price = int(rpc("eth_gasPrice"), 16) * 2
    transaction = {
        "chainId": chain_id,
        "nonce": int(rpc("eth_getTransactionCount", buyer.address, "pending"), 16),
        "to": call.to,
        "data": call.data,
        "value": int(call.value),
        "gas": int(rpc("eth_estimateGas", call_of), 16) * 2,
        "maxFeePerGas": price,
        "maxPriorityFeePerGas": 0,
    }
    sent = rpc("eth_sendRawTransaction", "0x" + bytes(buyer.sign_transaction(transaction).raw_transaction).hex())
    for _ in range(300):
        if receipt := rpc("eth_getTransactionReceipt", sent):
            assert receipt["status"] == "0x1", receipt
            return sent
        time.sleep(0.1)
    raise TimeoutError(sent)


# Agree: both wallets sign what the API says is to be signed, after checking that it says what they agreed.
parties = {"buyer": ImportParty(wallet=buyer.address), "seller": ImportParty(wallet=seller.address)}
terms = Terms(
    title="Label 1,000 images",
    amount_atomic=str(AMOUNT),
    asset=os.environ["ASSET"],
    payee_address=seller.address,
    payment_timing="on_delivery",
    settlement="direct",
)
salt = "0x" + secrets.token_hex(32)
to_sign = unwrap(agreement_typed_data_for_import.sync_detailed(client=of_buyer, body=TypedDataRequest(terms=terms, salt=salt, **parties)))
typed_data = to_sign.typed_data.to_dict()
assert int(typed_data["message"]["amount"]) == AMOUNT
assert same(typed_data["message"]["buyer"], buyer.address) and same(typed_data["message"]["seller"], seller.address)
signable = encode_typed_data(full_message=typed_data)
signature_of = lambda account: "0x" + bytes(account.sign_message(signable).signature).hex()  # noqa: E731
consent = ImportConsentType0(kind="signatures", salt=salt, buyer_signature=signature_of(buyer), seller_signature=signature_of(seller))
imported = ImportContract(external_ref=str(uuid.uuid4()), terms=terms, consent=consent, **parties)
contract = unwrap(import_contract.sync_detailed(client=of_buyer, body=imported)).contract

# Deliver.
delivery = CreateSubmission(notes="All 1,000 labelled", deliverable_hash="0x" + keccak(text="labels.csv").hex())
unwrap(create_submission.sync_detailed(contract.id, client=of_seller, body=delivery))

# A refusal says what it is: the seller cannot ask for a payment request.
asked = CreatePaymentRequest(payer_address=buyer.address)
try:
    unwrap(create_payment_request.sync_detailed(contract.id, client=of_seller, body=asked))
    sys.exit("the seller was given a payload to pay")
except CounterfoilError as error:
    assert error.code == "role_required" and error.problem.required_role == "buyer", error

# Ask for what to pay; a repeat under the same key is the same answer.
key = str(uuid.uuid4())
first, again = (create_payment_request.sync_detailed(contract.id, client=of_buyer, body=asked, idempotency_key=key) for _ in range(2))
assert first.content == again.content
request = unwrap(first).payment_request
execution = request.execution

# Check it, and pay.
payment = execution.typed_data.to_dict()["message"]
chain = next(chain for chain in unwrap(list_chains.sync_detailed(client=connect(API))).chains if chain.chain_id == execution.chain_id)
assert "0x" + keccak(text=execution.snapshot).hex() == execution.request_id == payment["requestId"]
digest = encode_typed_data(full_message=execution.typed_data.to_dict())
assert "0x" + keccak(b"\x19" + digest.version + digest.header + digest.body).hex() == execution.digest
assert same(payment["payee"], seller.address) and int(payment["amount"]) == AMOUNT and same(execution.payment.to, chain.router)
if execution.approval:
    send(execution.approval, execution.chain_id)
transaction_hash = send(execution.payment, execution.chain_id)

# Tell, and wait until the chain has settled it.
unwrap(submit_transaction.sync_detailed(contract.id, request.id, client=of_buyer, body=SubmitTransaction(tx_hash=transaction_hash)))
for _ in range(60):
    answer = unwrap(verify_transaction.sync_detailed(contract.id, request.id, client=of_buyer, body=VerifyTransaction(tx_hash=transaction_hash)))
    if answer.payment_request.status == "router_verified":
        break
    time.sleep(max(getattr(answer, "retry_after_seconds", 0), 0.05))
assert answer.payment_request.status == "router_verified", answer

# The seller reads the receipt, and the buyer accepts.
receipt = unwrap(list_receipts.sync_detailed(contract.id, client=of_seller)).receipts[0]
assert receipt.event.transaction_hash == transaction_hash and receipt.seller_amount_atomic == str(AMOUNT)
decided = unwrap(decide_contract.sync_detailed(contract.id, client=of_buyer, body=Decision(action="accept")))
assert decided.contract.status == "accepted"

print(json.dumps({"contractId": contract.id, "paymentRequestId": request.id, "transactionHash": transaction_hash, "receiptId": receipt.id}))
