"""The closed list of ways a label found in a file differs from the standard.

Write strictly, read tolerantly: whatever is wrong with a label is read all the same and
named here, so that its owner can be told in words what to mend and where that is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from colophon.errors import Lang
from colophon.labels.model import Deviation

ANNEX_E = "GB 45438-2025 Annex E"
CODE = "TC260-PG-20252A"
PLACES = "TC260-PG-20257A, 20258A, 20259A, 202510A"
XMP = "TC260-PG-20259A"
TEXT = "TC260-PG-20258A"
SECURITY = "TC260-PG-202511A"


@dataclass(frozen=True, slots=True)
class Entry:
    """One code of the list: what it says and what to do, in both languages."""

    code: str
    source: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


_ROWS = (
    # What the fields hold.
    (
        "label_not_enum",
        ANNEX_E,
        "Label 的值不是 1、2、3 之一",
        "Label is none of 1, 2, 3",
        "按含义写入 1（属于）、2（可能）或 3（疑似）",
        'Write "1" (is), "2" (may be) or "3" (suspected)',
    ),
    (
        "label_not_string",
        ANNEX_E,
        "Label 写成了数字，而不是字符串",
        "Label is a number, not a string",
        '给值加上引号："1"',
        'Put the value in quotes: "1"',
    ),
    (
        "field_missing",
        ANNEX_E,
        "缺少规定的字段",
        "A required field is missing",
        "补齐七个字段，无内容的保留字段写空字符串",
        "Give all seven fields; an unused reserved field is an empty string",
    ),
    (
        "field_empty",
        ANNEX_E,
        "必填字段为空",
        "A field that must be filled is empty",
        "填写该字段；首次写入时传播者字段与生成者相同",
        "Fill it; at first writing the propagator's fields equal the producer's",
    ),
    (
        "field_not_string",
        ANNEX_E,
        "字段的值不是字符串",
        "A field's value is not a string",
        "给值加上引号，避免编号被读成数字",
        "Quote the value, so that no reader takes an id for a number",
    ),
    (
        "field_name_misspelt",
        ANNEX_E,
        "字段名拼写有误",
        "A field's name is misspelt",
        "改用标准中的字段名",
        "Use the standard's name",
    ),
    (
        "field_unknown",
        ANNEX_E,
        "出现了标准之外的字段",
        "There is a field the standard does not have",
        "删去该字段，或放入保留字段",
        "Drop it, or put its content into a reserved field",
    ),
    (
        "field_repeated",
        ANNEX_E,
        "同一字段出现多次，以最后一次为准",
        "A field occurs more than once; the last one counts",
        "每个字段只写一次",
        "Write each field once",
    ),
    (
        "fields_reordered",
        ANNEX_E,
        "字段顺序与标准不同",
        "The fields are in another order than the standard's",
        "按标准中的顺序写入",
        "Write them in the standard's order",
    ),
    (
        "char_not_allowed",
        ANNEX_E,
        "含有不允许的字符（空格、反斜线、中文或控制字符）",
        "Holds a character that is not allowed (space, backslash, Chinese, control)",
        "仅用 0x21、0x23–0x5B、0x5D–0x7E",
        "Use only 0x21, 0x23-0x5B, 0x5D-0x7E",
    ),
    # Who is named.
    (
        "producer_not_code",
        CODE,
        "服务提供者写的是名称或其他编号，不是 27 位编码",
        "The provider is named by a name or another id, not by its 27-character code",
        "使用由统一社会信用代码构成的编码",
        "Use the code built on the unified social credit code",
    ),
    (
        "producer_code_length",
        CODE,
        "服务提供者编码不是 27 位",
        "The provider code does not have 27 characters",
        "核对编码，通常是漏了或多了一位",
        "Compare it with the code issued: most often one character was lost or doubled",
    ),
    (
        "producer_code_lower_case",
        CODE,
        "服务提供者编码含小写字母",
        "The provider code has lower-case letters",
        "使用大写字母",
        "Use capitals",
    ),
    (
        "producer_code_extension",
        CODE,
        "扩展码不是 00000，也不以 1 或 2 开头",
        "The extension is neither 00000 nor begins with 1 or 2",
        "改正扩展码的第一位",
        "Correct the extension's first character",
    ),
    (
        "uscc_check_digit",
        "GB 32100",
        "统一社会信用代码的校验位不符",
        "The check character of the unified social credit code does not agree",
        "核对营业执照上的代码",
        "Compare it with the business licence",
    ),
    (
        "propagator_code_differs",
        ANNEX_E,
        "同一主体、同一编号，但生成者与传播者的编码不同",
        "Same organisation and same id, yet producer and propagator codes differ",
        "首次写入时两者应相同",
        "At first writing both are equal",
    ),
    # How the value is written.
    (
        "wrapped_value",
        ANNEX_E,
        '值外面多包了一层 {"AIGC": …}',
        'The value is wrapped in a further {"AIGC": …}',
        "去掉外层，只写七个字段",
        "Take the wrapping off and write the seven fields alone",
    ),
    (
        "value_truncated",
        ANNEX_E,
        "值在中途被截断",
        "The value is cut off",
        "重新取得完整文件，或重新写入标识",
        "Get the whole file again, or write the label anew",
    ),
    (
        "double_encoded",
        ANNEX_E,
        "JSON 被当作字符串又编码了一次",
        "The JSON was encoded once more as a string",
        "只编码一次",
        "Encode it once",
    ),
    (
        "entity_escaped",
        ANNEX_E,
        "值中的引号写成了 HTML 或 URL 转义",
        "The quotes in the value are escaped as in HTML or a URL",
        "写入时不要转义",
        "Write it without that escaping",
    ),
    (
        "not_json",
        ANNEX_E,
        "值不是 JSON",
        "The value is not JSON",
        "按 JSON 写入：双引号，无注释，无多余逗号",
        "Write JSON: double quotes, no comments, no stray commas",
    ),
    (
        "json_spaced",
        ANNEX_E,
        "JSON 含有空白字符",
        "The JSON holds white space",
        "使用紧凑形式",
        "Use the compact form",
    ),
    (
        "surrounding_text",
        ANNEX_E,
        "值的前后有其他内容",
        "There is something else before or after the value",
        "该字段只写 JSON",
        "Let the field hold the JSON alone",
    ),
    (
        "stray_bytes",
        ANNEX_E,
        "值中夹有空字节或字节顺序标记",
        "NUL bytes or a byte order mark stand in the value",
        "删去这些字节",
        "Take those bytes out",
    ),
    (
        "encoding_not_utf8",
        ANNEX_E,
        "值不是 ASCII 或 UTF-8 编码",
        "The value is encoded neither as ASCII nor as UTF-8",
        "以 ASCII 写入",
        "Write it as ASCII",
    ),
    # How many there are.
    (
        "stacked_labels",
        ANNEX_E,
        "同一文件中有多个标识",
        "There are several labels in one file",
        "改写时替换旧标识，不要追加",
        "Replace the old label when writing, do not append",
    ),
    (
        "label_conflict",
        ANNEX_E,
        "文件中的多个标识互相矛盾",
        "The labels in the file contradict one another",
        "只保留生成者写入的正确标识",
        "Keep only the true one",
    ),
    # Where it stands.
    (
        "place_annex_b",
        "TC260-PG-20259A Annex B",
        "写在附录 B 的备选位置",
        "It is in the alternative place of Annex B",
        "写入 XMP",
        "Write it into XMP",
    ),
    (
        "place_nonstandard",
        PLACES,
        "写在标准未规定的位置",
        "It is in a place the standard does not name",
        "写入该格式规定的位置",
        "Write it where the standard puts it for this format",
    ),
    (
        "place_after_data",
        PLACES,
        "写在媒体数据之后",
        "It stands after the media data",
        "写在媒体数据之前",
        "Write it before the media data",
    ),
    (
        "place_comment",
        TEXT,
        "写在注释中",
        "It stands in a comment",
        "写入该格式规定的元数据位置",
        "Write it where the standard puts metadata for this format",
    ),
    (
        "place_script",
        TEXT,
        "写在脚本代码中",
        "It stands in program code",
        "写入该格式规定的元数据位置",
        "Write it where the standard puts metadata for this format",
    ),
    (
        "place_tail",
        TEXT,
        "写在文本末尾",
        "It stands at the end of the text",
        "写在文首的前置元数据中",
        "Write it into the front matter",
    ),
    (
        "place_body",
        TEXT,
        "写在正文之中",
        "It stands in the middle of the text",
        "写在文首的前置元数据中",
        "Write it into the front matter",
    ),
    (
        "place_not_first",
        TEXT,
        "前置元数据之前有其他内容",
        "Something stands before the front matter",
        "把前置元数据移到文首",
        "Move the front matter to the start",
    ),
    (
        "place_nested",
        TEXT,
        "标识嵌套在另一个字段之下",
        "The label is nested under another key",
        "把 AIGC 放在最外层",
        "Put AIGC on the outermost level",
    ),
    (
        "front_matter_string",
        TEXT,
        "前置元数据中的标识是字符串，不是映射",
        "The label in the front matter is a string, not a mapping",
        "写成 AIGC: 之下的七个键",
        "Write seven keys below AIGC:",
    ),
    (
        "xmp_attribute_form",
        XMP,
        "XMP 属性写成了 XML 属性，而不是元素",
        "The XMP property is an XML attribute, not an element",
        "写成 <TC260:AIGC> 元素",
        "Write the element <TC260:AIGC>",
    ),
    (
        "xmp_other_namespace",
        XMP,
        "XMP 命名空间不是 http://www.tc260.org.cn/ns/AIGC/1.0/",
        "The XMP namespace is not http://www.tc260.org.cn/ns/AIGC/1.0/",
        "使用规定的命名空间",
        "Use the prescribed namespace",
    ),
    (
        "xpacket_malformed",
        XMP,
        "XMP 数据包的头或尾不合规",
        "The XMP packet's header or trailer is malformed",
        '写成 <?xpacket …?> 与 <?xpacket end="w"?>',
        'Write <?xpacket …?> and <?xpacket end="w"?>',
    ),
    (
        "pdf_dictionary",
        PLACES,
        "PDF 中的标识是字典，不是字符串",
        "The label in the PDF is a dictionary, not a string",
        "写成 Info 字典中的字符串 /AIGC",
        "Write a string /AIGC in the Info dictionary",
    ),
    (
        "container_structure",
        PLACES,
        "标识所在的容器结构与格式规定不同",
        "The structure around the label is not what the format prescribes",
        "用规定的结构重新写入",
        "Write it anew in the prescribed structure",
    ),
    # What the security data prove.
    (
        "security_signature_invalid",
        SECURITY,
        "保留字段中的数字签名与标识字段不符",
        "The signature in the reserved code does not fit the label's fields",
        "视为被篡改或伪造；向生成者索取原文件，由持钥者重新签名",
        "Take it as altered or forged; ask the producer for the original, and have it signed anew",
    ),
    (
        "security_wrong_producer",
        SECURITY,
        "签名密钥属于另一服务提供者",
        "The key that signed belongs to another provider",
        "视为伪造；核对受信任密钥与服务提供者编码的对应关系",
        "Take it as forged; check which provider codes the pinned key speaks for",
    ),
    (
        "security_content_altered",
        SECURITY,
        "内容与签名时绑定的内容不同",
        "The content is not the one that was bound when the label was signed",
        "标识可能取自另一文件，或内容在签名后被改动；向生成者索取原文件",
        "The label may be another file's, or the content was changed; ask for the original",
    ),
)

ALL: Mapping[str, Entry] = MappingProxyType({row[0]: Entry(*row) for row in _ROWS})


def of(code: str, detail: str = "") -> Deviation:
    """The deviation as a finding. Raises KeyError for a code outside the closed list."""
    return Deviation(code, detail, ALL[code].source)


def words(code: str, lang: Lang = "en") -> str:
    """What the deviation is, for people. Raises KeyError for an unknown code."""
    return ALL[code].zh if lang == "zh" else ALL[code].en


def remedy(code: str, lang: Lang = "en") -> str:
    """What to do about it, for people. Raises KeyError for an unknown code."""
    return ALL[code].remedy_zh if lang == "zh" else ALL[code].remedy_en


def table(lang: Lang = "en") -> list[tuple[str, str, str, str]]:
    """All rows for the documentation: code, meaning, source, remedy."""
    return [
        (entry.code, words(entry.code, lang), entry.source, remedy(entry.code, lang))
        for entry in ALL.values()
    ]
