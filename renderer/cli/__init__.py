"""The command line: which commands there are, and how an ending becomes an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

DONE, FAILED, USAGE, STOPPED = 0, 1, 2, 130
"""Exit codes: done; the render failed; bad input or usage; stopped by the user."""

COMMANDS = {
    "render": ("renderer.cli.render:render", "Render a project to a file."),
    "plan": ("renderer.cli.plan:plan", "Show what a render would copy, reuse and encode, and why."),
    "frame": ("renderer.cli.frame:frame", "Write one frame of a scene as a picture."),
    "check": ("renderer.cli.check:check", "Find everything that would stop a render."),
    "probe": ("renderer.cli.probe:probe", "Tell what is in a media file."),
    "new": ("renderer.cli.new:new", "Make a project from a folder of clips."),
    "import": ("renderer.cli.interchange:import_", "Make a project from an OpenTimelineIO file."),
    "export": ("renderer.cli.interchange:export", "Write a project as an OpenTimelineIO file."),
    "queue": ("renderer.cli.queue:queue", "Line up renders that survive a restart; see past ones."),
    "presets": ("renderer.cli.presets:presets", "List, show and save presets."),
    "cache": ("renderer.cli.cache:cache", "See and clear the rendered parts that are kept."),
    "chunk": ("renderer.cli.chunk:chunk", "Render one unit of a plan by hand."),
    "doctor": ("renderer.cli.doctor:doctor", "Check every part this program needs, and say what mends it."),
    "worker": ("renderer.cli.worker:worker", ""),
}
"""Command → where it lives and its line in `--help`. A module is imported when its command runs."""


class LazyGroup(click.Group):
    """A group that imports a command only when it is asked for, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (_, line) in COMMANDS.items() if line]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items() if line])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            ctx.fail(f"There is no command '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show tracebacks and the engine's log.")
@click.version_option(package_name="reelwright", prog_name="reelwright")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Reelwright renders projects of clips, stills and sound; only what changed is rendered again.

    Without a command it opens the studio.
    """
    ctx.obj = {"debug": debug}
    if debug:
        import logging

        logging.basicConfig(level=logging.DEBUG, format="%(name)s: %(message)s")
    if ctx.invoked_subcommand is None:
        _open_studio(ctx)


def _open_studio(ctx: click.Context) -> None:
    try:
        studio = importlib.import_module("studio.app")
    except ModuleNotFoundError:
        click.echo(ctx.get_help())
        return
    sys.exit(studio.main([]))


def main() -> NoReturn:
    """Run the command line and exit. Errors meant for people become one message; a traceback only with --debug."""
    debug = "--debug" in sys.argv[1:]
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        _exit(STOPPED)
    except click.ClickException as error:
        error.show()
        _exit(USAGE)
    except BrokenPipeError:
        # The reader of a pipe (`| head`) went away: nothing more to say, and stdout must not be flushed again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _exit(DONE)
    except Exception as error:  # noqa: BLE001 - the process's edge: every other error becomes a message here
        _exit(_tell(error, debug))
    _exit(code if isinstance(code, int) else DONE)


def _tell(error: Exception, debug: bool) -> int:
    from renderer.errors import ReelwrightError, RenderError, Stopped

    if debug:
        import traceback

        traceback.print_exception(error)
    if isinstance(error, Stopped):
        return STOPPED
    if isinstance(error, ReelwrightError):
        click.echo(f"{error}", err=True)
        return FAILED if isinstance(error, RenderError) else USAGE
    if not debug:
        click.echo(f"Something went wrong inside Reelwright: {type(error).__name__}: {error}", err=True)
        click.echo("Run the same command as `reelwright --debug …` and report what it prints.", err=True)
    return FAILED


def _exit(code: int) -> NoReturn:
    sys.exit(code)
