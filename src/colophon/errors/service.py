"""What the running service can answer: accounts, contents, doors."""

from __future__ import annotations

from typing import ClassVar

from colophon.errors.family import InputError, RefusedError, UnavailableError, UsageError, Words


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


class DutiesNotAccepted(RefusedError):
    code = "duties_not_accepted"
    http_status = 409
    clause = "17.1"
    causes: ClassVar[Words] = {
        "zh": "没有显式标识的版本，须在接受现行的用户义务之后提供。",
        "en": "A version without the explicit label is given only after its duties, as they now "
        "stand, were accepted.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请阅读现行文本，并连同其 SHA-256 确认接受。",
        "en": "Read the text as it now stands and accept it, naming its SHA-256.",
    }


class RecordKept(RefusedError):
    code = "record_kept"
    http_status = 409
    causes: ClassVar[Words] = {
        "zh": "该记录须依法留存，期满之前不能删除或改写（{until}）。",
        "en": "The law asks for this record to be kept; it cannot be deleted or rewritten before "
        "its term is over ({until}).",
    }
    remedies: ClassVar[Words] = {
        "zh": "请在留存期满之后再试。",
        "en": "Try again when the term is over.",
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
