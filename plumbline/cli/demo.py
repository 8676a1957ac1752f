"""Play a small story through the public API, in one process and without any server."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo() -> None:
    """Start a system of its own, play the story, show what happened and stop it."""
    from rich.console import Console

    from plumbline.demo.stage import NotReady, Stage
    from plumbline.demo.story import Story, Unexpected
    from plumbline.demo.telling import Teller
    from plumbline.mesh.clock import legal_today

    console = Console()
    stage, teller = Stage(), Teller(console)
    try:
        console.print(
            f"系统在 {stage.start():.1f} 秒内就绪：{len(stage.services())} 个服务在一个进程里，没有任何服务器。\n"
        )
        Story(stage, legal_today(), teller.tell).play()
        teller.table()
    except (NotReady, Unexpected) as error:
        console.print(f"[bold red]演示没有按法律的要求进行：[/]{error}")
        sys.exit(1)
    finally:
        stage.close()
