// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.37;

import {Test} from "forge-std/Test.sol";
import {Deploy} from "../script/Deploy.s.sol";
import {PaymentRouter} from "../src/PaymentRouter.sol";

contract DeployTest is Test {
    Deploy private script = new Deploy();

    /// @dev viem computes the same address and code hash from `abi/PaymentRouter.json`, see `bin/vectors`.
    function test_DeploysTheCommittedArtifactToItsOneAddress() public {
        string memory json = vm.readFile("vectors/deployment.json");
        assertEq(CREATE2_FACTORY, vm.parseJsonAddress(json, ".factory"));
        assertEq(script.SALT(), vm.parseJsonBytes32(json, ".salt"));

        address router = script.deploy();
        assertEq(router, vm.parseJsonAddress(json, ".router"));
        assertEq(router.codehash, vm.parseJsonBytes32(json, ".codeHash"));
        assertEq(PaymentRouter(router).MAX_FEE_BPS(), 2000);
    }

    function test_DeployingAgainChangesNothing() public {
        address router = script.deploy();
        assertEq(script.deploy(), router);
    }

    function test_RevertWhen_TheChainHasNoFactory() public {
        vm.etch(CREATE2_FACTORY, "");
        vm.expectRevert(abi.encodeWithSelector(Deploy.NoFactory.selector, CREATE2_FACTORY));
        script.deploy();
    }

    function test_RevertWhen_OtherCodeIsAtTheAddress() public {
        address router = script.deploy();
        vm.etch(router, hex"00");
        vm.expectRevert(abi.encodeWithSelector(Deploy.WrongCode.selector, router));
        script.deploy();
    }
}
