from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.available_action import AvailableAction
    from ..models.dispute_answer import DisputeAnswer
    from ..models.dispute_recommendation import DisputeRecommendation
    from ..models.dispute_recommended_action import DisputeRecommendedAction
    from ..models.dispute_resolution import DisputeResolution


T = TypeVar("T", bound="Dispute")


@_attrs_define
class Dispute:
    """A dispute, as one of the agreement's participants sees it.

    Attributes:
        actor_role (str): The reader's role: `buyer`, `seller`, `evaluator` or `operator`.
        answer (DisputeAnswer | None):
        available_actions (list[AvailableAction]): What the reader may do.
        contract_id (str): The agreement.
        created_at (str): When it was opened.
        ended_at (None | str): When it ended.
        evidence_url (None | str): What shows it.
        id (str): `dsp_…`
        notes (None | str): What else to know.
        opened_by (str): Who opened it: `buyer` or `seller`.
        reason (str): What is wrong.
        recommendation (DisputeRecommendation | None):
        recommended_action (DisputeRecommendedAction): What the reader does best next.
        resolution (DisputeResolution | None):
        status (str): `open`, `proposed`, `resolved` or `withdrawn`.
        updated_at (str): When it last changed.
        version (int): `expectedVersion` of the next change.
    """

    actor_role: str
    answer: DisputeAnswer | None
    available_actions: list[AvailableAction]
    contract_id: str
    created_at: str
    ended_at: None | str
    evidence_url: None | str
    id: str
    notes: None | str
    opened_by: str
    reason: str
    recommendation: DisputeRecommendation | None
    recommended_action: DisputeRecommendedAction
    resolution: DisputeResolution | None
    status: str
    updated_at: str
    version: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.dispute_answer import DisputeAnswer  # noqa: PLC0415
        from ..models.dispute_recommendation import (
            DisputeRecommendation,  # noqa: PLC0415
        )
        from ..models.dispute_resolution import DisputeResolution  # noqa: PLC0415

        actor_role = self.actor_role

        answer: dict[str, Any] | None
        if isinstance(self.answer, DisputeAnswer):
            answer = self.answer.to_dict()
        else:
            answer = self.answer

        available_actions = []
        for available_actions_item_data in self.available_actions:
            available_actions_item = available_actions_item_data.to_dict()
            available_actions.append(available_actions_item)

        contract_id = self.contract_id

        created_at = self.created_at

        ended_at: None | str
        ended_at = self.ended_at

        evidence_url: None | str
        evidence_url = self.evidence_url

        id = self.id

        notes: None | str
        notes = self.notes

        opened_by = self.opened_by

        reason = self.reason

        recommendation: dict[str, Any] | None
        if isinstance(self.recommendation, DisputeRecommendation):
            recommendation = self.recommendation.to_dict()
        else:
            recommendation = self.recommendation

        recommended_action = self.recommended_action.to_dict()

        resolution: dict[str, Any] | None
        if isinstance(self.resolution, DisputeResolution):
            resolution = self.resolution.to_dict()
        else:
            resolution = self.resolution

        status = self.status

        updated_at = self.updated_at

        version = self.version

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "actorRole": actor_role,
                "answer": answer,
                "availableActions": available_actions,
                "contractId": contract_id,
                "createdAt": created_at,
                "endedAt": ended_at,
                "evidenceUrl": evidence_url,
                "id": id,
                "notes": notes,
                "openedBy": opened_by,
                "reason": reason,
                "recommendation": recommendation,
                "recommendedAction": recommended_action,
                "resolution": resolution,
                "status": status,
                "updatedAt": updated_at,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.available_action import AvailableAction  # noqa: PLC0415
        from ..models.dispute_answer import DisputeAnswer  # noqa: PLC0415
        from ..models.dispute_recommendation import (
            DisputeRecommendation,  # noqa: PLC0415
        )
        from ..models.dispute_recommended_action import (
            DisputeRecommendedAction,  # noqa: PLC0415
        )
        from ..models.dispute_resolution import DisputeResolution  # noqa: PLC0415

        d = dict(src_dict)
        actor_role = d.pop("actorRole")

        def _parse_answer(data: object) -> DisputeAnswer | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                answer_type_0 = DisputeAnswer.from_dict(data)

                return answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DisputeAnswer | None, data)

        answer = _parse_answer(d.pop("answer"))

        available_actions = []
        _available_actions = d.pop("availableActions")
        for available_actions_item_data in _available_actions:
            available_actions_item = AvailableAction.from_dict(available_actions_item_data)

            available_actions.append(available_actions_item)

        contract_id = d.pop("contractId")

        created_at = d.pop("createdAt")

        def _parse_ended_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ended_at = _parse_ended_at(d.pop("endedAt"))

        def _parse_evidence_url(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        evidence_url = _parse_evidence_url(d.pop("evidenceUrl"))

        id = d.pop("id")

        def _parse_notes(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        notes = _parse_notes(d.pop("notes"))

        opened_by = d.pop("openedBy")

        reason = d.pop("reason")

        def _parse_recommendation(data: object) -> DisputeRecommendation | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recommendation_type_0 = DisputeRecommendation.from_dict(data)

                return recommendation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DisputeRecommendation | None, data)

        recommendation = _parse_recommendation(d.pop("recommendation"))

        recommended_action = DisputeRecommendedAction.from_dict(d.pop("recommendedAction"))

        def _parse_resolution(data: object) -> DisputeResolution | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                resolution_type_0 = DisputeResolution.from_dict(data)

                return resolution_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(DisputeResolution | None, data)

        resolution = _parse_resolution(d.pop("resolution"))

        status = d.pop("status")

        updated_at = d.pop("updatedAt")

        version = d.pop("version")

        dispute = cls(
            actor_role=actor_role,
            answer=answer,
            available_actions=available_actions,
            contract_id=contract_id,
            created_at=created_at,
            ended_at=ended_at,
            evidence_url=evidence_url,
            id=id,
            notes=notes,
            opened_by=opened_by,
            reason=reason,
            recommendation=recommendation,
            recommended_action=recommended_action,
            resolution=resolution,
            status=status,
            updated_at=updated_at,
            version=version,
        )

        dispute.additional_properties = d
        return dispute

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
