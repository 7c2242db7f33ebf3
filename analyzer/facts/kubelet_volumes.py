"""What the kubelet noted of the CSI volumes it has staged."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span

KUBELET_ROOT = "/var/lib/kubelet"  # the kubelet's own folder, unless it is started with another --root-dir


@dataclass(frozen=True, slots=True)
class StagedVolume:
    """A `vol_data.json`; "" for what it does not say."""

    path: str  # of the file, absolute
    driver: str
    handle: str
    pv: str
    span: Span

    @property
    def kubelet_root(self) -> str:
        """The folder of the kubelet that staged it."""
        return self.path.partition("/plugins/kubernetes.io/csi/")[0]

    @property
    def is_by_pv(self) -> bool:
        """In the folder of Kubernetes up to 1.23, the only one that the driver's cleaner of stale devices reads."""
        return "/plugins/kubernetes.io/csi/pv/" in self.path


@dataclass(frozen=True, slots=True)
class KubeletVolumes:
    volumes: tuple[StagedVolume, ...]
