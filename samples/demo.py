"""The whole way once, on real ssh, real kubectl and recorded nodes: `make demo`.

Three nodes of the sample `demo` answer behind sshd on loopback, a small API server gives kubectl their cluster, and
this machine is asked as well.  One bundle comes of it, and from the bundle the report.  Output stays in `demo-output/`,
or in the folder that is named.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from samples import apiserver, sshd
from samples.replay import REPOSITORY, Replay

SAMPLE = Path(__file__).parent / "demo"
OUTPUT = REPOSITORY / "demo-output"
BIN = Path(sys.executable).parent
COLUMNS = "NAME:.metadata.name,ADDRESS:.status.addresses[0].address,KUBELET:.status.nodeInfo.kubeletVersion"
DONE = (0, 1)  # collector: some target not whole; analyzer: findings


def main(output: Path = OUTPUT) -> int:
    begun = time.monotonic()
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir()
    bundle, report = output / "demo.tar.gz", output / "report"
    with tempfile.TemporaryDirectory(prefix="demo-") as folder, contextlib.ExitStack() as running:
        temporary = Path(folder)
        api = running.enter_context(apiserver.serve(SAMPLE / "cluster"))
        kubeconfig = api.write_kubeconfig(temporary / "kubeconfig")
        nodes = sorted(path for path in (SAMPLE / "nodes").iterdir() if path.is_dir())
        servers = [running.enter_context(sshd.serve(Replay(node), temporary / node.name)) for node in nodes]
        config, known_hosts = sshd.write_client_files(servers, temporary)
        say(f"{len(servers)} nodes answer by ssh on loopback, and an API server for kubectl:")
        run("kubectl", "--kubeconfig", kubeconfig, "get", "nodes", "-o", f"custom-columns={COLUMNS}")
        inventory = temporary / "nodes.txt"
        inventory.write_text(names_of_nodes(kubeconfig))
        say("Collect from the nodes, from the cluster, and from this machine:")
        where = ("--kubeconfig", kubeconfig, "--nodes", inventory, "--local")
        how = ("--ssh-config", config, "--known-hosts", known_hosts)
        run(BIN / "csi-collector", "collect", *where, *how, "-o", bundle)
    say("Analyse the bundle, offline:")
    run(BIN / "csi-analyzer", "show", bundle)
    found = run(BIN / "csi-analyzer", "report", bundle, "-o", report)
    say(f"Done in {time.monotonic() - begun:.0f} s.")
    return 0 if found == 1 and (report / "report.html").exists() else 1  # the sample has findings


def names_of_nodes(kubeconfig: Path) -> str:
    form = "custom-columns=NAME:.metadata.name"
    command = ("kubectl", "--kubeconfig", str(kubeconfig), "get", "nodes", "--no-headers", "-o", form)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def say(sentence: str) -> None:
    print(f"\n{sentence}", flush=True)


def run(*words: str | Path) -> int:
    """Show the command, run it, and give its exit code; one that could not do its work ends the demonstration."""
    command = [str(word) for word in words]
    shown = shlex.join([Path(command[0]).name, *command[1:]]).replace(f"{REPOSITORY}/", "")
    print(f"$ {shown}", flush=True)
    code = subprocess.run(command, check=False).returncode
    if code not in DONE:
        raise SystemExit(f"The command ended with {code}; the demonstration stops here.")
    return code


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
