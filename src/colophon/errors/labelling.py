"""What labels, manifests and the clauses behind them can refuse."""

from __future__ import annotations

from typing import ClassVar

from colophon.errors.family import InputError, RefusedError, UnavailableError, UsageError, Words


class ReadBackFailed(UnavailableError):
    code = "read_back_failed"
    http_status = 500
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "标识写入 {file} 后未能从成品中读回：{detail}。",
        "en": "The label was not read back from the finished {file}: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "文件未被放行。请把源文件与错误代码交给运营者。",
        "en": "The file was not released. Give the source and the code to the operator.",
    }


class LabelFieldInvalid(UsageError):
    code = "label_field_invalid"
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "标识字段 {field} 不合规：{detail}。",
        "en": "The label's field {field} is not allowed: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "仅可用可打印 ASCII（GB 45438-2025 附录 E），不含空格和反斜线。",
        "en": "Use printable ASCII without space or backslash (GB 45438-2025 Annex E).",
    }


class ProducerCodeInvalid(UsageError):
    code = "producer_code_invalid"
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "服务提供者编码不合规：{detail}。",
        "en": "The provider code is not valid: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "编码为 27 位：00、1、1、统一社会信用代码、5 位扩展码（TC260-PG-20252A）。",
        "en": "27 characters: 00, 1, 1, the unified social credit code, a 5-character extension "
        "(TC260-PG-20252A).",
    }


class ExplicitRequired(RefusedError):
    code = "explicit_required"
    clause = "17.1"
    causes: ClassVar[Words] = {
        "zh": "此类内容须添加显式标识，不能关闭。",
        "en": "Content of this kind must carry an explicit label; it cannot be switched off.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请使用 --explicit auto 或 on；内容放行后可另行申请没有显式标识的版本。",
        "en": "Use --explicit auto or on; once the content is released, a version without it can be "
        "asked for (docs/unlabelled.md).",
    }


class ExplicitUnsupported(InputError):
    code = "explicit_unsupported"
    clause = "17.1"
    causes: ClassVar[Words] = {
        "zh": "此类文件（{media_type}）目前无法添加显式标识，而它须有显式标识。",
        "en": "An explicit label is due, and files of this type ({media_type}) cannot bear one yet.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请先导出为可添加显式标识的格式（见 docs/formats.md）。",
        "en": "Export it to a format that can bear one (docs/formats.md).",
    }


class SidecarNeeded(InputError):
    code = "sidecar_needed"
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "{media_type} 文件内部没有可写标识的位置，标识只能放在旁边的文件里，而此处只能交付一个文件。",
        "en": "Files of type {media_type} have no room for a label inside; it would lie in a file "
        "beside, and only one file can be handed out here.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请改用 glTF 或 PLY 格式，或放进 ZIP 后提交。",
        "en": "Use glTF or PLY instead, or submit it inside a ZIP.",
    }


class NoLabelPlace(InputError):
    code = "no_label_place"
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "{file} 的写法没有可放标识的位置：{detail}。",
        "en": "{file} is written so that there is no place for a label: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请改写成有位置的形式（例如把 JSON 的列表放进一个对象），或放进 ZIP 后提交。",
        "en": "Write it in a form that has one (a JSON list inside an object, for example), or "
        "submit it inside a ZIP.",
    }


class FontMissing(UnavailableError):
    code = "font_missing"
    causes: ClassVar[Words] = {
        "zh": "没有字体能显示“{text}”。",
        "en": "No font can draw “{text}”.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请使用标准标识文字，或指定一个含有这些字的字体文件。",
        "en": "Use the standard label words, or name a font file that has these characters.",
    }


class WordingNotCompliant(UsageError):
    code = "wording_not_compliant"
    clause = "17.1"
    causes: ClassVar[Words] = {
        "zh": "标识文字“{text}”不含法定要素。",
        "en": "The label words “{text}” lack an element the standard demands.",
    }
    remedies: ClassVar[Words] = {
        "zh": "须同时含有“人工智能”或“AI”，以及“生成”或“合成”（GB 45438-2025 第 5 章）。",
        "en": "Say both: 人工智能 or AI, and 生成 or 合成 (in English: AI and generated or "
        "synthesised); GB 45438-2025 clause 5.",
    }


