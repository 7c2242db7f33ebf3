"""A host's steps as a page to read and print: the same numbers, words and commands as in its script.

Input    a report and one of its hosts; whether its script is signed.
Output   str; one self-contained page without script and external resource, under a strict Content-Security-Policy.
         Every value is escaped.
"""

from __future__ import annotations

import shlex
from functools import cache
from importlib.resources import files

import jinja2
from markupsafe import Markup

from analyzer.report.commands import SIGNED_FOR
from analyzer.report.model import HostView, Report
from analyzer.report.to_html import code_in_ticks
from analyzer.report.words import Words


def render(report: Report, host: HostView, *, signed: bool = False) -> str:
    script = host.script.rpartition("/")[2]
    page = _environment().get_template("runbook_page.html.j2")
    return page.render(
        host=host,
        bundle=report.bundle.name,
        script=script,
        file=shlex.quote(script),
        checks=_checks(script) if signed else (),
        w=Words(report.lang),
        css=_css(),
    )


def _checks(script: str) -> tuple[str, ...]:
    """How to see who signed it: with csi-collector, and with nothing but OpenSSH."""
    file, signature = shlex.quote(script), shlex.quote(f"{script}.sig")
    signers = "(printf 'support '; cat support.pub) >signers"
    verify = f"ssh-keygen -Y verify -f signers -I support -n {SIGNED_FOR} -s {signature} <{file}"
    return (f"csi-collector verify {file} --signer support.pub", f"{signers} && {verify}")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ticks"] = code_in_ticks
    return environment


def _template(name: str) -> str:
    return files("report_templates").joinpath(name).read_text("utf-8")


@cache
def _css() -> Markup:
    return Markup(_template("runbook_page.css"))  # noqa: S704 - the package's own file
