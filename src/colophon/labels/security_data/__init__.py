"""What the reserved codes hold: signatures over the label and the content (TC260-PG-202511A).

`judge` says what they prove to somebody who trusts the keys of a `TrustStore`; `sign` makes them
with an operator's `Sm2Key`. A signature by a key that nobody pinned is ``unknown_signer``: it
shows that the label is whole, not whose it is.
"""

from colophon.labels.security_data.form import Claims, parse
from colophon.labels.security_data.judging import Content, Looked, judge, look
from colophon.labels.security_data.keys import KEY_FILE, PublicKey, Sm2Key, public_key
from colophon.labels.security_data.signing import sign, signed
from colophon.labels.security_data.trust import EMPTY, Pin, TrustStore

__all__ = [
    "EMPTY",
    "KEY_FILE",
    "Claims",
    "Content",
    "Looked",
    "Pin",
    "PublicKey",
    "Sm2Key",
    "TrustStore",
    "judge",
    "look",
    "parse",
    "public_key",
    "sign",
    "signed",
]
