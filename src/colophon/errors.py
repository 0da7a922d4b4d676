"""Error families: every failure has a code, a cause and a remedy, in zh and en.

One class is one failure an outsider can meet. A family fixes the command's exit code
and the HTTP status; ``docs/errors.md`` is generated from this module. Texts never carry
personal data: the only details filled in are file names the caller gave and numbers.
"""

from __future__ import annotations

from typing import ClassVar, Literal, TypedDict

Lang = Literal["zh", "en"]


class Words(TypedDict):
    """One sentence in both languages, with ``{detail}`` places."""

    zh: str
    en: str


class ColophonError(Exception):
    """Root of every named error.

    ``code`` is a stable identifier, ``http_status`` and ``exit_code`` are what the doors
    answer with, ``clause`` is the provision behind a refusal (None where no law speaks).
    Keyword arguments given at raise time fill the places in ``cause`` and ``remedy``.
    """

    code: ClassVar[str] = "error"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 5
    clause: ClassVar[str | None] = None
    causes: ClassVar[Words] = {"zh": "出现了意外错误。", "en": "Something unexpected went wrong."}
    remedies: ClassVar[Words] = {
        "zh": "请重试；若仍出现，请把错误代码告诉运营者。",
        "en": "Try again; if it happens again, tell the operator the error code.",
    }

    def __init__(self, **details: object) -> None:
        self.details = {key: str(value) for key, value in details.items()}
        super().__init__(self.code)

    def __str__(self) -> str:
        return self.cause("en")

    def cause(self, lang: Lang = "en") -> str:
        """What happened, in ``lang``."""
        return self._fill(self.causes[lang])

    def remedy(self, lang: Lang = "en") -> str:
        """What to do now, in ``lang``."""
        return self._fill(self.remedies[lang])

    def _fill(self, text: str) -> str:
        for key, value in self.details.items():
            text = text.replace("{" + key + "}", value)
        return text

    def to_json(self, lang: Lang = "en") -> dict[str, str | None]:
        """The shape every door answers with."""
        return {
            "code": self.code,
            "cause": self.cause(lang),
            "remedy": self.remedy(lang),
            "clause": self.clause,
        }


class UsageError(ColophonError):
    """The caller asked in a way that cannot be answered."""

    code = "usage"
    http_status = 400
    exit_code = 2
    causes: ClassVar[Words] = {"zh": "{detail}", "en": "{detail}"}
    remedies: ClassVar[Words] = {"zh": "请查看 --help。", "en": "See --help."}


class InputError(ColophonError):
    """The file given is not one we can work on; it was left as it was."""

    code = "bad_input"
    http_status = 422
    exit_code = 3


class RefusedError(ColophonError):
    """A rule says no."""

    code = "refused"
    http_status = 403
    exit_code = 4


class UnavailableError(ColophonError):
    """Something this needs is not there now."""

    code = "unavailable"
    http_status = 503
    exit_code = 5


class FileMissing(InputError):
    code = "file_missing"
    http_status = 404
    causes: ClassVar[Words] = {"zh": "找不到文件 {file}。", "en": "There is no file {file}."}
    remedies: ClassVar[Words] = {"zh": "请检查路径。", "en": "Check the path."}


class NotAFile(InputError):
    code = "not_a_file"
    causes: ClassVar[Words] = {
        "zh": "{file} 不是普通文件（可能是设备、管道或循环的符号链接）。",
        "en": "{file} is not a regular file (a device, a pipe, or a loop of symbolic links).",
    }
    remedies: ClassVar[Words] = {"zh": "请给出普通文件。", "en": "Give a regular file."}


class Unreadable(InputError):
    code = "unreadable"
    causes: ClassVar[Words] = {
        "zh": "没有读取 {file} 的权限。",
        "en": "Permission to read {file} is missing.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请修改文件权限，或换一个用户运行。",
        "en": "Change the file's permissions, or run as a user who may read it.",
    }


class EmptyFile(InputError):
    code = "empty_file"
    causes: ClassVar[Words] = {"zh": "{file} 是空文件。", "en": "{file} is empty."}
    remedies: ClassVar[Words] = {
        "zh": "请重新导出或重新上传该文件。",
        "en": "Export or upload the file again.",
    }