class SigningKeyUnusable(UnavailableError):
    code = "signing_key_unusable"
    causes: ClassVar[Words] = {
        "zh": "签名密钥或证书无法使用：{detail}。",
        "en": "The signing key or its certificate cannot be used: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请运行 colophon init 生成，或放入配对的证书链与私钥（PEM）。",
        "en": "Run colophon init to make one, or put in a matching chain and key (PEM).",
    }


class CredentialUnsupported(InputError):
    code = "credential_unsupported"
    http_status = 415
    causes: ClassVar[Words] = {
        "zh": "{media_type} 类型的文件不能嵌入内容凭证（C2PA）。",
        "en": "A file of type {media_type} cannot hold a content credential (C2PA).",
    }
    remedies: ClassVar[Words] = {
        "zh": "请使用 --credential off；元数据标识不受影响。",
        "en": "Use --credential off; the metadata label is written all the same.",
    }


class CredentialFailed(InputError):
    code = "credential_failed"
    causes: ClassVar[Words] = {
        "zh": "未能为文件签署内容凭证（C2PA）：{detail}。",
        "en": "The file could not be given a content credential (C2PA): {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "源文件未被改动。请检查文件是否完整，或使用 --credential off。",
        "en": "The source was left as it was. Check that it is whole, or use --credential off.",
    }


class ParameterUnknown(UsageError):
    code = "parameter_unknown"
    causes: ClassVar[Words] = {
        "zh": "没有可用的法定参数 {id}：{detail}。",
        "en": "There is no usable legal parameter {id}: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "参数及其施行日期见 docs/parameters.md；并请检查本机时钟。",
        "en": "docs/parameters.md lists the parameters and the days they came into force; "
        "check this machine's clock too.",
    }


class ClauseUnknown(UsageError):
    code = "clause_unknown"
    http_status = 404
    causes: ClassVar[Words] = {
        "zh": "本规定没有这一条款：{clause}。",
        "en": "The Provisions have no such clause: {clause}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "写法如 17.1.3、第十七条第一款第(三)项 或 Art. 17(1)(3)。",
        "en": "Write it as 17.1.3, 第十七条第一款第(三)项 or Art. 17(1)(3).",
    }


class StyleNotCompliant(UsageError):
    code = "style_not_compliant"
    clause = "17.1"
    causes: ClassVar[Words] = {
        "zh": "标识样式“{field}”不能取 {given}。",
        "en": "The label's style cannot have {field} {given}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "允许的取值：{allowed}（GB 45438-2025 第 5 章）。",
        "en": "It may be: {allowed} (GB 45438-2025 clause 5).",
    }


class TooSmallToMark(InputError):
    code = "too_small_to_mark"
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "内容太小或太单调，承载不了数字水印（{detail}）。",
        "en": "It is too small, or too plain, to carry a watermark ({detail}).",
    }
    remedies: ClassVar[Words] = {
        "zh": "其他标识仍可添加：用 --watermark auto 或 off。",
        "en": "The other labels can still be put on it: use --watermark auto or off.",
    }


class MarkPackageMissing(UnavailableError):
    code = "mark_package_missing"
    causes: ClassVar[Words] = {
        "zh": "读取这种水印需要其作者的软件包 {package}，但本机没有（缺 {detail}）。",
        "en": "Reading this mark needs its maker's package {package}, which is not here ({detail}).",
    }
    remedies: ClassVar[Words] = {
        "zh": "请执行 pip install {package}，然后重试。",
        "en": "Run pip install {package} and try again.",
    }


class MarkWeightsMissing(UnavailableError):
    code = "mark_weights_missing"
    causes: ClassVar[Words] = {
        "zh": "权重文件夹中没有 {file}，无法读取这种水印。",
        "en": "The folder of weights holds no {file}, so this mark cannot be read.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请从水印作者处取得该文件，放入此文件夹；Colophon 不会自行下载。",
        "en": "Get the file from the mark's maker and put it there; Colophon downloads none.",
    }
