"""What a user accepts before a version without explicit label: the text as shipped, the
operator's own, and which of them stands now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from colophon.content.kept import KEEP_MONTHS
from colophon.content.models import DutiesText
from colophon.errors import Lang, UsageError
from colophon.provisions import parameters
from colophon.store import events

LANGS: tuple[Lang, ...] = ("zh", "en")
LONGEST = 20_000
"""Characters of one text."""
PUBLISHED = events.kind(
    "content.duties_published",
    zh="公布索取无显式标识版本的用户义务",
    en="The duties that go with a version without explicit label were published",
)
SHIPPED: Mapping[Lang, str] = {
    "zh": """您申请的版本不带可被公众直接看到或听到的显式标识。按照《人工智能生成合成内容标识办法》第九条，本服务须先明确您的标识义务和使用责任，才能提供这一版本。您接受后，即承担以下义务：

一、声明并标识。您向公众发布或传播该内容时，须主动声明它由人工智能生成或编辑，并使用所在平台的标识功能，或自行添加公众能够明显感知的显式标识。

二、不误导。不得用该内容冒充实拍、实录或他人的言论、身份，不得用于制作、传播虚假新闻，不得用于法律、行政法规禁止的活动。

三、保留隐式标识。文件元数据中的隐式标识和签名清单仍在其中。任何组织和个人不得恶意删除、篡改、伪造、隐匿标识，不得为他人这样做提供工具或服务，也不得以不当标识损害他人合法权益（同一办法第十条）。

四、转交时告知。把该版本交给他人时，须告知它是人工智能生成或编辑的内容，并告知上述义务。

五、责任。您对自己如何使用该版本负责。违反上述义务的，本服务可以停止向您提供此类版本，并依照法律和平台公约处理。

六、留存。本服务依法保存您的账号编号、接受的时间、所接受的文本以及每次下载的时间，不少于 {months} 个月。文件中不写入您的个人信息。
""",
    "en": """The version you ask for bears no explicit label, none that people see or hear at once. Under Article 9 of the Measures for Labelling AI-Generated Synthetic Content, this service may give it to you only after your duty to label and your responsibility for its use have been made clear. By accepting, you take on these duties:

1. Declare and label. When you publish or spread the content, say on your own initiative that AI made or edited it, and use the platform’s labelling function, or put on an explicit label yourself that the public plainly perceives.

2. Do not mislead. Do not pass it off as a photograph or recording of something that happened, as what somebody said, or as another person. Do not use it for false news, or for anything that laws and administrative regulations forbid.

3. Leave the implicit label in place. The label in the file’s metadata and the signed manifest are still there. Nobody may maliciously delete, alter, forge or hide labels, provide tools or services for doing so, or harm the lawful interests of others by improper labels (Article 10 of the same Measures).

4. Tell those you hand it to. Whoever gets this version from you must be told that AI made or edited it, and that these duties go with it.

5. Responsibility. You answer for how you use this version. Where these duties are broken, this service may stop giving you such versions and act under the law and its platform rules.

6. Record. As the law requires, this service keeps your account number, the time of your acceptance, the text you accepted and the time of each download, for no less than {months} months. Nothing about your person is written into the file.
""",
}


@dataclass(frozen=True, slots=True)
class Duties:
    """One version of the text in all languages. ``published`` is None for the shipped text as
    long as nobody has accepted it.
    """

    version: int
    texts: Mapping[Lang, str]
    published: datetime | None = None

    def sha256(self, lang: Lang) -> str:
        """What an acceptance names, in hex."""
        return digest(self.texts[lang])

    def lang_of(self, sha256: str) -> Lang | None:
        """The language whose text has this hash; None when none of this version has."""
        return next((lang for lang in LANGS if self.sha256(lang) == sha256), None)


def digest(text: str) -> str:
    """SHA-256 of the UTF-8 bytes, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def shipped() -> dict[Lang, str]:
    """The text this release brings, with the term the law sets today."""
    months = int(parameters.number(KEEP_MONTHS))
    return {lang: text.replace("{months}", str(months)) for lang, text in SHIPPED.items()}


def current() -> Duties:
    """What stands now: the operator's last text, else the shipped one."""
    rows = _newest()
    if not rows:
        return Duties(1, shipped())
    kept = _of(rows)
    if not rows[0].shipped or kept.texts == shipped():
        return kept
    # A newer release brings another text: it has to be accepted anew.
    return Duties(kept.version + 1, shipped())


def kept(duties: Duties, *, by: str, now: datetime) -> Duties:
    """``duties`` as rows of the table, which the shipped text becomes when it is first accepted."""
    if duties.published is not None:
        return duties
    return _entered(duties.version, duties.texts, shipped=True, by=by, now=now)


def publish(zh: str, en: str, *, by: str, now: datetime) -> Duties:
    """Puts the operator's own text in force; everybody is asked again.

    The text that stands already is left as it is. Raises UsageError for an empty or overlong
    text.
    """
    texts: dict[Lang, str] = {"zh": _tidy(zh), "en": _tidy(en)}
    for lang, text in texts.items():
        if not text.strip() or len(text) > LONGEST or "\0" in text:
            raise UsageError(detail=f"duties ({lang}): 1-{LONGEST}")
    with transaction.atomic():
        standing = current()
        if standing.texts == texts:
            return kept(standing, by=by, now=now)
        following = standing.version + (standing.published is not None)
        return _entered(following, texts, shipped=False, by=by, now=now)


def row_of(duties: Duties, lang: Lang) -> DutiesText:
    """The kept text an acceptance refers to."""
    return DutiesText.objects.get(version=duties.version, lang=lang)


def known(sha256: str) -> DutiesText | None:
    """The newest kept text with this hash."""
    return DutiesText.objects.filter(sha256=sha256).order_by("-version").first()


def _entered(
    version: int, texts: Mapping[Lang, str], *, shipped: bool, by: str, now: datetime
) -> Duties:
    try:
        with transaction.atomic():
            for lang in LANGS:
                DutiesText.objects.create(
                    version=version,
                    lang=lang,
                    text=texts[lang],
                    sha256=digest(texts[lang]),
                    shipped=shipped,
                    published=now,
                )
            body = {"version": version, "zh": digest(texts["zh"]), "en": digest(texts["en"])}
            events.append(PUBLISHED, "duties", body, by=by, now=now)
    except IntegrityError:
        # Another one published this version at the same moment: with the same text, it will do.
        found = _of(_newest())
        if found.texts != dict(texts):
            raise
        return found
    return Duties(version, texts, now)


def _newest() -> list[DutiesText]:
    last = DutiesText.objects.order_by("-version").values_list("version", flat=True).first()
    return list(DutiesText.objects.filter(version=last)) if last is not None else []


def _of(rows: list[DutiesText]) -> Duties:
    texts: dict[Lang, str] = {"zh" if row.lang == "zh" else "en": row.text for row in rows}
    return Duties(rows[0].version, texts, rows[0].published)


def _tidy(text: str) -> str:
    """Forms send line ends as CR LF."""
    return text.replace("\r\n", "\n").strip() + "\n"
