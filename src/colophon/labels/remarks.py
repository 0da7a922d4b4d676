"""What a result says beside its facts: a closed list of remarks, zh and en."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from colophon.errors import Lang

ALL: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # The road.
        "label_replaced": (
            "文件原有的标识不合标准，无法照写，已被替换；原标识写明的提供者：{producer}",
            "replaced a label that breaks the standard and cannot be written again, of {producer}",
        ),
        "label_kept": (
            "保留了提供者 {producer} 的标识；本运营者写为传播者",
            "kept the label of producer {producer}; this operator is its propagator",
        ),
        "without_explicit_label": (
            "应用户要求未添加显式标识；用户已接受的义务与本次提供的记录须依法留存",
            "without an explicit label at the user's request; the acceptance is kept on record",
        ),
        "further_labels_in_text": (
            "正文中另有标识，未作改动",
            "the text holds further labels; they were left as they are",
        ),
        "manifest_outdated": (
            "文件原有的签名清单与新写入的标识不再相符，请用签名密钥重新签署",
            "the manifest that the file bore no longer fits what was written; sign it with a key",
        ),
        "manifest_not_embeddable": (
            "{media_type} 无法嵌入签名清单",
            "{media_type}: a signed manifest cannot be embedded in it",
        ),
        "too_large_to_sign": (
            "文件过大，无法在限定内存内签名，故未签名",
            "the file is too large to be signed in bounded memory; it is not signed",
        ),
        "members_labelled": (
            "压缩包内 {total} 个文件中，{count} 个带有标识",
            "of {total} files in the archive, {count} bear a label",
        ),
        "name_says_otherwise": (
            "文件名与内容不符：内容是 {media_type}",
            "the name says otherwise, the content is {media_type}",
        ),
        # The explicit label of pictures.
        "palette_full": (
            "调色板已满，图片改为全彩",
            "the palette was full: the picture is now in full colour",
        ),
        "inner_pictures_left_out": (
            "JPEG 内的其他图片（MPF）没有标识，已略去",
            "further pictures inside the JPEG (MPF) were left out: they bore no label",
        ),
        "tiff_compression_replaced": (
            "TIFF 压缩方式 {compression} 改为无损的 deflate",
            "TIFF compression {compression} was replaced by deflate, which loses nothing",
        ),
        "shorter_words": (
            "为适应宽度改用较短的文字：{text}",
            "shorter words were used to fit the width: {text}",
        ),
        "picture_too_small": (
            "图片太小（{width} × {height}），文字难以辨认",
            "the picture is too small for legible words ({width} x {height})",
        ),
        "gif_palettes_renewed": (
            "GIF 各帧的调色板已重新生成",
            "the frames of the GIF were given palettes of their own again",
        ),
        "tiff_page_tags": (
            "保留了 TIFF 首页的说明标签，其余各页的没有保留",
            "descriptive tags of the first TIFF page were kept, those of later pages not",
        ),
        # The explicit label of sound and video.
        "rhythm_for_speech": (
            "本机没有 espeak-ng：标识为节奏音，不是语音",
            "espeak-ng is not installed: the label is the rhythm, not speech",
        ),
        "mp3_index_left_out": (
            "MP3 的 VBRI 索引会计数有误，已略去",
            "the MP3's VBRI index was left out: it would count wrongly",
        ),
        "stream_left_out": (
            "{kind} 流无法复制，已略去",
            "a {kind} stream could not be copied and was left out",
        ),
        "vorbis_became_opus": (
            "Vorbis 声音已重新编码为 Opus，仍在同一 Ogg 容器中",
            "Vorbis sound was encoded again as Opus, in the same Ogg container",
        ),
        "pixels_converted": (
            "{found} 形式的像素已编码为 {written}",
            "pixels of the form {found} were encoded as {written}",
        ),
        "first_stream_only": (
            "只为第一路视频添加了标识",
            "only the first video stream was labelled",
        ),
        # The style that was asked for.
        "outline_not_legible": (
            "描边文字在此处对比度不足，文字下加了底板",
            "words with an outline alone would not stand out here: they stand on a plate",
        ),
        "lower_words": (
            "画面放不下所设的字高，字高改为最短边的 {percent}%",
            "the words are lower than asked for, to fit: {percent} % of the shortest side",
        ),
        # The watermark.
        "no_watermark": (
            "未加数字水印（{reason}）",
            "no watermark was put in ({reason})",
        ),
        # What the operator's register adds.
        "register_original": (
            "登记簿：这是添加标识之前的原件",
            "register: these are the bytes of the unlabelled original",
        ),
        "register_bytes_differ": (
            "登记簿：标识在案，文件内容却与放行时不同",
            "register: the label is known, the bytes differ from those released",
        ),
        "register_alike": (
            "登记簿：其指纹与在此放行的一份内容相近",
            "register: its fingerprint is near that of a content released here",
        ),
        "register_label_removed": (
            "登记簿：凭数字水印认出在此放行的内容，其元数据标识已被去除",
            "register: its watermark is that of a content released here; its label was removed",
        ),
        "register_others_label": (
            "登记簿：凭数字水印认出在此放行的内容，文件中的标识却不是放行时写入的",
            "register: its watermark is that of a content released here; its label is another",
        ),
        "register_without_explicit": (
            "登记簿：应用户要求提供的没有显式标识的版本；用户须自行声明并添加标识",
            "register: a version without explicit label; its user has to declare and label it",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark; ``details`` fill the places of its words."""

    code: str
    details: tuple[tuple[str, str], ...] = ()

    def words(self, lang: Lang = "en") -> str:
        """The remark as a sentence."""
        text = ALL[self.code][0 if lang == "zh" else 1]
        for name, value in self.details:
            text = text.replace("{" + name + "}", value)
        return text

    def to_json(self) -> dict[str, str]:
        """The code with its sentence in both languages."""
        return {"code": self.code, "zh": self.words("zh"), "en": self.words("en")}


def remark(code: str, **details: object) -> Remark:
    """A remark of the list. Raises KeyError for a code outside it."""
    if code not in ALL:
        raise KeyError(code)
    return Remark(code, tuple((name, str(value)) for name, value in details.items()))
