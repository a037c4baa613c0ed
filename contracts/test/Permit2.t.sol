// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {IPermit2} from "../src/interfaces/IPermit2.sol";
import {IPermit2Views, Permit2} from "./mocks/Permit2.sol";
import {PlainToken} from "./mocks/Tokens.sol";

/// @dev That the tests of payments by Permit2 meet the code that is on the chains, and sign what it checks.
contract Permit2Test is Test {
    bytes32 private constant WITNESS = keccak256("witness");
    string private constant WITNESS_TYPE =
        "Note witness)Note(bytes32 text)TokenPermissions(address token,uint256 amount)";

    PlainToken private token = new PlainToken();
    Account private owner = makeAccount("owner");
    address private payee = makeAddr("payee");
    IPermit2 private permit2 = Permit2.deploy();

    function setUp() public {
        token.mint(owner.addr, 100);
        vm.prank(owner.addr);
        token.approve(address(permit2), type(uint256).max);
    }

    function test_TheCreationCodeGivesTheAddressThatPermit2HasOnEveryChain() public {
        assertEq(
            vm.computeCreate2Address(Permit2.SALT, keccak256(Permit2.creationCode()), CREATE2_FACTORY),
            0x000000000022D473030F116dDEE9F6B43aC78BA3
        );
        assertEq(address(permit2), 0x000000000022D473030F116dDEE9F6B43aC78BA3);
    }

    function test_TheCodeIsWhatTheFactoryDeploys() public {
        bytes32 here = address(permit2).codehash;
        vm.etch(address(permit2), "");
        vm.resetNonce(address(permit2));

        (bool success,) = CREATE2_FACTORY.call(bytes.concat(Permit2.SALT, Permit2.creationCode()));

        assertTrue(success);
        assertEq(address(permit2).codehash, here);
    }

    function test_TransfersUnderASignatureOfTheDigest() public {
        IPermit2.TokenPermissions memory permitted = IPermit2.TokenPermissions(address(token), 7);
        IPermit2.PermitTransferFrom memory permit = IPermit2.PermitTransferFrom(permitted, 1, block.timestamp);
        bytes memory signature = _sign(Permit2.digest(permit, address(this), WITNESS, WITNESS_TYPE));

        permit2.permitWitnessTransferFrom(
            permit, IPermit2.SignatureTransferDetails(payee, 7), owner.addr, WITNESS, WITNESS_TYPE, signature
        );

        assertEq(token.balanceOf(payee), 7);
        assertEq(IPermit2Views(address(permit2)).nonceBitmap(owner.addr, 0), 1 << 1);
    }

    function test_TransfersManyUnderASignatureOfTheDigest() public {
        IPermit2.TokenPermissions[] memory permitted = new IPermit2.TokenPermissions[](2);
        permitted[0] = IPermit2.TokenPermissions(address(token), 7);
        permitted[1] = IPermit2.TokenPermissions(address(token), 2);
        IPermit2.PermitBatchTransferFrom memory permit =
            IPermit2.PermitBatchTransferFrom(permitted, 256, block.timestamp);
        IPermit2.SignatureTransferDetails[] memory details = new IPermit2.SignatureTransferDetails[](2);
        details[0] = IPermit2.SignatureTransferDetails(payee, 7);
        details[1] = IPermit2.SignatureTransferDetails(makeAddr("fee recipient"), 2);
        bytes memory signature = _sign(Permit2.digest(permit, address(this), WITNESS, WITNESS_TYPE));

        permit2.permitWitnessTransferFrom(permit, details, owner.addr, WITNESS, WITNESS_TYPE, signature);

        assertEq(token.balanceOf(payee), 7);
        assertEq(token.balanceOf(makeAddr("fee recipient")), 2);
        assertEq(IPermit2Views(address(permit2)).nonceBitmap(owner.addr, 1), 1);
    }

    function test_RevertWhen_TheWitnessIsAnother() public {
        IPermit2.TokenPermissions memory permitted = IPermit2.TokenPermissions(address(token), 7);
        IPermit2.PermitTransferFrom memory permit = IPermit2.PermitTransferFrom(permitted, 1, block.timestamp);
        bytes memory signature = _sign(Permit2.digest(permit, address(this), WITNESS, WITNESS_TYPE));

        vm.expectRevert(bytes4(keccak256("InvalidSigner()")));
        permit2.permitWitnessTransferFrom(
            permit,
            IPermit2.SignatureTransferDetails(payee, 7),
            owner.addr,
            keccak256("another"),
            WITNESS_TYPE,
            signature
        );
    }

    function _sign(bytes32 digest) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(owner.key, digest);
        return abi.encodePacked(r, s, v);
    }
}
