// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Deploy} from "../script/Deploy.s.sol";
import {Escrow} from "../src/Escrow.sol";
import {PaymentRouter} from "../src/PaymentRouter.sol";

contract DeployTest is Test {
    Deploy private script = new Deploy();

    /// @dev viem computes the same addresses and code hashes from `abi/*.json`, see `bin/vectors`.
    function test_DeploysTheCommittedArtifactToItsOneAddress() public {
        string memory json = vm.readFile("vectors/deployment.json");
        assertEq(CREATE2_FACTORY, vm.parseJsonAddress(json, ".factory"));
        assertEq(script.ROUTER_SALT(), vm.parseJsonBytes32(json, ".router.salt"));
        assertEq(script.ESCROW_SALT(), vm.parseJsonBytes32(json, ".escrow.salt"));

        (address router, address escrow) = script.deploy();
        assertEq(router, vm.parseJsonAddress(json, ".router.address"));
        assertEq(router.codehash, vm.parseJsonBytes32(json, ".router.codeHash"));
        assertEq(PaymentRouter(router).MAX_FEE_BPS(), 2000);
        assertEq(escrow, vm.parseJsonAddress(json, ".escrow.address"));
        assertEq(escrow.codehash, vm.parseJsonBytes32(json, ".escrow.codeHash"));
        assertEq(Escrow(escrow).PUSH_GAS(), 200_000);
    }

    function test_TheAddressesAreTheSameOnEveryChain() public {
        (address router, address escrow) = script.deploy();
        bytes32[2] memory hashes = [router.codehash, escrow.codehash];
        vm.etch(router, "");
        vm.resetNonce(router);
        vm.etch(escrow, "");
        vm.resetNonce(escrow);
        vm.chainId(8453);

        (address routerThere, address escrowThere) = script.deploy();
        assertEq(routerThere, router);
        assertEq(escrowThere, escrow);
        assertEq(router.codehash, hashes[0]);
        assertEq(escrow.codehash, hashes[1]);
    }

    function test_DeployingAgainChangesNothing() public {
        (address router, address escrow) = script.deploy();
        (address routerAgain, address escrowAgain) = script.deploy();
        assertEq(routerAgain, router);
        assertEq(escrowAgain, escrow);
        assertEq(router.code, type(PaymentRouter).runtimeCode);
        assertEq(escrow.code, type(Escrow).runtimeCode);
    }

    function test_DeploysTheOneThatIsMissing() public {
        (address router, address escrow) = script.deploy();
        vm.etch(escrow, "");
        vm.resetNonce(escrow);
        script.deploy();
        assertEq(router.code, type(PaymentRouter).runtimeCode);
        assertEq(escrow.code, type(Escrow).runtimeCode);
    }

    function test_TheChainsFileNamesBoth() public {
        (address router, address escrow) = script.deploy();
        vm.chainId(8453);
        string memory json = script.addresses(router, escrow);
        assertEq(vm.parseJsonUint(json, ".chainId"), 8453);
        assertEq(vm.parseJsonKeys(json, ".contracts").length, 2);
        assertEq(vm.parseJsonAddress(json, ".contracts.PaymentRouter.address"), router);
        assertEq(vm.parseJsonBytes32(json, ".contracts.PaymentRouter.codeHash"), router.codehash);
        assertEq(vm.parseJsonAddress(json, ".contracts.Escrow.address"), escrow);
        assertEq(vm.parseJsonBytes32(json, ".contracts.Escrow.codeHash"), escrow.codehash);
    }

    function test_RevertWhen_TheChainHasNoFactory() public {
        vm.etch(CREATE2_FACTORY, "");
        vm.expectRevert(abi.encodeWithSelector(Deploy.NoFactory.selector, CREATE2_FACTORY));
        script.deploy();
    }

    function test_RevertWhen_OtherCodeIsAtAnAddress() public {
        (address router, address escrow) = script.deploy();
        vm.etch(escrow, hex"00");
        vm.expectRevert(abi.encodeWithSelector(Deploy.WrongCode.selector, escrow));
        script.deploy();
        vm.etch(router, hex"00");
        vm.expectRevert(abi.encodeWithSelector(Deploy.WrongCode.selector, router));
        script.deploy();
    }
}
