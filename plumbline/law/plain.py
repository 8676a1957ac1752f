"""Text as it was meant: full-width letters, digits and signs become the plain ones; nothing else is guessed."""

from __future__ import annotations

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def plain(text: str) -> str:
    """Without full-width forms and surrounding blanks. Look-alikes of other scripts stay, to be refused by name."""
    return text.translate(_FULL_WIDTH).strip()
