// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Test} from "forge-std/Test.sol";
import {Escrow} from "../../src/Escrow.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {EscrowIndex} from "./EscrowIndex.sol";
import {EscrowModel} from "./EscrowModel.sol";

/// @dev E4, E5, E7 and E8 are the handler's: it sends every verb by right and wrong actors at every time, and each call must
/// fail with the exact error, or come to the exact state, events and parts, that its model predicts.
/// What is wrong in the books stays wrong, so that they are compared every sixteen calls and at the end of a run.
contract EscrowInvariants is Test {
    EscrowHandler private handler;
    Escrow private escrow;

    function setUp() public {
        handler = new EscrowHandler();
        escrow = handler.escrow();
        targetContract(address(handler));
        bytes4[] memory excluded = new bytes4[](1);
        excluded[0] = handler.closeAll.selector;
        excludeSelector(FuzzSelector(address(handler), excluded));
    }

    /// @dev E3: whatever was reached, one call each, by anyone, closes all that is open.
    function afterInvariant() public {
        handler.closeAll(uint256(keccak256(abi.encode(handler.caseCount(), handler.refused()))));
        invariant_E1_TheEscrowHoldsAllThatItOwesAndNoMore();
        invariant_E2_E10_NoEscrowPaysOutMoreThanItGot();
        invariant_E9_EverybodyHasWhatIsTheirsWhoeverRefuses();
    }

    function invariant_E1_TheEscrowHoldsAllThatItOwesAndNoMore() public view {
        for (uint256 t; t < 5; ++t) {
            address token = handler.tokens(t);
            uint256 owed = handler.strays(token);
            for (uint256 i; i < handler.caseCount(); ++i) {
                EscrowModel.Case memory it = handler.caseAt(i);
                if (it.terms.token == token) owed += escrow.stateOf(it.id).remaining;
            }
            for (uint256 a; a < 14; ++a) {
                owed += escrow.creditOf(handler.accounts(a), token);
            }
            uint256 balance = token == address(0) ? address(escrow).balance : IERC20(token).balanceOf(address(escrow));
            assertEq(balance, owed);
        }
    }

    function invariant_E2_E10_NoEscrowPaysOutMoreThanItGot() public view {
        for (uint256 i; i < handler.caseCount(); ++i) {
            EscrowIndex.Seen memory it = handler.seen(handler.caseAt(i).id);
            uint256 left = escrow.stateOf(handler.caseAt(i).id).remaining;
            assertEq(it.net + it.fee + it.arbiterFee + it.returned + left, it.terms.amount);
            assertLe(it.returned, it.terms.amount);
            assertLe(it.fee, it.terms.feeAmount);
        }
    }

    function invariant_E4_TheEventsAloneTellEveryStateAndEveryCredit() public view {
        for (uint256 i; i < handler.caseCount(); ++i) {
            bytes32 id = handler.caseAt(i).id;
            assertEq(abi.encode(handler.seen(id).state), abi.encode(escrow.stateOf(id)));
        }
        for (uint256 t; t < 5; ++t) {
            for (uint256 a; a < 14; ++a) {
                (address token, address owner) = (handler.tokens(t), handler.accounts(a));
                assertEq(handler.seenCredits(token, owner), escrow.creditOf(owner, token));
            }
        }
    }

    function invariant_E6_NothingSealedIsPaidWithoutItsKeyAndItsPass() public view {
        for (uint256 i; i < handler.caseCount(); ++i) {
            EscrowIndex.Seen memory it = handler.seen(handler.caseAt(i).id);
            if (it.state.status != IEscrow.Status.Closed || it.cause != IEscrow.Cause.Reveal) continue;
            assertEq(keccak256(abi.encode(it.terms.seller, it.key)), it.terms.keyHash);
            assertTrue(it.state.passed || it.terms.evaluator == address(0));
        }
    }

    function invariant_E9_EverybodyHasWhatIsTheirsWhoeverRefuses() public view {
        for (uint256 t; t < 5; ++t) {
            address token = handler.tokens(t);
            for (uint256 a; a < 14; ++a) {
                address account = handler.accounts(a);
                uint256 balance = token == address(0) ? account.balance : IERC20(token).balanceOf(account);
                assertEq(balance + escrow.creditOf(account, token), handler.entitled(token, account));
            }
        }
    }

    /// @dev The invariants say nothing if the handler does nothing: a fixed walk must reach every status, every cause, and
    /// whatever else can happen.
    function test_TheHandlerReachesEverything() public {
        bytes4[] memory actions = _actions();
        for (uint256 i; i < 1500; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("walk", i)));
            bytes4 action = actions[(seed >> 128) % actions.length];
            (bool success, bytes memory result) = address(handler).call(abi.encodePacked(action, seed, seed >> 200 & 1));
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(result, 0x20), mload(result))
                }
            }
        }
        assertGt(handler.statuses(IEscrow.Status.Funded), 150);
        assertGt(handler.statuses(IEscrow.Status.Submitted), 70);
        assertGt(handler.statuses(IEscrow.Status.Disputed), 50);
        assertGt(handler.statuses(IEscrow.Status.Closed), 150);
        for (uint8 cause; cause <= uint8(type(IEscrow.Cause).max); ++cause) {
            assertGt(handler.causes(IEscrow.Cause(cause)), 12);
        }
        assertGt(handler.credits(), 70);
        assertGt(handler.withdrawals(), 25);
        assertGt(handler.refused(), 300);
        assertGt(handler.starved(), 4);
        assertGt(handler.reentries(), 25);
        assertGt(handler.replays(), 30);
        assertGt(handler.cuts(), 20);
        assertGt(handler.rescues(), 40);
    }

    function _actions() private view returns (bytes4[] memory all) {
        all = new bytes4[](33);
        uint256 n;
        all[n++] = handler.fund.selector;
        all[n++] = handler.fundMany.selector;
        all[n++] = handler.fundWrongly.selector;
        all[n++] = handler.fundUnauthorised.selector;
        all[n++] = handler.fundAgain.selector;
        all[n++] = handler.setSigner.selector;
        all[n++] = handler.cancel.selector;
        all[n++] = handler.submit.selector;
        all[n++] = handler.dispute.selector;
        all[n++] = handler.resolve.selector;
        all[n++] = handler.attest.selector;
        all[n++] = handler.reveal.selector;
        all[n++] = handler.release.selector;
        all[n++] = handler.releaseWithSignature.selector;
        all[n++] = handler.refund.selector;
        all[n++] = handler.settle.selector;
        all[n++] = handler.timeout.selector;
        all[n++] = handler.withdraw.selector;
        all[n++] = handler.withdrawFor.selector;
        all[n++] = handler.passTime.selector;
        all[n++] = handler.passToTimer.selector;
        all[n++] = handler.expire.selector;
        all[n++] = handler.tryAroundTheTimer.selector;
        all[n++] = handler.closeAllForAMoment.selector;
        all[n++] = handler.changeMood.selector;
        all[n++] = handler.blocklist.selector;
        all[n++] = handler.changeWhim.selector;
        all[n++] = handler.arm.selector;
        all[n++] = handler.stray.selector;
        all[n++] = handler.anything.selector;
        all[n++] = handler.starve.selector;
        all[n++] = handler.sign.selector;
        all[n++] = handler.replay.selector;
    }
}
