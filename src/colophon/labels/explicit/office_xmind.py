"""Words on a mind map: a label of the central topic of its first sheet.

Source: GB 45438-2025 5.1. XMind shows a topic's labels right below it.
"""

from __future__ import annotations

import json

from colophon.errors import MalformedFile
from colophon.labels.carriers import json_spans, xmind
from colophon.labels.carriers.edits import applied
from colophon.labels.carriers.json_spans import Object
from colophon.labels.carriers.xml_part import XmlPart
from colophon.labels.explicit.office_package import Package, xml_words
from colophon.labels.tolerant.xml_spans import Element

_JSON, _XML = "content.json", "content.xml"
_TOPIC, _LABELS = "rootTopic", "labels"


def label(package: Package, text: str, _place: str) -> tuple[str, float | None]:
    """Adds the label; it stands at the start of the map."""
    xmind.check_plain(package.source, package.directory)
    if _JSON in package.directory.names:
        package.changed[_JSON] = _in_json(package.text(_JSON).data, text)
    else:
        part = package.xml(_XML)
        package.changed[_XML] = _in_xml(part, text)
    return "start", None


def topic_labels(package: Package) -> list[str]:
    """What the labels of the central topic say."""
    if _JSON not in package.directory.names:
        part = package.xml(_XML)
        found = part.children(_xml_topic(part), _LABELS)
        return [part.text(one) for group in found for one in part.children(group, "label")]
    data = package.text(_JSON).data
    labels = _json_topic(data).get(_LABELS)
    if labels is None or not json_spans.is_array(data, labels):
        return []
    spans = json_spans.array_at(data, labels.value).elements
    return [json_spans.text(data[a:b]) for a, b in spans if data[a : a + 1] == b'"']


def _json_topic(data: bytes) -> Object:
    """The central topic of the first sheet. Raises MalformedFile."""
    begin = len(data) - len(data.lstrip(b"\xef\xbb\xbf \t\r\n"))
    if data[begin : begin + 1] != b"[":
        raise MalformedFile(detail="a map without sheets")
    sheets = json_spans.array_at(data, begin).elements
    if not sheets or data[sheets[0][0] : sheets[0][0] + 1] != b"{":
        raise MalformedFile(detail="a map without sheets")
    topic = json_spans.object_at(data, sheets[0][0]).get(_TOPIC)
    if topic is None or not json_spans.is_object(data, topic):
        raise MalformedFile(detail="a map without a central topic")
    return json_spans.object_at(data, topic.value)


def _in_json(data: bytes, text: str) -> bytes:
    topic = _json_topic(data)
    value = json.dumps(text, ensure_ascii=False).encode()
    labels = topic.get(_LABELS)
    if labels is not None and json_spans.is_array(data, labels):
        return applied(
            data, json_spans.appended(data, json_spans.array_at(data, labels.value), [value])
        )
    return applied(data, json_spans.changed(data, topic, {_LABELS: b"[" + value + b"]"}))


def _xml_topic(part: XmlPart) -> Element:
    found = part.below("sheet", "topic")
    if not found:
        raise MalformedFile(detail="a map without a central topic")
    return found[0]


def _in_xml(part: XmlPart, text: str) -> bytes:
    topic = _xml_topic(part)
    prefix = part.same_prefix(topic)
    new = f"<{prefix}label>{xml_words(text)}</{prefix}label>"
    groups = part.children(topic, _LABELS)
    if groups:
        return part.edited([part.append(groups[0], new)])
    return part.edited([part.append(topic, f"<{prefix}labels>{new}</{prefix}labels>")])
