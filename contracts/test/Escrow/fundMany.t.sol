// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Vm} from "forge-std/Test.sol";
import {IEscrow} from "../../src/interfaces/IEscrow.sol";
import {TestToken} from "../../src/testing/TestToken.sol";
import {PlainToken, TaxToken} from "../mocks/Tokens.sol";
import {Funding} from "./Funding.sol";

contract EscrowFundManyTest is Funding {
    /* PLAN */

    function test_RevertWhen_ThePlanIsEmpty() public {
        bytes memory call_ = abi.encodeCall(escrow.fundMany, (new IEscrow.Opening[](0)));
        _expectRefusal(buyer.addr, 0, call_, abi.encodeWithSelector(IEscrow.EmptyPlan.selector));
        _expectRefusal(buyer.addr, 1, call_, abi.encodeWithSelector(IEscrow.EmptyPlan.selector));
    }

    function test_OpensAllWithOneTransferOfTheirSum() public {
        IEscrow.Terms[] memory milestones = _milestones(3);
        uint256 sum = _sum(milestones);
        for (uint256 i; i < milestones.length; ++i) {
            vm.expectEmit(address(escrow));
            emit IEscrow.Funded(operator.addr, _idOf(milestones[i]), buyer.addr, milestones[i]);
        }
        vm.expectCall(address(token), abi.encodeWithSelector(token.transferFrom.selector), 1);
        vm.expectCall(address(token), abi.encodeCall(token.transferFrom, (buyer.addr, address(escrow), sum)), 1);
        _fundMany(milestones, 0);

        for (uint256 i; i < milestones.length; ++i) {
            _assertFunded(milestones[i]);
        }
        assertEq(token.balanceOf(address(escrow)), sum);
        assertEq(token.balanceOf(buyer.addr), 10 * AMOUNT - sum);
    }

    function testFuzz_APlanEqualsItsEscrowsOneByOne(uint8 count, bool native) public {
        IEscrow.Terms[] memory milestones = _milestones(bound(count, 1, 8));
        if (native) _inNativeCoin(milestones);
        uint256 snapshot = vm.snapshotState();

        vm.recordLogs();
        _fundMany(milestones, native ? _sum(milestones) : 0);
        Vm.Log[] memory together = _opened(vm.getRecordedLogs());
        uint256 held = _balance(milestones[0].token, address(escrow));
        IEscrow.State[] memory states = _states(milestones);

        vm.revertToState(snapshot);
        vm.recordLogs();
        for (uint256 i; i < milestones.length; ++i) {
            _fund(milestones[i]);
        }
        assertEq(abi.encode(together), abi.encode(_opened(vm.getRecordedLogs())));
        assertEq(held, _balance(milestones[0].token, address(escrow)));
        assertEq(abi.encode(states), abi.encode(_states(milestones)));
    }

    function test_APlanMayHaveOperatorsSellersAndWaysOfItsOwn() public {
        IEscrow.Terms[5] memory all = _deliveries();
        IEscrow.Opening[] memory openings = new IEscrow.Opening[](all.length);
        for (uint256 i; i < all.length; ++i) {
            Vm.Wallet memory author = i % 2 == 0 ? operator : stranger;
            (all[i].operator, all[i].nonce) = (author.addr, i);
            all[i].seller = makeAddr(vm.toString(i));
            openings[i] = IEscrow.Opening(all[i], _sign(author, _idOf(all[i])));
        }
        vm.prank(buyer.addr);
        escrow.fundMany(openings);
        for (uint256 i; i < all.length; ++i) {
            _assertFunded(all[i]);
        }
    }

    /* ALL OR NONE */

    function test_RevertWhen_AnotherTokenIsAmongThem() public {
        address[2] memory others = [address(0), address(new PlainToken())];
        for (uint256 index = 1; index < 3; ++index) {
            for (uint256 i; i < others.length; ++i) {
                IEscrow.Terms[] memory milestones = _milestones(3);
                milestones[index].token = others[i];
                _expectPlanRefusal(milestones, abi.encodeWithSelector(IEscrow.MixedPlan.selector, index));
            }
        }
    }

    function test_C5_RevertWhen_AnotherBuyerIsAmongThem() public {
        for (uint256 index; index < 3; ++index) {
            IEscrow.Terms[] memory milestones = _milestones(3);
            milestones[index].buyer = stranger.addr;
            _expectPlanRefusal(
                milestones, abi.encodeWithSelector(IEscrow.WrongSender.selector, buyer.addr, stranger.addr)
            );
        }
    }

    function test_RevertWhen_OneIsThereTwice() public {
        IEscrow.Terms[] memory milestones = _milestones(3);
        milestones[2] = milestones[0];
        _expectPlanRefusal(milestones, _nonceUsed(milestones[0]));
    }

    function test_A9_RevertWhen_TwoHaveOneNonce() public {
        IEscrow.Terms[] memory milestones = _milestones(3);
        milestones[2].nonce = milestones[1].nonce;
        _expectPlanRefusal(milestones, _nonceUsed(milestones[1]));
    }

    function test_A10_RevertWhen_OneIsFundedAlready() public {
        for (uint256 index; index < 3; ++index) {
            IEscrow.Terms[] memory milestones = _milestones(3);
            milestones[index].nonce = 100 + index;
            _fund(milestones[index]);
            _refusePlan(milestones, _nonceUsed(milestones[index]));
        }
    }

    function test_RevertWhen_OneHasExpired() public {
        for (uint256 index; index < 3; ++index) {
            IEscrow.Terms[] memory milestones = _milestones(3);
            milestones[index].fundBy = NOW - 1;
            _expectPlanRefusal(milestones, abi.encodeWithSelector(IEscrow.Expired.selector, NOW - 1, NOW));
        }
    }

    function test_RevertWhen_OneHasInvalidTerms() public {
        for (uint256 index; index < 3; ++index) {
            IEscrow.Terms[] memory milestones = _milestones(3);
            milestones[index].seller = buyer.addr;
            _expectPlanRefusal(milestones, _invalid(IEscrow.Field.Seller));
        }
    }

    function test_RevertWhen_OneHasTheSignatureOfAnother() public {
        IEscrow.Terms[] memory milestones = _milestones(2);
        IEscrow.Opening[] memory openings = _openings(milestones);
        (openings[0].signature, openings[1].signature) = (openings[1].signature, openings[0].signature);
        vm.prank(buyer.addr);
        (bool success,) = address(escrow).call(abi.encodeCall(escrow.fundMany, (openings)));
        assertFalse(success);

        openings = _openings(milestones);
        openings[1].signature = _sign(stranger, _idOf(milestones[1]));
        _expectRefusal(buyer.addr, 0, abi.encodeCall(escrow.fundMany, (openings)), _wrongSigner(stranger.addr));
        _assertNone(milestones[0]);
        _assertNone(milestones[1]);
    }

    function test_RevertWhen_TheBuyerCannotPayTheSum() public {
        IEscrow.Terms[] memory milestones = _milestones(4);
        uint256 sum = _sum(milestones);
        vm.prank(buyer.addr);
        token.approve(address(escrow), sum - 1);
        _expectPlanRefusal(
            milestones, abi.encodeWithSelector(TestToken.InsufficientAllowance.selector, escrow, sum - 1, sum)
        );
    }

    function test_A4_RevertWhen_TheTokenKeepsAPartOfTheSum() public {
        IEscrow.Terms[] memory milestones = _milestones(2);
        TaxToken odd = new TaxToken();
        milestones[0].token = milestones[1].token = _in(odd).token;
        odd.mint(buyer.addr, 10 * AMOUNT);
        uint256 sum = _sum(milestones);
        _expectPlanRefusal(milestones, _inexact(sum, sum - sum / 100));
    }

    function test_TheSumMayExceedWhatOneEscrowCanHold() public {
        PlainToken odd = new PlainToken();
        IEscrow.Terms[] memory milestones = _milestones(3);
        for (uint256 i; i < milestones.length; ++i) {
            milestones[i].token = _in(odd).token;
            milestones[i].amount = type(uint96).max;
        }
        odd.mint(buyer.addr, _sum(milestones));
        _fundMany(milestones, 0);
        assertEq(odd.balanceOf(address(escrow)), 3 * uint256(type(uint96).max));
    }

    /* VALUE */

    function test_FundsAPlanInNativeCoin() public {
        IEscrow.Terms[] memory milestones = _milestones(3);
        _inNativeCoin(milestones);
        _fundMany(milestones, _sum(milestones));
        for (uint256 i; i < milestones.length; ++i) {
            _assertFunded(milestones[i]);
        }
        assertEq(address(escrow).balance, _sum(milestones));
    }

    /// @dev The value is counted once, not once per escrow of the plan.
    function test_A5_RevertWhen_TheValueIsOfOneEscrowAlone() public {
        IEscrow.Terms[] memory milestones = _milestones(3);
        _inNativeCoin(milestones);
        uint256 sum = _sum(milestones);
        uint256[5] memory values = [uint256(0), milestones[0].amount, milestones[2].amount, sum - 1, sum + 1];
        for (uint256 i; i < values.length; ++i) {
            _expectRefusal(buyer.addr, values[i], _callOfPlan(milestones), _wrongValue(values[i], sum));
        }
        for (uint256 i; i < milestones.length; ++i) {
            _assertNone(milestones[i]);
        }
    }

    function test_RevertWhen_ValueIsSentWithATokenPlan() public {
        IEscrow.Terms[] memory milestones = _milestones(2);
        _expectRefusal(buyer.addr, 1, _callOfPlan(milestones), _wrongValue(1, 0));
        _assertNone(milestones[0]);
    }

    /* SHORTHAND */

    /// @dev Units of rising amounts, the first of them half of AMOUNT.
    function _milestones(uint256 count) private view returns (IEscrow.Terms[] memory milestones) {
        milestones = new IEscrow.Terms[](count);
        for (uint256 i; i < count; ++i) {
            milestones[i] = _terms();
            milestones[i].nonce = i;
            milestones[i].amount = AMOUNT / 2 + uint96(i);
            milestones[i].deliverBy += uint40(i * 7 days);
        }
    }

    function _inNativeCoin(IEscrow.Terms[] memory milestones) private pure {
        for (uint256 i; i < milestones.length; ++i) {
            milestones[i].token = address(0);
        }
    }

    function _sum(IEscrow.Terms[] memory milestones) private pure returns (uint256 sum) {
        for (uint256 i; i < milestones.length; ++i) {
            sum += milestones[i].amount;
        }
    }

    function _openings(IEscrow.Terms[] memory milestones) private view returns (IEscrow.Opening[] memory openings) {
        openings = new IEscrow.Opening[](milestones.length);
        for (uint256 i; i < milestones.length; ++i) {
            openings[i] = IEscrow.Opening(milestones[i], _authorship(milestones[i]));
        }
    }

    function _callOfPlan(IEscrow.Terms[] memory milestones) private view returns (bytes memory) {
        return abi.encodeCall(escrow.fundMany, (_openings(milestones)));
    }

    function _fundMany(IEscrow.Terms[] memory milestones, uint256 value) private {
        IEscrow.Opening[] memory openings = _openings(milestones);
        vm.prank(buyer.addr);
        escrow.fundMany{value: value}(openings);
    }

    /// @dev None of them opened, and no nonce used.
    function _expectPlanRefusal(IEscrow.Terms[] memory milestones, bytes memory revertData) private {
        _refusePlan(milestones, revertData);
        for (uint256 i; i < milestones.length; ++i) {
            _assertNone(milestones[i]);
        }
    }

    function _refusePlan(IEscrow.Terms[] memory milestones, bytes memory revertData) private {
        uint256 held = token.balanceOf(address(escrow));
        _expectRefusal(buyer.addr, 0, _callOfPlan(milestones), revertData);
        assertEq(token.balanceOf(address(escrow)), held);
    }

    function _states(IEscrow.Terms[] memory milestones) private view returns (IEscrow.State[] memory states) {
        states = new IEscrow.State[](milestones.length);
        for (uint256 i; i < milestones.length; ++i) {
            states[i] = escrow.stateOf(_idOf(milestones[i]));
        }
    }

    /// @dev The escrow's own events.
    function _opened(Vm.Log[] memory logs) private view returns (Vm.Log[] memory opened) {
        uint256 count;
        opened = new Vm.Log[](logs.length);
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter == address(escrow)) opened[count++] = logs[i];
        }
        assembly ("memory-safe") {
            mstore(opened, count)
        }
    }
}
