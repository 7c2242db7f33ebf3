"""`csi-analyzer`: the command line.

Results go to standard output, progress and errors to standard error.  Exit codes: 0 nothing found, 1 findings,
2 the work could not be done: one sentence says why.
"""

from __future__ import annotations

import io
import os
import sys
from importlib.metadata import version

import click

from analyzer.cli import comparing, completing, looking, reporting, ruling, showing
from analyzer.cli.errors import UserError
from bundle.layout import BundleError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100})
@click.version_option(version("csi-triage"), prog_name="csi-analyzer")
def cli() -> None:
    """Find the root cause in a bundle, offline, and write the guarded commands that mend it.

    BUNDLE is the file that csi-collector wrote, or a bundle as a folder.  Exit codes: 0 nothing found, 1 findings,
    2 the work could not be done.

    \b
    Examples:
      csi-analyzer show case-4711.tar.gz
      csi-analyzer show case-4711.tar.gz --finding 1
      csi-analyzer report case-4711.tar.gz -o case-4711
      csi-analyzer cat case-4711.tar.gz worker-1 multipath_ll
    """


cli.add_command(reporting.report)
cli.add_command(showing.show)
cli.add_command(comparing.diff)
cli.add_command(looking.cat)
cli.add_command(looking.unpack)
cli.add_command(ruling.rules)
cli.add_command(completing.completion)


def main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show Chinese still gets the rest
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()  # here, where a reader that went away is known
        sys.exit(code)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message())
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted; nothing was written")
    except (BundleError, UserError) as error:
        _fail(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still buffered has no reader
        sys.exit(2)
    except Exception as error:  # the one broad catch of this process
        _fail(f"this should not happen ({type(error).__name__}: {error}); please report it with the command you ran")


def _fail(sentence: str) -> None:
    click.echo(f"csi-analyzer: {printable_line(sentence).rstrip('.')}.", err=True)
    sys.exit(2)


def printable_line(sentence: str) -> str:
    """A sentence may quote a name from a bundle or the command line."""
    from analyzer.report.printable import printable  # noqa: PLC0415 - only errors need it

    return printable(sentence).replace("\n", " ")
