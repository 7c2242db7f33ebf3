"""`csi-collector`: the command line.

Results go to standard output, progress and errors to standard error.  Exit codes: 0 every target whole, 1 a bundle was
written but something is missing (`verify`: something is wrong), 2 the work could not be done: one sentence says why.
"""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version

import click

from bundle.layout import BundleError
from collector.cli import collecting, joining, planning, revealing, verifying
from collector.errors import UserError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100})
@click.version_option(version("csi-triage"), prog_name="csi-collector")
def cli() -> None:
    """Collect the state of Kubernetes nodes and their storage, read-only, into one bundle.

    \b
    Examples:
      csi-collector plan
      csi-collector collect --kubeconfig ~/.kube/config -o case-4711.tar.gz
      csi-collector collect --local
      csi-collector verify case-4711.tar.gz
      csi-collector verify worker-1.sh --signer support.pub
    """


for command in (
    collecting.collect_command,
    planning.plan_command,
    planning.script_command,
    joining.join_command,
    revealing.anonymize_command,
    revealing.reveal_command,
    verifying.verify_command,
):
    cli.add_command(command)


def main() -> None:
    logging.getLogger("paramiko").addHandler(logging.NullHandler())  # its errors reach the user as our sentences
    try:
        cli.main(standalone_mode=False)
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
        sys.exit(2)
    except Exception as error:  # the one broad catch of this process
        _fail(f"this should not happen ({type(error).__name__}: {error}); please report it with the command you ran")


def _fail(sentence: str) -> None:
    click.echo(f"csi-collector: {sentence.rstrip('.')}.", err=True)
    sys.exit(2)
