"""Four small files of our own: a picture, a text, a sound, a video."""

import subprocess

from colophon.portal import drawing


def make_media(folder):
    """Writes them into ``folder``; medium → path."""
    from PIL import Image

    jpeg, png = folder / "hills.jpg", folder / "hills.png"
    jpeg.write_bytes(drawing.landscape())
    Image.open(jpeg).save(png)
    jpeg.unlink()
    text = folder / "letter.md"
    text.write_bytes(drawing.note("en"))
    sound = folder / "bell.wav"
    sound.write_bytes(drawing.bell())
    video = folder / "clip.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=12:duration=4",
         "-pix_fmt", "yuv420p", str(video)],
        check=True,
        timeout=60,
    )  # fmt: skip
    return {"image": png, "text": text, "audio": sound, "video": video}
