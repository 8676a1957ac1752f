"""How the story is told: a line as each step happens, and a table at the end."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from plumbline.demo.stage import Answer


class Teller:
    """Prints steps and remembers them."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.steps: list[tuple[str, str, str, str]] = []

    def tell(self, who: str, what: str, answer: Answer | None) -> None:
        """One step."""
        mark, words = _judged(answer)
        self.steps.append((who, what, mark, words[0] if words else ""))
        self.console.print(f"{mark} [bold]{escape(who)}[/]：{escape(what)}")
        for line in words:
            self.console.print(f"      [dim]{escape(line)}[/]")

    def table(self) -> None:
        """All steps, and how many came out how."""
        table = Table(title="\n发生了什么", show_lines=False)
        for heading in ("谁", "做什么", "结果", "依据"):
            table.add_column(heading, overflow="fold")
        for step in self.steps:
            table.add_row(*(escape(cell) for cell in step))
        self.console.print(table)
        counts = Counter(mark for _, _, mark, _ in self.steps)
        self.console.print("  ".join(f"{mark} {count}" for mark, count in sorted(counts.items())))


def _judged(answer: Answer | None) -> tuple[str, list[str]]:
    """The mark of an outcome, and what there is to say about it."""
    if answer is None:
        return "·", []
    if "answers" in answer.body:
        found: dict[str, Any] = answer.body["answers"][0]
        return ("可以" if found["allowed"] else "不可", [_basis(reason) for reason in found.get("reasons", [])])
    if answer.status < 300:
        return "办理", []
    return "拒绝", [answer.body["code"], *(_basis(breach) for breach in answer.body.get("legalBasis", []))]


def _basis(breach: dict[str, Any]) -> str:
    return f"{breach.get('text', '')}（《{breach.get('law', '')}》{breach.get('article', '')}）"
