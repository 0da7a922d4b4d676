"""OpenSSL's command line as the other party: it makes SM2 keys, signs and verifies."""

from __future__ import annotations

import subprocess
from pathlib import Path

IDENTITY = ("-pkeyopt", "distid:1234567812345678")
SM3 = ("-rawin", "-digest", "sm3")


def run(*arguments: str | Path, data: bytes = b"", fails: bool = False) -> bytes:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], input=data, capture_output=True, check=not fails
    )
    return done.stdout


def key(path: Path) -> Path:
    run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", path)
    return path


def public_pem(path: Path) -> str:
    return run("pkey", "-in", path, "-pubout").decode()


def signature(path: Path, message: bytes) -> bytes:
    given = path.with_suffix(".message")
    given.write_bytes(message)
    return run("pkeyutl", "-sign", *SM3, *IDENTITY, "-inkey", path, "-in", given)


def verifies(public: str, message: bytes, signature: bytes, folder: Path) -> bool:
    names = {"p.pem": public.encode(), "m": message, "s": signature}
    for name, data in names.items():
        (folder / name).write_bytes(data)
    said = run(
        "pkeyutl", "-verify", *SM3, *IDENTITY, "-pubin", "-inkey", folder / "p.pem",
        "-in", folder / "m", "-sigfile", folder / "s", fails=True,
    )  # fmt: skip
    return b"Verified Successfully" in said


def sm3(data: bytes) -> bytes:
    return bytes.fromhex(run("dgst", "-sm3", "-r", data=data).split()[0].decode())


def certificate(
    folder: Path, name: str, issuer: str | None, *, authority: bool, days: int = 30
) -> str:
    """A certificate in PEM, and its key beside it under ``name``.pem."""
    own = key(folder / f"{name}.pem")
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"basicConstraints=critical,CA:{'TRUE' if authority else 'FALSE'}\n")
    request = run("req", "-new", "-key", own, "-subj", f"/O={name}", "-sm3", "-sigopt", IDENTITY[1])
    by = issuer or name
    signer = ("-signkey", own) if issuer is None else (
        "-CA", folder / f"{by}.crt", "-CAkey", folder / f"{by}.pem", "-CAcreateserial"
    )  # fmt: skip
    made = run(
        "x509", "-req", *signer, "-sm3", "-days", str(days), "-extfile", extensions,
        "-sigopt", IDENTITY[1], "-vfyopt", IDENTITY[1], data=request,
    )  # fmt: skip
    (folder / f"{name}.crt").write_bytes(made)
    return made.decode()
