from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.terms_milestone import TermsMilestone


T = TypeVar("T", bound="Terms")


@_attrs_define
class Terms:
    """What was agreed. The hash is over exactly what is sent (RFC 8785): a key with `null` is another document than no
    key.

        Attributes:
            amount_atomic (str): An amount in atomic units: a string of decimal digits. Example: 12500000.
            asset (str): An asset by its CAIP-19 id. Example: eip155:8453/erc20:0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913.
            payee_address (str): An account address: `0x` and 40 hex digits, of one case or with the EIP-55 checksum.
                Example: 0x70997970C51812dc3A010C7d01b50e0d17dc79C8.
            payment_timing (str): `on_delivery` (once the seller has submitted) or `any_time`. Example: on_delivery.
            settlement (str): `direct`: from wallet to wallet. Example: direct.
            title (str): What is to be done, in one line.
            acceptance_criteria (list[str] | None | Unset): When it counts as done: at most 50, each of 1 to 500 characters.
            deliverable (None | str | Unset): What is handed over.
            description (None | str | Unset): What is to be done, at length.
            evaluator (None | str | Unset):
            milestones (list[TermsMilestone] | None | Unset): Into what it is divided, at most 50; their amounts add up to
                `amountAtomic`. Left out or empty, it is paid as a whole or in instalments.
    """

    amount_atomic: str
    asset: str
    payee_address: str
    payment_timing: str
    settlement: str
    title: str
    acceptance_criteria: list[str] | None | Unset = UNSET
    deliverable: None | str | Unset = UNSET
    description: None | str | Unset = UNSET
    evaluator: None | str | Unset = UNSET
    milestones: list[TermsMilestone] | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        amount_atomic = self.amount_atomic

        asset = self.asset

        payee_address = self.payee_address

        payment_timing = self.payment_timing

        settlement = self.settlement

        title = self.title

        acceptance_criteria: list[str] | None | Unset
        if isinstance(self.acceptance_criteria, Unset):
            acceptance_criteria = UNSET
        elif isinstance(self.acceptance_criteria, list):
            acceptance_criteria = self.acceptance_criteria

        else:
            acceptance_criteria = self.acceptance_criteria

        deliverable: None | str | Unset
        if isinstance(self.deliverable, Unset):
            deliverable = UNSET
        else:
            deliverable = self.deliverable

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        evaluator: None | str | Unset
        if isinstance(self.evaluator, Unset):
            evaluator = UNSET
        else:
            evaluator = self.evaluator

        milestones: list[dict[str, Any]] | None | Unset
        if isinstance(self.milestones, Unset):
            milestones = UNSET
        elif isinstance(self.milestones, list):
            milestones = []
            for milestones_type_0_item_data in self.milestones:
                milestones_type_0_item = milestones_type_0_item_data.to_dict()
                milestones.append(milestones_type_0_item)

        else:
            milestones = self.milestones

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "amountAtomic": amount_atomic,
                "asset": asset,
                "payeeAddress": payee_address,
                "paymentTiming": payment_timing,
                "settlement": settlement,
                "title": title,
            }
        )
        if acceptance_criteria is not UNSET:
            field_dict["acceptanceCriteria"] = acceptance_criteria
        if deliverable is not UNSET:
            field_dict["deliverable"] = deliverable
        if description is not UNSET:
            field_dict["description"] = description
        if evaluator is not UNSET:
            field_dict["evaluator"] = evaluator
        if milestones is not UNSET:
            field_dict["milestones"] = milestones

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.terms_milestone import TermsMilestone  # noqa: PLC0415

        d = dict(src_dict)
        amount_atomic = d.pop("amountAtomic")

        asset = d.pop("asset")

        payee_address = d.pop("payeeAddress")

        payment_timing = d.pop("paymentTiming")

        settlement = d.pop("settlement")

        title = d.pop("title")

        def _parse_acceptance_criteria(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                acceptance_criteria_type_0 = cast(list[str], data)

                return acceptance_criteria_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        acceptance_criteria = _parse_acceptance_criteria(d.pop("acceptanceCriteria", UNSET))

        def _parse_deliverable(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        deliverable = _parse_deliverable(d.pop("deliverable", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_evaluator(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        evaluator = _parse_evaluator(d.pop("evaluator", UNSET))

        def _parse_milestones(data: object) -> list[TermsMilestone] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                milestones_type_0 = []
                _milestones_type_0 = data
                for milestones_type_0_item_data in _milestones_type_0:
                    milestones_type_0_item = TermsMilestone.from_dict(milestones_type_0_item_data)

                    milestones_type_0.append(milestones_type_0_item)

                return milestones_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[TermsMilestone] | None | Unset, data)

        milestones = _parse_milestones(d.pop("milestones", UNSET))

        terms = cls(
            amount_atomic=amount_atomic,
            asset=asset,
            payee_address=payee_address,
            payment_timing=payment_timing,
            settlement=settlement,
            title=title,
            acceptance_criteria=acceptance_criteria,
            deliverable=deliverable,
            description=description,
            evaluator=evaluator,
            milestones=milestones,
        )

        return terms
