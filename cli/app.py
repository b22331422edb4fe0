"""The typer application that command modules register on, and what all commands share."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Annotated

import typer

from cli import output
from cli.errors import EXIT_CODES, CliError

CODES = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

app = typer.Typer(
    name="quietline",
    epilog=CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
ops = typer.Typer(help="For the registry's operators (AWS credentials).", no_args_is_help=True)
app.add_typer(ops, name="ops")

# typer does not look behind `type` statements
ApiOption = Annotated[
    str | None, typer.Option("--api", help="Address of the registry; else QUIETLINE_API or the local cloud.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, without progress bars.")]


@app.callback()
def main(
    api: ApiOption = None,
    san: Annotated[
        str | None, typer.Option("--san", help="The SAN to act for, as an agent; else QUIETLINE_SAN or your own.")
    ] = None,
) -> None:
    """Pull, verify and look up the do-not-call list; publish it."""
    if api:
        os.environ["QUIETLINE_API"] = api
    if san:
        os.environ["QUIETLINE_SAN"] = san


def command[**P](on: typer.Typer, name: str) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Register a command whose failures become one sentence and an exit code.

    Args:
        on: `app`, `ops` or another group.
        name: what the user types.
    """

    def register(function: Callable[P, None]) -> Callable[P, None]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
            try:
                function(*args, **kwargs)
            except CliError as error:
                output.fail(error, as_json=bool(kwargs.get("json_output")))
                raise typer.Exit(error.exit_code) from error
            except OSError as error:
                if error.strerror is None or isinstance(error, BrokenPipeError):
                    raise  # no file's or disk's fault; a reader that went away is typer's matter
                told = _of_this_machine(error)
                output.fail(told, as_json=bool(kwargs.get("json_output")))
                raise typer.Exit(told.exit_code) from error
            except KeyboardInterrupt:
                print("quietline: stopped.", file=sys.stderr)
                raise typer.Exit(130) from None

        on.command(name)(guarded)
        return function

    return register


def _of_this_machine(error: OSError) -> CliError:
    """Return what the system says of a file that cannot be used, or of a disk that is full, as a sentence."""
    where = f"{error.filename}: " if error.filename else ""
    return CliError(f"{where}{error.strerror}.", ("Look at the file or folder and at the space left, then try again.",))
