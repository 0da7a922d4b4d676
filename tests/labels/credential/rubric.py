"""The checks of the conformance program's public rubric for assets of specification 2.4.

Source: C2PA conformance 0.2, asset rubric for specification 2.4 (version 0.1.1): thirty-one
checks by their ids; words and code are ours. Each looks at the report (crJSON) on an asset and
answers what is at fault; ``spoil`` makes a report in which it must find something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Report = dict[str, Any]

OPENINGS = ("c2pa.created", "c2pa.opened")
NOT_EDITORIAL = (
    *("c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded"),
    *("c2pa.resized.proportional", "c2pa.enhanced", "c2pa.edited.metadata", "c2pa.redacted"),
    *("c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound", "c2pa.placed"),
)
ACTIONS = frozenset(
    f"c2pa.{word}"
    for word in (
        "addedText adjustedColor changedSpeed converted created cropped deleted drawing dubbed "
        "edited edited.metadata enhanced filtered mastered mixed opened orientation placed "
        "published redacted remixed removed repackaged resized resized.proportional transcoded "
        "translated trimmed unknown watermarked.bound watermarked.unbound"
    ).split()
)
OLD_ACTIONS = frozenset(
    f"c2pa.{word}"
    for word in (
        "copied formatted version_updated printed managed produced saved color_adjustments "
        "watermarked"
    ).split()
)
ASSERTIONS = frozenset(
    f"c2pa.{word}"
    for word in (
        "hash.data hash.data.part actions.v2 ingredient.v3 hash.boxes hash.bmff.v3 "
        "hash.collection.data soft-binding cloud-data embedded-data metadata certificate-status "
        "asset-ref asset-type.v2 hash.multi-asset thumbnail.claim thumbnail.ingredient "
        "depthmap.GDepth icon alternative-content-representation external-reference session-keys "
        "environmental-sustainability repository-receipt ai-disclosure assertion.metadata "
        "time-stamp"
    ).split()
)
OLD_ASSERTIONS = frozenset(
    f"c2pa.{word}"
    for word in ("claim", "hash.bmff.v2", "asset-type", "ingredient", "ingredient.v2", "actions")
)
PARAMETERS = frozenset(
    "redacted ingredients ingredient description relatedAssertions sourceLanguage targetLanguage "
    "multipleInstances ranges weight width italic slant optical-size".split()
)
TIFF = ("image/tiff", "image/x-adobe-dng")
MALFORMED = (
    ".malformed",
    ".invalid",
    "claim.missing",
    "claim.multiple",
    "hardBindings.missing",
    "multipleHardBindings",
    "hashedURI.missing",
    "ingredient.manifest.missing",
    "unknownBox",
    "manifest.inaccessible",
    "manifest.multipleParents",
    "manifest.html.",
    "manifest.structuredText.",
    "wrongParents",
    "external-reference.",
    "alternativeContentRepresentation.missing",
)
MISMATCHED = (
    "ismatch",
    "hardBinding.redacted",
    "ingredient.claimSignature.missing",
    "claimSignature.missing",
)


@dataclass(frozen=True)
class Check:
    id: str
    says: str
    faults: Callable[[Report], list[Any]]
    spoil: Callable[[Report], object]


def manifest(report: Report) -> dict[str, Any]:
    return report["manifests"][0]


def assertions(report: Report) -> dict[str, Any]:
    return manifest(report)["assertions"]


def actions(report: Report) -> list[dict[str, Any]]:
    lists = [one["actions"] for one in assertions(report).values() if "actions" in one]
    return [action for found in lists for action in found]


def ingredients(report: Report) -> list[dict[str, Any]]:
    return [one for one in assertions(report).values() if "relationship" in one]


def maker(report: Report) -> dict[str, Any]:
    return manifest(report)["claim.v2"]["claim_generator_info"]


def failures(report: Report) -> list[str]:
    return [one["code"] for one in manifest(report)["validationResults"]["failure"]]


def claimed(report: Report) -> list[str]:
    urls = [one["url"] for one in manifest(report)["claim.v2"]["created_assertions"]]
    return [url.rpartition("/")[2] for url in urls]


def unless(held: bool, fault: object) -> list[Any]:  # noqa: FBT001
    return [] if held else [fault]


def act(report: Report, name: str, **more: object) -> None:
    assertions(report)["c2pa.actions.v2"]["actions"].append({"action": name, **more})


def put(report: Report, label: str, /, **body: object) -> None:
    assertions(report)[label] = body


def fail(report: Report, code: str) -> None:
    manifest(report)["validationResults"]["failure"].append({"code": code})


def _untyped(report: Report) -> list[Any]:
    exempt = (*OPENINGS, *NOT_EDITORIAL)
    return [
        one["action"]
        for one in actions(report)
        if one["action"].startswith("c2pa.")
        and one["action"] not in exempt
        and not one.get("digitalSourceType")
    ]


def _inception(report: Report) -> list[Any]:
    first = next((label for label in claimed(report) if "c2pa.actions" in label), "")
    names = [one["action"] for one in actions(report)]
    placed = "c2pa.created" not in names or names[0] in OPENINGS
    return unless(first.endswith("c2pa.actions.v2") and placed, (first, names[:1]))


def _late(report: Report) -> None:
    assertions(report)["c2pa.actions.v2"]["actions"].insert(0, {"action": "c2pa.edited"})
    act(report, "c2pa.created")


def _foreign(labels: Iterator[str] | list[str]) -> list[Any]:
    return [one for one in labels if not one.startswith("c2pa.") and "." not in one]


def _parameters(report: Report) -> list[str]:
    return [name for one in actions(report) for name in one.get("parameters", {})]


def _reviewed(report: Report) -> list[Any]:
    people = ("humanEntry.anonymous", "humanEntry.credentialed")
    return [
        label
        for label, one in assertions(report).items()
        if "reviewRatings" in one and one.get("dataSource", {}).get("type") in people
    ]


def _representations(report: Report) -> list[Any]:
    kind, found = "exif.originalPreservationImage", []
    for label, one in assertions(report).items():
        given = one.get("parameters", {})
        if kind in (one.get("type"), given.get("type")):
            both = ("multiAssetPartIndex" in given, "embeddedOriginalPreservationImage" in given)
            found += unless(both in ((True, False), (False, True)), label)
    return found


def _forbidden(report: Report) -> list[Any]:
    never = ("c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.external-reference")
    return [
        one["label"]
        for one in assertions(report).values()
        if "label" in one
        and "url" in one
        and (one["label"] in never or one["label"].startswith(("c2pa.hash", "c2pa.ingredient")))
    ]


def _silent_opening(report: Report) -> list[Any]:
    names = [one["action"] for one in actions(report)]
    complete = assertions(report)["c2pa.actions.v2"].get("allActionsIncluded") is True
    return unless(names != ["c2pa.opened"] or complete, names)


def _opened(report: Report) -> list[dict[str, Any]]:
    return [one for one in actions(report) if one["action"] == "c2pa.opened"]


def _tiff_boxes(report: Report) -> list[Any]:
    kind = assertions(report).get("c2pa.asset-type.v2", {}).get("dc:format")
    return unless(not ("c2pa.hash.boxes" in assertions(report) and kind in TIFF), kind)


CHECKS = [
    Check(
        "mandatory_dst_for_perceptible_transformations",
        "every action that changes what is seen or heard says by what kind of source",
        _untyped,
        lambda r: act(r, "c2pa.cropped"),
    ),
    Check(
        "mandatory_spec_version",
        "the claim's maker names the specification it followed, of 2.4",
        lambda r: unless(str(maker(r).get("specVersion")).split(".")[:2] == ["2", "4"], maker(r)),
        lambda r: maker(r).update(specVersion="2.3.0"),
    ),
    Check(
        "mandatory_all_actions_included",
        "each list of actions says whether it is complete",
        lambda r: [
            label
            for label, one in assertions(r).items()
            if "actions" in one and one.get("allActionsIncluded") is None
        ],
        lambda r: assertions(r)["c2pa.actions.v2"].pop("allActionsIncluded"),
    ),
    Check(
        "no_dst_for_opened_action",
        "opening a file says nothing of how its content came to be",
        lambda r: [one for one in _opened(r) if one.get("digitalSourceType")],
        lambda r: act(r, "c2pa.opened", digitalSourceType="x"),
    ),
    Check(
        "well_formed_data_present",
        "there are results from which to judge the structure",
        lambda r: unless(manifest(r).get("validationResults") is not None, "none"),
        lambda r: manifest(r).pop("validationResults"),
    ),
    Check(
        "well_formed_success",
        "no part is missing or malformed",
        lambda r: [code for code in failures(r) if any(part in code for part in MALFORMED)],
        lambda r: fail(r, "assertion.cbor.invalid"),
    ),
    Check(
        "valid_data_present",
        "there are results from which to judge the integrity",
        lambda r: unless(bool(manifest(r).get("validationResults", {}).get("success")), "none"),
        lambda r: manifest(r).pop("validationResults"),
    ),
    Check(
        "valid_success",
        "no hash and no signature differs",
        lambda r: [code for code in failures(r) if any(part in code for part in MISMATCHED)],
        lambda r: fail(r, "assertion.dataHash.mismatch"),
    ),
    Check(
        "inception_action_position",
        "the first action of the first list says how the asset began",
        _inception,
        _late,
    ),
    Check(
        "no_deprecated_assertions",
        "no assertion of an older specification",
        lambda r: [
            one for one in assertions(r) if one.startswith("stds.") or one in OLD_ASSERTIONS
        ],
        lambda r: put(r, "stds.exif"),
    ),
    Check(
        "no_unsupported_assertions",
        "every assertion of the standard's name is one of the standard's",
        lambda r: [
            one
            for one in assertions(r)
            if one.startswith("c2pa.") and one.split("__")[0] not in ASSERTIONS | OLD_ASSERTIONS
        ],
        lambda r: put(r, "c2pa.invented"),
    ),
    Check(
        "no_deprecated_actions",
        "no action of an older specification",
        lambda r: [one for one in actions(r) if one["action"] in OLD_ACTIONS],
        lambda r: act(r, "c2pa.saved"),
    ),
    Check(
        "no_unsupported_actions",
        "every action of the standard's name is one of the standard's",
        lambda r: [
            one["action"]
            for one in actions(r)
            if one["action"].startswith("c2pa.") and one["action"] not in ACTIONS | OLD_ACTIONS
        ],
        lambda r: act(r, "c2pa.invented"),
    ),
    Check(
        "no_unrecognized_custom_assertions",
        "an assertion of one's own bears the name of who defined it",
        lambda r: _foreign(list(assertions(r))),
        lambda r: put(r, "aigc"),
    ),
    Check(
        "no_unrecognized_custom_actions",
        "an action of one's own bears the name of who defined it",
        lambda r: _foreign([one["action"] for one in actions(r)]),
        lambda r: act(r, "labelled"),
    ),
    Check(
        "no_unrecognized_custom_action_parameters",
        "a parameter of one's own bears the name of who defined it",
        lambda r: [one for one in _parameters(r) if one not in PARAMETERS and "." not in one],
        lambda r: act(r, "c2pa.edited", parameters={"words": "x"}),
    ),
    Check(
        "discouraged_legacy_action_parameters",
        "description and ingredients stand where the second version has them",
        lambda r: [one for one in _parameters(r) if one in ("description", "ingredient")],
        lambda r: act(r, "c2pa.edited", parameters={"description": "x"}),
    ),
    Check(
        "active_manifest_urn",
        "the manifest's name is in the project's own namespace",
        lambda r: unless(manifest(r)["label"].startswith("urn:c2pa:"), manifest(r)["label"]),
        lambda r: manifest(r).update(label="urn:uuid:1"),
    ),
    Check(
        "review_ratings_datasource",
        "what a person typed in carries no review of itself",
        _reviewed,
        lambda r: put(r, "a.b", reviewRatings=[], dataSource={"type": "humanEntry.anonymous"}),
    ),
    Check(
        "ingredient_v3_no_active_manifest",
        "an ingredient without a manifest has no results of one",
        lambda r: [
            one
            for one in ingredients(r)
            if "validationResults" in one and "activeManifest" not in one
        ],
        lambda r: put(r, "c2pa.ingredient.v3__9", relationship="parentOf", validationResults={}),
    ),
    Check(
        "ingredient_v3_mandatory_validation_results",
        "an ingredient with a manifest has the results of checking it",
        lambda r: [
            one
            for one in ingredients(r)
            if "activeManifest" in one and "validationResults" not in one
        ],
        lambda r: put(r, "c2pa.ingredient.v3__9", relationship="parentOf", activeManifest={}),
    ),
    Check(
        "ingredient_relationship_values",
        "an ingredient is a parent, an input or a component",
        lambda r: [
            one["relationship"]
            for one in ingredients(r)
            if one["relationship"] not in ("parentOf", "inputTo", "componentOf")
        ],
        lambda r: put(r, "c2pa.ingredient.v3__9", relationship="childOf"),
    ),
    Check(
        "mandatory_dst_for_created_action",
        "what was created says by what kind of source",
        lambda r: [
            one
            for one in actions(r)
            if one["action"] == "c2pa.created" and not one.get("digitalSourceType")
        ],
        lambda r: act(r, "c2pa.created"),
    ),
    Check(
        "no_deprecated_claim_fields",
        "the specification's version stands with the maker, not in the claim",
        lambda r: unless("specVersion" not in manifest(r)["claim.v2"], "specVersion"),
        lambda r: manifest(r)["claim.v2"].update(specVersion="2.4.0"),
    ),
    Check(
        "ingredient_v3_choice",
        "an ingredient's manifest tells its source type, not the ingredient beside it",
        lambda r: [
            one for one in ingredients(r) if "activeManifest" in one and "digitalSourceType" in one
        ],
        lambda r: put(
            r, "c2pa.i", relationship="parentOf", activeManifest={}, digitalSourceType="x"
        ),
    ),
    Check(
        "alternative_content_representation_choice",
        "an original kept for preservation lies in one place",
        _representations,
        lambda r: put(r, "a.b", type="exif.originalPreservationImage", parameters={}),
    ),
    Check(
        "forbidden_labels_in_external_references",
        "actions, bindings and ingredients are not kept elsewhere",
        _forbidden,
        lambda r: put(r, "c2pa.external-reference", label="c2pa.actions.v2", url="x"),
    ),
    Check(
        "no_url_in_hashes",
        "a binding names no address",
        lambda r: [
            label
            for label in ("c2pa.hash.data", "c2pa.hash.bmff.v3")
            if "url" in assertions(r).get(label, {})
        ],
        lambda r: assertions(r).setdefault("c2pa.hash.data", {}).update(url="x"),
    ),
    Check(
        "all_actions_included_opened",
        "a file opened and saved again as it was says that nothing else happened",
        _silent_opening,
        lambda r: put(r, "c2pa.actions.v2", actions=[{"action": "c2pa.opened"}]),
    ),
    Check(
        "opened_action_ingredient_reference",
        "the opening points to the one file that was opened",
        lambda r: [
            one
            for one in _opened(r)
            if len(one.get("parameters", {}).get("ingredients") or ()) != 1
        ],
        lambda r: act(r, "c2pa.opened"),
    ),
    Check(
        "no_box_hash_for_tiff",
        "a TIFF is not bound box by box",
        _tiff_boxes,
        lambda r: (
            put(r, "c2pa.hash.boxes") or put(r, "c2pa.asset-type.v2", **{"dc:format": "image/tiff"})
        ),
    ),
]
