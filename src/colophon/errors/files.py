"""What can be wrong with a file, its place, or the program that is to work on it."""

from __future__ import annotations

from typing import ClassVar

from colophon.errors.family import InputError, UnavailableError, UsageError, Words


class FileMissing(InputError):
    code = "file_missing"
    http_status = 404
    causes: ClassVar[Words] = {"zh": "找不到文件 {file}。", "en": "There is no file {file}."}
    remedies: ClassVar[Words] = {"zh": "请检查路径。", "en": "Check the path."}


class NotAFile(InputError):
    code = "not_a_file"
    causes: ClassVar[Words] = {
        "zh": "{file} 不是普通文件（可能是目录、设备、管道或循环的符号链接）。",
        "en": "{file} is not a regular file (a folder, a device, a pipe, or a loop of symbolic links).",
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


class SignedFile(InputError):
    code = "signed_file"
    causes: ClassVar[Words] = {
        "zh": "{file} 带有数字签名，写入标识会使签名失效。",
        "en": "{file} is digitally signed; writing a label would break the signature.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请先添加标识，再由签名人签名。",
        "en": "Label the unsigned file, then have it signed.",
    }


class OldOfficeFormat(InputError):
    code = "old_office_format"
    http_status = 415
    causes: ClassVar[Words] = {
        "zh": "{file} 是旧版 Office 的二进制格式，无法写入标识。",
        "en": "{file} is in the binary format of old Office releases, which cannot be labelled.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请另存为 docx、xlsx 或 pptx，再添加标识。",
        "en": "Save it as docx, xlsx or pptx, then label it.",
    }


class ExtraMissing(UnavailableError):
    code = "extra_missing"
    causes: ClassVar[Words] = {
        "zh": "此功能需要 Colophon 的可选组件 {extra}，但尚未安装。",
        "en": "This needs Colophon's extra {extra}, which is not installed.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请执行 pip install 'colophon[{extra}]'，然后重试。",
        "en": "Run pip install 'colophon[{extra}]' and try again.",
    }
