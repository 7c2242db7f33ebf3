"""A host's steps as a page to read and print: the same numbers, words and commands as in its script.

Input    a report and one of its hosts; whether its script is signed.
Output   str; one self-contained page without script and external resource, under a strict Content-Security-Policy.
         Every value is escaped.
"""

from __future__ import annotations

import shlex

from analyzer.report import templates
from analyzer.report.commands import SIGNED_FOR
from analyzer.report.runbook_head import OPTIONS
from analyzer.report.views import HostView, Report
from analyzer.report.words import Words

EXIT_CODES = (*((code, f"exit_{code}") for code in "023456"), ("128+N", "exit_signal"))


def render(report: Report, host: HostView, *, signed: bool = False) -> str:
    script = host.script.rpartition("/")[2]
    page = templates.environment().get_template("runbook_page.html.j2")
    return page.render(
        host=host,
        bundle=report.bundle.name,
        script=script,
        file=shlex.quote(script),
        options=OPTIONS,
        exit_codes=EXIT_CODES,
        guarded=any(step.guards for step in host.steps),
        checks=_checks(script) if signed else (),
        w=Words(report.lang),
        css=templates.own("runbook_page.css"),
    )


def _checks(script: str) -> tuple[str, ...]:
    """How to see who signed it: with csi-collector, and with nothing but OpenSSH."""
    file, signature = shlex.quote(script), shlex.quote(f"{script}.sig")
    signers = "(printf 'support '; cat support.pub) >signers"
    verify = f"ssh-keygen -Y verify -f signers -I support -n {SIGNED_FOR} -s {signature} <{file}"
    return (f"csi-collector verify {file} --signer support.pub", f"{signers} && {verify}")
