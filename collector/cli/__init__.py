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
from collector.cli import collecting, completing, joining, planning, revealing, verifying
from collector.cli.words import tell_json
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
    completing.completion_command,
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
        from collector.redaction.redact import redact_text  # noqa: PLC0415 - needed only when something went wrong

        said = redact_text(f"{type(error).__name__}: {error}")
        _fail(f"this should not happen ({said}); please report it with the command you ran")


def _fail(sentence: str) -> None:
    sentence = f"{sentence.rstrip('.')}."
    click.echo(f"csi-collector: {sentence}", err=True)
    if "--json" in sys.argv[1:]:  # as it was typed: a word that click refused is an error too
        from collector.to_json import of_error  # noqa: PLC0415 - only errors need it

        tell_json(of_error(sentence))
    sys.exit(2)
