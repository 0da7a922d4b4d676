"""What the ground under the rooms can fail at: jobs, blobs, keys."""

from __future__ import annotations

from typing import ClassVar

from colophon.errors.family import RefusedError, UnavailableError, UsageError, Words


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


class DatabaseUnusable(UnavailableError):
    code = "database_unusable"
    causes: ClassVar[Words] = {
        "zh": "无法使用数据库：{detail}。",
        "en": "The database cannot be used: {detail}.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请检查数据目录及其权限、数据库服务是否在运行；旧版本的数据目录请先运行 colophon init。",
        "en": "Check the data folder, its permissions, and that the database server runs; "
        "a folder of an older version needs colophon init first.",
    }


class DatabaseNewer(UsageError):
    code = "database_newer"
    http_status = 503
    exit_code = 5
    causes: ClassVar[Words] = {
        "zh": "数据库出自更新的版本（{detail}），当前版本不能使用它。",
        "en": "The database was made by a newer version ({detail}); this one must not touch it.",
    }
    remedies: ClassVar[Words] = {
        "zh": "请升级 colophon，或换一个数据目录。",
        "en": "Install the newer colophon, or name another data folder.",
    }
