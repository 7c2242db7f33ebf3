"""`python -m scripts.catalogue`: write the catalogue of rules, docs/rules.md and docs/rules.zh.md, from the rules.

Input    each rule's id, severity, titles and document.  Output  a page in each language, the same bytes every time.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from analyzer.report.words import Words
from analyzer.rules import Rule, all_rules
from analyzer.texts import Lang, Text

ROOT = Path(__file__).parents[1]
PAGES: dict[Lang, str] = {"en": "docs/rules.md", "zh": "docs/rules.zh.md"}
OTHERS = Text(en="Look-alikes and neighbours", zh="相似或相关的故障")
# the cases of the Huawei CSI FAQ, and what looks like each; a rule that stands in none is among the others
CASES: tuple[tuple[Text, tuple[str, ...]], ...] = (
    (
        Text(en="Case 1: disks left over after a failover", zh="案例 1：故障切换后残留盘符"),
        (
            "residual-multipath-map",
            "residual-scsi-disk",
            "residual-ultrapath-disk",
            "residual-nvme-connection",
            "wwn-file-leftover",
        ),
    ),
    (
        Text(en="Case 2: the driver finds no device", zh="案例 2：驱动找不到设备"),
        (
            "fc-device-not-found",
            "iscsi-device-not-found",
            "nvme-device-not-found",
            "initiator-missing",
            "initiator-in-use",
            "duplicate-initiator",
            "user-friendly-names-off",
            "hypermetro-path-lost",
        ),
    ),
    (
        Text(en="Case 3: nobody asks for the volume to be attached", zh="案例 3：没有组件请求映射卷"),
        (
            "attach-never-requested",
            "csi-attacher-not-running",
            "csi-controller-not-running",
            "csi-node-plugin-not-running",
            "volume-still-attached-elsewhere",
            "attach-failed",
            "pod-not-schedulable",
            "image-not-pulled",
        ),
    ),
    (
        Text(en="Case 4: a mount times out", zh="案例 4：挂载超时"),
        (
            "mount-timeout-portal-unreachable",
            "mount-timeout-runtime-nofile",
            "mount-timeout-slow-network",
            "mount-timed-out",
        ),
    ),
    (
        Text(en="Case 5: an NFS version is refused", zh="案例 5：NFS 版本被拒绝"),
        ("nfs-version-refused", "nfs-mount-refused", "nfs-client-missing", "nfs-statd-not-running"),
    ),
    (Text(en="Case 6: publishInfo is missing", zh="案例 6：缺少 publishInfo"), ("publish-info-missing",)),
    (Text(en="Case 7: a mount point is taken", zh="案例 7：挂载点被占用"), ("mount-point-occupied",)),
    (
        Text(en="Case 8: a volume is read-only after an I/O error", zh="案例 8：I/O 错误后卷变为只读"),
        ("volume-read-only-after-io-error",),
    ),
    (Text(en="Case 9: iscsi_tcp is not loaded", zh="案例 9：iscsi_tcp 未加载"), ("iscsi-tcp-not-loaded",)),
)
HEAD = Text(
    en="""# The rules

Written from the rules themselves by `make docs`; do not edit. In Chinese: [rules.zh.md](rules.zh.md).

Each rule is told by its id and its titles in English and Chinese: how it knows, what it leaves to other rules, and the
remedy. `csi-analyzer rules show ID` also tells the false alarms and the source. What the severities and *confirmed*,
*likely* and *possible* mean stands in [support.md](support.md).
""",
    zh="""# 规则目录

由 `make docs` 根据规则生成，请勿手工修改。英文版：[rules.md](rules.md)。

每条规则给出标识、中英文名称、判断依据、不在此报告的情形以及处理方法。误报情形和来源见
 `csi-analyzer rules show ID --lang zh`。
""",
)
TABLE = Text(en="| rule | severity | title |", zh="| 规则 | 严重程度 | 名称 |")
SECTIONS = {  # those that are told, and how they begin here
    "How we know": "**How it knows.** ",
    "Not reported here": "**Not reported here.** ",
    "Remedy": "**Remedy.** ",
    "判断依据": "**判断依据**：",
    "不在此报告": "**不在此报告**：",
    "处理": "**处理**：",
}
CJK = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”"
MARKS = re.compile(r"([*<\[\]]|(?<!\w)_|_(?!\w))")  # what Markdown would take for its own
WIDTH = 120


def main() -> None:
    for lang, page in PAGES.items():
        (ROOT / page).write_text(catalogue(lang), encoding="utf-8")


def catalogue(lang: Lang) -> str:
    parts = [HEAD.in_language(lang)]
    for title, rules in groups():
        parts.append(f"## {title.in_language(lang)}\n\n{_table(rules, lang)}")
        parts += [_entry(rule, lang) for rule in rules]
    return "\n".join(parts)


def groups() -> Iterator[tuple[Text, tuple[Rule, ...]]]:
    """Every rule once: under its case, or among the others."""
    left = {rule.id: rule for rule in all_rules()}
    for title, ids in CASES:
        yield title, tuple(left.pop(rule_id) for rule_id in ids)
    yield OTHERS, tuple(left.values())


def _table(rules: tuple[Rule, ...], lang: Lang) -> str:
    rows = (f"| [`{rule.id}`](#{rule.id}) | {_severity(rule, lang)} | {_titles(rule, lang)} |" for rule in rules)
    return "\n".join((TABLE.in_language(lang), "|---|---|---|", *rows, ""))


def _severity(rule: Rule, lang: Lang) -> str:
    return Words(lang).say(f"severity.{rule.severity.value}")


def _titles(rule: Rule, lang: Lang) -> str:
    first, second = (rule.title.en, rule.title.zh) if lang == "en" else (rule.title.zh, rule.title.en)
    return f"{first} · {second}"


def _entry(rule: Rule, lang: Lang) -> str:
    lead, _, rest = _document(rule, lang).partition("\n\n")
    told = (f"{SECTIONS[name]}{text}" for name, text in _sections(rest, lang) if name in SECTIONS)
    paragraphs = (_plain(lead, lang), *told)
    return "\n\n".join((f"### {rule.id}", *(_wrapped(one, lang) for one in paragraphs))) + "\n"


def _document(rule: Rule, lang: Lang) -> str:
    if lang == "en":
        return rule.document
    return (ROOT / f"{rule.module.replace('.', '/')}.zh.txt").read_text(encoding="utf-8").strip()


def _sections(text: str, lang: Lang) -> Iterator[tuple[str, str]]:
    """A heading at the beginning of a line, and the indented lines under it as one paragraph."""
    for part in re.split(r"\n(?=\S)", text):
        heading, _, lines = part.partition("\n")
        yield heading, _plain(textwrap.dedent(lines), lang)


def _plain(text: str, lang: Lang) -> str:
    """One line; what Markdown would take for its own is escaped outside of code."""
    joined = re.sub(r"\s+", " ", text.strip())
    if lang == "zh":
        joined = re.sub(f"(?<=[{CJK}]) (?=[{CJK}])|(?<=[，。；：、]) ", "", joined)
    words = re.split(r"(`[^`]*`)", joined)
    return "".join(
        word if word.startswith("`") else re.sub(r"([*<\[\]]|(?<!\w)_|_(?!\w))", r"\\\1", word) for word in words
    )


def _wrapped(paragraph: str, lang: Lang) -> str:
    """Chinese stays on its line: where it is broken, a space is shown."""
    return (
        paragraph if lang == "zh" else textwrap.fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
    )


if __name__ == "__main__":
    main()