class TruncatedFile(InputError):
    code = "truncated_file"
    causes: ClassVar[Words] = {
        "zh": "{file} 在中途被截断：{detail}。",
        "en": "{file} ends too early: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请重新取得完整文件；源文件未被改动。",
        "en": "Get the whole file again; the source was left as it was.",
    }


class MalformedFile(InputError):
    code = "malformed_file"
    causes: ClassVar[Words] = {
        "zh": "{file} 的结构不符合其格式：{detail}。",
        "en": "{file} is not built as its format requires: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请用产生它的软件重新导出；源文件未被改动。",
        "en": "Export it again from the program that made it; the source was left as it was.",
    }


class UnknownType(InputError):
    code = "unknown_type"
    http_status = 415
    causes: ClassVar[Words] = {
        "zh": "无法识别 {file} 的类型。",
        "en": "The type of {file} is not known.",
    }
    remedies: ClassVar[Words] = {
        "zh": "支持的类型见文档 docs/formats.md。",
        "en": "The types that can be labelled are listed in docs/formats.md.",
    }


class WrongExtension(InputError):
    code = "wrong_extension"
    causes: ClassVar[Words] = {
        "zh": "{file} 的扩展名与内容不符：内容是 {found}。",
        "en": "{file} is named as one type but holds another: {found}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请改正扩展名后重试。",
        "en": "Correct the extension and try again.",
    }


class TooLarge(InputError):
    code = "too_large"
    http_status = 413
    causes: ClassVar[Words] = {
        "zh": "{file} 超过限度：{detail}。",
        "en": "{file} is over a limit: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请缩小内容，或由运营者提高限度（见 docs/settings.md）。",
        "en": "Make it smaller, or have the operator raise the limit (docs/settings.md).",
    }


class EncryptedFile(InputError):
    code = "encrypted_file"
    causes: ClassVar[Words] = {
        "zh": "{file} 已加密，无法写入标识。",
        "en": "{file} is encrypted; a label cannot be written into it.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请先去除密码，再添加标识。",
        "en": "Take off its password first, then label it.",
    }


class SourceChanged(InputError):
    code = "source_changed"
    http_status = 409
    causes: ClassVar[Words] = {
        "zh": "{file} 在读取过程中被改动。",
        "en": "{file} changed while it was being read.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请等写入完成后重试；没有留下任何半成品。",
        "en": "Try again when nothing writes to it; no partial output was left.",
    }


class TargetExists(UsageError):
    code = "target_exists"
    http_status = 409
    causes: ClassVar[Words] = {"zh": "{file} 已存在。", "en": "{file} already exists."}
    remedies: ClassVar[Words] = {
        "zh": "请换一个输出名，或使用 --force。",
        "en": "Choose another output name, or use --force.",
    }


class TargetUnwritable(InputError):
    code = "target_unwritable"
    causes: ClassVar[Words] = {
        "zh": "无法写入 {file}：{detail}。",
        "en": "{file} cannot be written: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请选择可写的位置；源文件未被改动。",
        "en": "Choose a place that can be written; the source was left as it was.",
    }


class DiskFull(UnavailableError):
    code = "disk_full"
    http_status = 507
    causes: ClassVar[Words] = {
        "zh": "写入 {file} 时磁盘已满。",
        "en": "The disk is full; {file} was not written.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请腾出空间后重试；没有留下任何半成品。",
        "en": "Free some space and try again; no partial output was left.",
    }


class ToolMissing(UnavailableError):
    code = "tool_missing"
    causes: ClassVar[Words] = {
        "zh": "此功能需要程序 {tool}，但本机没有。",
        "en": "This needs the program {tool}, which this machine does not have.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请安装 {tool} 后重试。",
        "en": "Install {tool} and try again.",
    }


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
        "zh": "请使用 --explicit auto 或 on。",
        "en": "Use --explicit auto or on.",
    }


