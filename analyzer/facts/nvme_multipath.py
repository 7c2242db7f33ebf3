"""Whether the kernel joins the paths of an NVMe namespace itself (NVMe native multipath)."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class NvmeMultipath:
    """`/sys/module/nvme_core/parameters/multipath`."""

    enabled: bool | None  # None: nvme_core is not loaded, so it is not known how it would be loaded
    span: Span | None  # None when nothing was printed
