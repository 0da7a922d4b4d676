"""The vocabulary of Articles 17 and 23, and the words labels are written in, zh and en.

The Chinese is the regulation's own; the English is a translation. Nothing is loaded or
computed at import beyond these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Term:
    """One expression of the regulation; ``clause`` is the clause that uses or defines it."""

    id: str
    clause: str
    zh: str
    en: str

    def words(self, lang: Lang) -> str:
        """The expression in ``lang``."""
        return self.zh if lang == "zh" else self.en


SERVICES: Final[tuple[Term, ...]] = (
    Term(
        "text",
        "17.1.1",
        "智能对话、智能写作等模拟自然人进行文本的生成或者编辑服务",
        "services such as intelligent dialogue and intelligent writing that generate or edit "
        "text by simulating natural persons",
    ),
    Term(
        "voice",
        "17.1.2",
        "合成人声、仿声等语音生成或者显著改变个人身份特征的编辑服务",
        "services such as synthesised or imitated human voices that generate speech, or edit it "
        "in ways that significantly change features of personal identity",
    ),
    Term(
        "person",
        "17.1.3",
        "人脸生成、人脸替换、人脸操控、姿态操控等人物图像、视频生成或者显著改变个人身份特征的编辑服务",
        "services such as face generation, face replacement, face manipulation and posture "
        "manipulation that generate images or video of people, or edit them in ways that "
        "significantly change features of personal identity",
    ),
    Term(
        "scene",
        "17.1.4",
        "沉浸式拟真场景等生成或者编辑服务",
        "services that generate or edit immersive realistic scenes and the like",
    ),
    Term(
        "other",
        "17.1.5",
        "其他具有生成或者显著改变信息内容功能的服务",
        "other services that can generate information content or significantly change it",
    ),
)
"""The five kinds of service whose output needs a conspicuous label (Source: Art. 17.1)."""

TECHNOLOGIES: Final[tuple[Term, ...]] = (
    Term(
        "text",
        "23.2.1",
        "篇章生成、文本风格转换、问答对话等生成或者编辑文本内容的技术",
        "technologies that generate or edit text content, such as passage generation, text style "
        "conversion and question-and-answer dialogue",
    ),
    Term(
        "speech",
        "23.2.2",
        "文本转语音、语音转换、语音属性编辑等生成或者编辑语音内容的技术",
        "technologies that generate or edit speech content, such as text-to-speech, voice "
        "conversion and the editing of voice attributes",
    ),
    Term(
        "audio",
        "23.2.3",
        "音乐生成、场景声编辑等生成或者编辑非语音内容的技术",
        "technologies that generate or edit non-speech content, such as music generation and "
        "the editing of ambient sound",
    ),
    Term(
        "biometric",
        "23.2.4",
        "人脸生成、人脸替换、人物属性编辑、人脸操控、姿态操控等生成或者编辑图像、视频内容中生物特征的技术",
        "technologies that generate or edit biometric features in image or video content, such "
        "as face generation, face replacement, the editing of a person's attributes, face "
        "manipulation and posture manipulation",
    ),
    Term(
        "picture",
        "23.2.5",
        "图像生成、图像增强、图像修复等生成或者编辑图像、视频内容中非生物特征的技术",
        "technologies that generate or edit non-biometric features in image or video content, "
        "such as image generation, image enhancement and image restoration",
    ),
    Term(
        "scene",
        "23.2.6",
        "三维重建、数字仿真等生成或者编辑数字人物、虚拟场景的技术",
        "technologies that generate or edit digital persons or virtual scenes, such as "
        "three-dimensional reconstruction and digital simulation",
    ),
)
"""The six technologies (Source: Art. 23.2)."""

DEFINITIONS: Final[tuple[Term, ...]] = (
    Term("deep_synthesis_technology", "23.2", "深度合成技术", "deep synthesis technology"),
    Term("provider", "23.3", "深度合成服务提供者", "deep synthesis service provider"),
    Term(
        "technical_supporter",
        "23.4",
        "深度合成服务技术支持者",
        "technical supporter of a deep synthesis service",
    ),
    Term("user", "23.5", "深度合成服务使用者", "deep synthesis service user"),
    Term("training_data", "23.6", "训练数据", "training data"),
    Term("immersive_realistic_scene", "23.7", "沉浸式拟真场景", "immersive realistic scene"),
)
"""The expressions Art. 23 defines; what each means is in the article itself."""

ADDRESSEES: Final[dict[str, tuple[str, str]]] = {
    "provider": ("深度合成服务提供者", "providers"),
    "technical_supporter": ("深度合成服务技术支持者", "technical supporters"),
    "user": ("深度合成服务使用者", "users"),
    "distribution_platform": ("应用程序分发平台", "application distribution platforms"),
    "authority": ("网信部门和有关主管部门", "authorities"),
    "industry_organisation": ("相关行业组织", "industry organisations"),
    "anyone": ("任何组织和个人", "anyone"),
    "none": ("无特定义务人", "nobody in particular"),
}
"""Whom a clause speaks to: id to (zh, en)."""

MEDIA: Final[dict[str, tuple[str, str]]] = {
    "text": ("文本", "text"),
    "document": ("文档", "document"),
    "image": ("图片", "picture"),
    "audio": ("音频", "sound"),
    "video": ("视频", "video"),
    "scene": ("虚拟场景", "virtual scene"),
}
"""What a person perceives: id to (zh, en)."""

KINDS: Final[dict[str, tuple[str, str]]] = {
    "text": ("文本", "text"),
    "speech": ("语音", "speech"),
    "audio": ("非语音声音", "non-speech sound"),
    "face": ("人物生物特征", "biometric features"),
    "image": ("图像", "image"),
    "video": ("视频", "video"),
    "scene": ("数字人物与虚拟场景", "digital persons and virtual scenes"),
}
"""The technologies of Art. 23 by the word that commands and the API use: id to (zh, en)."""

ACTIONS: Final[dict[str, tuple[str, str]]] = {
    "created": ("生成", "created"),
    "edited": ("编辑", "edited"),
    "identity-changed": ("显著改变个人身份特征", "identity significantly changed"),
}
"""What the generation did (Source: Art. 17.1): id to (zh, en)."""

SUBJECT_ELEMENTS: Final = ("人工智能", "AI")
"""An explicit label says one of these (Source: GB 45438-2025 5.1-5.6) ..."""
ACT_ELEMENTS: Final = ("生成", "合成")
"""... and one of these."""

_EXPLICIT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "text": ("本内容由AI生成", "AI-generated content"),
    "document": ("本内容由AI生成", "AI-generated content"),
    "image": ("AI生成", "AI-generated"),
    "video": ("AI生成", "AI-generated"),
    "scene": ("AI生成", "AI-generated"),
    "audio": ("本内容由人工智能生成", "This audio was generated by AI"),
}


def explicit_words(medium: str, lang: Lang = "zh") -> str:
    """The default explicit label of a medium; for ``audio`` the words are spoken.

    Only the zh words hold both elements the Chinese standard asks for
    (`has_required_elements`); the en words serve other label profiles and bilingual pages.
    Raises KeyError for a medium that is not one of text, document, image, video, scene, audio.
    """
    return _EXPLICIT_WORDS[medium][0 if lang == "zh" else 1]


def has_required_elements(text: str) -> bool:
    """Whether an explicit label says both that AI and that generation or synthesis is meant.

    Source: GB 45438-2025 5.1-5.6.
    """
    return any(word in text for word in SUBJECT_ELEMENTS) and any(
        word in text for word in ACT_ELEMENTS
    )


def term(term_id: str) -> Term:
    """A defined expression of Art. 23 by id. Raises KeyError when there is none."""
    for candidate in DEFINITIONS:
        if candidate.id == term_id:
            return candidate
    raise KeyError(term_id)