class ParameterUnknown(UsageError):
    code = "parameter_unknown"
    causes: ClassVar[Words] = {
        "zh": "没有可用的法定参数 {id}：{detail}。",
        "en": "There is no usable legal parameter {id}: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "参数及其施行日期见 docs/parameters.md。",
        "en": "docs/parameters.md lists the parameters and the days they came into force.",
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


class OperatorMissing(UnavailableError):
    code = "operator_missing"
    causes: ClassVar[Words] = {
        "zh": "尚未填写运营者信息，无法添加标识。",
        "en": "The operator's profile is missing; nothing can be labelled without it.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请由运营者执行 colophon init。",
        "en": "Have the operator run colophon init.",
    }


class IdempotencyConflict(UsageError):
    code = "idempotency_conflict"
    http_status = 409
    causes: ClassVar[Words] = {
        "zh": "此 Idempotency-Key 已用于另一份内容或另一组参数。",
        "en": "This Idempotency-Key was already used for other content or other parameters.",
    }
    remedies: ClassVar[Words] = {
        "zh": "新的请求请使用新的键；重试时请原样重发。",
        "en": "Use a new key for a new request; send a retry exactly as before.",
    }


class ContentMissing(InputError):
    code = "content_missing"
    http_status = 404
    causes: ClassVar[Words] = {
        "zh": "没有这份内容，或它不属于您。",
        "en": "There is no such content, or it is not yours.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请检查内容编号与所用的账号。",
        "en": "Check the content's id and the account you are using.",
    }


class NotReleased(RefusedError):
    code = "not_released"
    http_status = 409
    clause = "16.1"
    causes: ClassVar[Words] = {
        "zh": "内容尚未放行（{state}），不能下载。",
        "en": "The content is not released yet ({state}) and cannot be downloaded.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请查看内容状态；如被搁置，其中写明原因与办法。",
        "en": "Look at its state; if it is held, the reason and the remedy stand there.",
    }


class SignInNeeded(RefusedError):
    code = "sign_in_needed"
    http_status = 401
    causes: ClassVar[Words] = {
        "zh": "需要登录，或提供有效的 API 密钥。",
        "en": "This needs a sign-in or a valid API key.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请登录，或发送 Authorization: Bearer col_…。",
        "en": "Sign in, or send Authorization: Bearer col_….",
    }


class PermissionMissing(RefusedError):
    code = "permission_missing"
    causes: ClassVar[Words] = {
        "zh": "此账号无权执行该操作。",
        "en": "This account may not do that.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请联系运营者，或刷新页面后重试。",
        "en": "Ask the operator, or reload the page and try again.",
    }


class TooOften(UnavailableError):
    code = "too_often"
    http_status = 429
    causes: ClassVar[Words] = {
        "zh": "请求过于频繁。",
        "en": "Too many requests came from this client.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请在 {seconds} 秒后重试。",
        "en": "Try again in {seconds} seconds.",
    }


class EditorRefused(InputError):
    code = "editor_refused"
    causes: ClassVar[Words] = {
        "zh": "编辑器 {editor} 无法处理这份输入：{detail}。",
        "en": "The editor {editor} cannot work on this input: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请按文档修改输入后重试。",
        "en": "Change the input as the documentation says and try again.",
    }


class NoSuchPage(InputError):
    code = "no_such_page"
    http_status = 404
    causes: ClassVar[Words] = {"zh": "此地址没有内容。", "en": "There is nothing at this address."}
    remedies: ClassVar[Words] = {
        "zh": "接口清单见 /docs。",
        "en": "The routes are listed at /docs.",
    }


class RequestInvalid(UsageError):
    code = "request_invalid"
    http_status = 422
    causes: ClassVar[Words] = {
        "zh": "请求不合规：{detail}。",
        "en": "The request is not valid: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请按 /docs 修改请求。",
        "en": "Change the request as /docs says.",
    }


class NotOpenYet(UnavailableError):
    code = "not_open_yet"
    http_status = 501
    causes: ClassVar[Words] = {
        "zh": "此接口尚未开放。",
        "en": "This door is not open yet.",
    }
    remedies: ClassVar[Words] = {
        "zh": "在别处生成的内容请提交到 POST /api/content。",
        "en": "Send content made elsewhere to POST /api/content.",
    }


class PasswordRefused(UsageError):
    code = "password_refused"
    causes: ClassVar[Words] = {
        "zh": "密码不合要求：{detail}",
        "en": "The password is not good enough: {detail}",
    }
    remedies: ClassVar[Words] = {
        "zh": "请换一个更长、不常见的密码。",
        "en": "Choose a longer, less common one.",
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


class AnimationNotSupported(InputError):
    code = "animation_not_supported"
    http_status = 415
    causes: ClassVar[Words] = {
        "zh": "{file} 是动画，无法逐帧添加显式标识：{detail}。",
        "en": "{file} is animated and its frames cannot be labelled: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请转成视频或静态图片后再添加标识。",
        "en": "Turn it into a video or a still picture, then label it.",
    }


class JobNotInState(UsageError):
    code = "job_not_in_state"
    http_status = 409
    causes: ClassVar[Words] = {
        "zh": "任务现处于“{state}”状态，不能这样做。",
        "en": "The job is in state {state}, which does not allow this.",
    }
    remedies: ClassVar[Words] = {
        "zh": "只有死信或已停止的任务可以重试，只有未结束的任务可以停止。",
        "en": "Only a dead letter or a stopped job can be retried, only one not over stopped.",
    }


class BrokerMissing(UsageError):
    code = "broker_missing"
    causes: ClassVar[Words] = {
        "zh": "没有配置消息中间件，独立的工作进程无事可做。",
        "en": "No broker is configured, so there is nothing a separate worker could take from.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请设置 COLOPHON_BROKER_URL；单机运行只需 colophon serve。",
        "en": "Set COLOPHON_BROKER_URL; on one machine colophon serve is enough.",
    }


class BlobMissing(UnavailableError):
    code = "blob_missing"
    http_status = 404
    causes: ClassVar[Words] = {
        "zh": "存储中没有这份内容。",
        "en": "This content is not in the store.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请核对哈希值；若数据目录曾被移动，请从备份恢复 blobs。",
        "en": "Check the hash; if the data folder was moved, restore blobs from a backup.",
    }


class BlobDamaged(UnavailableError):
    code = "blob_damaged"
    http_status = 500
    causes: ClassVar[Words] = {
        "zh": "存储的内容 {sha256} 与其哈希不符。",
        "en": "The stored content {sha256} no longer matches its hash.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请检查磁盘，并从备份恢复该文件。",
        "en": "Check the disk and restore this file from a backup.",
    }


class KeyUnusable(UnavailableError):
    code = "key_unusable"
    http_status = 500
    causes: ClassVar[Words] = {
        "zh": "密钥文件 {name} 无法使用：格式或长度不对。",
        "en": "The key file {name} cannot be used: wrong form or length.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请从备份恢复该密钥；切勿删除后重新生成，否则以往的签名将无法续接。",
        "en": "Restore the key from a backup; do not make a new one, past signatures hang on it.",
    }


class WorkStopped(RefusedError):
    code = "work_stopped"
    causes: ClassVar[Words] = {
        "zh": "工作人员停止了对这份内容的处理。",
        "en": "Staff stopped the work on this content.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请联系运营者，或由工作人员重新处理。",
        "en": "Ask the operator; staff can start it again.",
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


class PortTaken(UnavailableError):
    code = "port_taken"
    causes: ClassVar[Words] = {
        "zh": "无法在 {address} 上监听：{detail}。",
        "en": "Cannot listen at {address}: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请用 --port 换一个端口，或停止占用它的程序。",
        "en": "Choose another with --port, or stop what is using it.",
    }


class ProfileIncomplete(UsageError):
    code = "profile_incomplete"
    causes: ClassVar[Words] = {
        "zh": "运营者信息不全，缺少：{missing}。",
        "en": "The operator's profile is not complete; missing: {missing}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请给出这些参数；若只是试用，使用 --demonstration。",
        "en": "Give these options; to only try it out, use --demonstration.",
    }


class AccountExists(UsageError):
    code = "account_exists"
    http_status = 409
    causes: ClassVar[Words] = {
        "zh": "账号 {name} 已存在，且不是管理员。",
        "en": "The account {name} is there already and is no administrator.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请用 --admin-name 换一个名字。",
        "en": "Choose another name with --admin-name.",
    }
