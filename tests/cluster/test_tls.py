"""A cluster that speaks TLS only, with certificates of an authority of the test's own, as Dask's configuration names them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cluster.dask import Cluster
from tests.cluster.logs import ROOT, RULEBOOK, contests, digests, whole

pytest.importorskip("distributed")

TLS = "DASK_DISTRIBUTED__COMM__TLS__"
REQUIRED = {"DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"}


class Authority:
    """Signs certificates; its own is `ca.pem` in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._openssl("req", "-x509", *self._key("ca"), "-out", "ca.pem", "-subj", "/CN=authority", "-days", "2")
        self.sign("node")

    def sign(self, name: str) -> None:
        self._openssl("req", *self._key(name), "-out", f"{name}.csr", "-subj", f"/CN={name}")
        by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        self._openssl("x509", "-req", "-in", f"{name}.csr", *by, "-out", f"{name}.pem", "-days", "2")

    def settings(self, *roles: str) -> dict[str, str]:
        """What the environment of a process in one of the roles says."""
        named = {f"{TLS}CA_FILE": self.path("ca.pem")}
        for role in roles:
            named |= {f"{TLS}{role}__CERT": self.path("node.pem"), f"{TLS}{role}__KEY": self.path("node.key")}
        return named

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def _key(self, name: str) -> tuple[str, ...]:
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{name}.key")

    def _openssl(self, *args: str) -> None:
        subprocess.run(["openssl", *args], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificates, is not installed")
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Authority:
    return Authority(folder / "authority")


@pytest.fixture(scope="module")
def cluster(folder: Path, authority: Authority) -> Iterator[Cluster]:
    (folder / "cluster").mkdir()
    speaking = {"DASK_DISTRIBUTED__COMM__DEFAULT_SCHEME": "tls"}
    made = Cluster(folder / "cluster", REQUIRED | speaking | authority.settings("SCHEDULER", "WORKER"))
    try:
        made.worker()
        made.worker()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def log(folder: Path) -> Path:
    return contests(folder / "log.jsonl", 8)


def replay(log: Path, out: Path, on: str, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The command, in a process that knows what `settings` say and small parts."""
    code = (
        "import sys\nfrom scoring_engine.cluster import planning\nplanning.LEAST = planning.FEW = 1\nplanning.SIZE = 60_000\n"
        "from scoring_engine.cli.main import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    args = ["replay", str(log), "--ruleset", RULEBOOK, "--out", str(out), "--format", "csv", "--lang", "en", "--on", on]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | settings
    return subprocess.run([sys.executable, "-c", code, *args], env=environment, capture_output=True, text=True, timeout=120)


def test_a_cluster_that_speaks_tls_computes_the_same(cluster: Cluster, authority: Authority, log: Path, tmp_path: Path) -> None:
    assert cluster.address.startswith("tls://")
    done = replay(log, tmp_path / "out", cluster.address, REQUIRED | authority.settings("CLIENT"))
    assert (done.returncode, done.stderr.startswith("wrote ")) == (0, True), done.stderr
    here = replay(log, tmp_path / "here", "local[2]", {})
    assert here.returncode == 0, here.stderr
    for name in ("standings", "decisions", "rejected", "notices", "competitions"):
        assert (tmp_path / "out" / f"{name}.csv").read_bytes() == (tmp_path / "here" / f"{name}.csv").read_bytes(), name
    assert digests(tmp_path / "out") == whole([log])


def test_settings_may_stand_in_a_file_of_dask(cluster: Cluster, authority: Authority, log: Path, tmp_path: Path) -> None:
    client = f"client: {{cert: {authority.path('node.pem')}, key: {authority.path('node.key')}}}"
    (tmp_path / "distributed.yaml").write_text(
        f"distributed:\n  comm:\n    require-encryption: true\n    tls:\n      ca-file: {authority.path('ca.pem')}\n      {client}\n",
        encoding="utf-8",
    )
    done = replay(log, tmp_path / "out", cluster.address, {"DASK_CONFIG": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert digests(tmp_path / "out") == whole([log])


def test_certificates_that_do_not_fit_are_said(cluster: Cluster, authority: Authority, log: Path, tmp_path: Path) -> None:
    good = authority.settings("CLIENT")
    other = Authority(tmp_path / "other")
    (tmp_path / "garbage.pem").write_text("no certificate", encoding="utf-8")
    lost = str(tmp_path / "lost.pem")
    cases = {
        "no certificate": ({}, "none is named"),
        "another authority's scheduler": (good | {f"{TLS}CA_FILE": other.path("ca.pem")}, "certificate"),
        "a certificate of another authority": (
            other.settings("CLIENT") | {f"{TLS}CA_FILE": authority.path("ca.pem")},
            "no scheduler can be reached",
        ),
        "a file that is not there": (good | {f"{TLS}CLIENT__CERT": lost}, lost),
        "a file that is none": (good | {f"{TLS}CLIENT__CERT": str(tmp_path / "garbage.pem")}, "certificates for TLS cannot be used"),
    }
    for case, (settings, said) in cases.items():
        done = replay(log, tmp_path / "out", cluster.address, settings)
        _is_a_clear_line(done, cluster.address, said, case)
    plain = cluster.address.replace("tls://", "dask://")
    _is_a_clear_line(replay(log, tmp_path / "out", plain, {}), plain, "no scheduler can be reached", "without TLS")
    _is_a_clear_line(replay(log, tmp_path / "out", plain, REQUIRED | good), plain, "requires TLS", "TLS required, not asked for")
    assert sorted(os.listdir(tmp_path / "out")) == [".replay"]


@pytest.mark.parametrize("address", ["dask://", "dask://127.0.0.1", "tls://127.0.0.1:x"])
def test_an_address_that_is_none_is_said(log: Path, tmp_path: Path, authority: Authority, address: str) -> None:
    _is_a_clear_line(replay(log, tmp_path / "out", address, authority.settings("CLIENT")), address, "no scheduler can be reached", address)


def _is_a_clear_line(done: subprocess.CompletedProcess[str], address: str, said: str, case: str) -> None:
    assert done.returncode == 1, case
    assert done.stderr.startswith(f"{address}: "), (case, done.stderr)
    assert said in done.stderr, (case, done.stderr)
    assert done.stderr.count("\n") == 1, (case, done.stderr)
