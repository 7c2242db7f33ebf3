"""`completion`: what a shell needs to complete the commands and options."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print the completion for a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a shell complete the commands and options of this program.

    \b
    Examples:
      csi-analyzer completion bash > /etc/bash_completion.d/csi-analyzer
      csi-analyzer completion zsh > /usr/local/share/zsh/site-functions/_csi-analyzer
      csi-analyzer completion fish > ~/.config/fish/completions/csi-analyzer.fish
    """
    from click.shell_completion import get_completion_class  # noqa: PLC0415 - nobody else needs it

    root = context.find_root()
    program = str(root.info_name)
    made = get_completion_class(shell)
    assert made is not None  # noqa: S101 - click brings all of SHELLS
    variable = f"_{program}_COMPLETE".replace("-", "_").replace(".", "_").upper()  # as click itself names it
    click.echo(made(root.command, {}, program, variable).source())
