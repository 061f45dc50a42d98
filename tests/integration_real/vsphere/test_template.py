# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vsphere_template`` against a real simulator: what it makes, and that a failure leaves nothing."""

from __future__ import annotations

import concurrent.futures
import functools
import hashlib
import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import typing as t

import pytest
import yaml
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_template import TEMPLATES as RULES
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run import ova as ova_room
from ansible_collections.eks.anywhere.plugins.module_utils._run import processes
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import importing
from ansible_collections.eks.anywhere.plugins.modules import vsphere_template, vsphere_validate
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.arrangements import done
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import (
    TEMPLATES,
    Cluster,
    cluster_on,
    manifest,
)
from ansible_collections.eks.anywhere.tests.simulation import ova
from ansible_collections.eks.anywhere.tests.simulation.configs import RELEASE
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, READER, Simulator, simulator

FOLDER = "/DC0/vm/Images/ours"
NAME = "ubuntu-new"
PATH = f"{FOLDER}/{NAME}"
GIB_IN_KIB = 1 << 20
GONE = 4_000_000
"""A process number that no machine gives by default."""


class Image(t.NamedTuple):
    """An OVA on disk."""

    path: str
    checksum: str


@pytest.fixture
def image(tmp_path: pathlib.Path) -> Image:
    """One with a disk of 20 GiB."""
    path = tmp_path / "image.ova"
    return Image(str(path), f"sha256:{ova.write(path)}")


class Case(t.NamedTuple):
    """What nearly every test has."""

    vcsim: Simulator
    config: Cluster
    bundles: str
    image: Image


@pytest.fixture
def case(vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image) -> Case:
    """A template that is missing, and an OVA of it."""
    return Case(vcsim, missing, bundles_file, image)


@pytest.fixture
def missing(cluster: Cluster, vcsim: Simulator) -> t.Iterator[Cluster]:
    """A config whose template is not there, nor its folder; both are gone afterwards."""
    for name in ("prod-cp", "prod-md"):
        cluster.documents[name]["spec"]["template"] = PATH
    yield cluster
    with vcsim.connect() as content:
        folder = content.searchIndex.FindByInventoryPath("DC0/vm/Images")
        for child in _machines(folder) if folder is not None else ():
            done(child.Destroy_Task())
        if folder is not None:
            done(folder.Destroy_Task())


def _machines(folder: t.Any) -> list[t.Any]:
    """All below a folder: the simulator forgets them with their folder, but not their files."""
    below = [[child] if isinstance(child, vim.VirtualMachine) else _machines(child) for child in folder.childEntity]
    return [machine for machines in below for machine in machines]


def ensure(
    cluster: Cluster, bundles_file: str, lines: Lines, *, user: str = ADMIN, check_mode: bool = False, **options: t.Any
) -> Result:
    """The module's own operation."""
    params = {
        "config": cluster.text(),
        "config_file": None,
        "bundles_file": bundles_file,
        "vsphere_username": user,
        "vsphere_password": PASSWORDS[user],
        "snapshot": "root",
        "timeout_seconds": 0,
        **options,
    }
    return vsphere_template.operate(params, Context(check_mode=check_mode, report=lines))


def failure(cluster: Cluster, bundles_file: str, **options: t.Any) -> EksaError:
    """What it ends with."""
    with pytest.raises(EksaError) as caught:
        ensure(cluster, bundles_file, Lines(), **options)
    if caught.value.code in RULES:
        assert caught.value.hint == RULES[caught.value.code].fix
    return caught.value


def given(image: Image) -> dict[str, str]:
    """Options that name an OVA."""
    return {"ova": image.path, "checksum": image.checksum}


def names(vcsim: Simulator) -> set[str]:
    """What is in the folder of the template; nothing without it."""
    with vcsim.connect() as content:
        folder = content.searchIndex.FindByInventoryPath(FOLDER.strip("/"))
        return {child.name for child in folder.childEntity} if folder else set()


def staged(image: Image, *, name: str = NAME, pid: int = GONE, realm: str = "") -> str:
    """What an import by such a process is named."""
    owner = vsphere_template.Owner.of(f"{pid}:{processes.started(pid) or 1}:{realm or processes.realm()}")
    source = vsphere_template.template.Source("x", "sha256", image.checksum.removeprefix("sha256:"))
    return vsphere_template.template.plan.stage(name, source, owner)


def leave(vcsim: Simulator, name: str, *, as_template: bool = False) -> None:
    """A virtual machine of that name where the template is to be."""
    with vcsim.connect() as content:
        index = content.searchIndex
        above = index.FindByInventoryPath("DC0/vm/Images") or index.FindByInventoryPath("DC0/vm").CreateFolder("Images")
        folder = index.FindByInventoryPath(FOLDER.strip("/")) or above.CreateFolder("ours")
        template = index.FindByInventoryPath("DC0/vm/Templates/ubuntu-1-34")
        place = clone_spec(index)
        made = done(template.CloneVM_Task(folder=folder, name=name, spec=place))
        if as_template:
            made.MarkAsTemplate()


def clone_spec(index: t.Any) -> t.Any:
    """Where clones go."""
    pool = index.FindByInventoryPath("DC0/host/DC0_C0/Resources")
    return vim.vm.CloneSpec(location=vim.vm.RelocateSpec(pool=pool), powerOn=False)


def test_a_missing_template_is_imported_whole_and_once(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image
) -> None:
    lines = Lines()
    result = ensure(missing, bundles_file, lines, **given(image))
    assert result.actions == (
        "make folder /DC0/vm/Images",
        f"make folder {FOLDER}",
        f"import template {PATH} from {image.path}",
    )
    assert result.data["templates"] == [{"path": PATH, "imported": True}]
    assert "tags: eksdRelease:" in result.after
    assert lines.lines[0] == "✅ sha256 checksum of image.ova holds"
    assert "Uploading: 100 % of 3 MiB" in lines.lines
    assert lines.lines[-1] == f"✅ Template {PATH} imported"
    again = ensure(missing, bundles_file, Lines(), **given(image))
    assert not again.changed
    assert (again.before, again.after) == ("", "")
    assert names(vcsim) == {NAME}
    with vcsim.connect() as content:
        made = content.searchIndex.FindByInventoryPath(PATH.strip("/"))
        assert made.config.template
        assert [one.name for one in made.snapshot.rootSnapshotList] == ["root"]
        assert [one.name for one in made.datastore] == ["LocalDS_0"]


def test_the_config_validates_with_it(vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image) -> None:
    """Tags, snapshot and size are what the checks ask for, linked clones included."""
    ensure(missing, bundles_file, Lines(), **given(image))
    missing.machine.update(cloneMode="linkedClone", diskGiB=20)
    params = {
        "config": missing.text(),
        "config_file": None,
        "bundles_file": bundles_file,
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
        "skip_ip_check": True,
        "try_places": False,
    }
    facts = vsphere_validate.operate(params, Context(check_mode=False, report=Lines())).data["template_facts"][PATH]
    assert facts["has_snapshot"]
    assert facts["tags"] == [f"eksdRelease:{RELEASE}", "os:ubuntu"]


def test_its_card_is_in_the_network_of_the_config(case: Case) -> None:
    """Here a distributed port group, whatever the descriptor calls its network."""
    case.config.datacenter["network"] = "/DC0/network/DC0_DVPG0"
    assert ensure(case.config, case.bundles, Lines(), **given(case.image)).changed
    with case.vcsim.connect() as content:
        made = content.searchIndex.FindByInventoryPath(PATH.strip("/"))
        cards = [one for one in made.config.hardware.device if isinstance(one, vim.vm.device.VirtualEthernetCard)]
        group = content.searchIndex.FindByInventoryPath("DC0/network/DC0_DVPG0")
        assert [one.backing.port.portgroupKey for one in cards] == [group.key]


def test_check_mode_tells_the_same_and_makes_nothing(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image
) -> None:
    told = ensure(missing, bundles_file, Lines(), check_mode=True, **given(image))
    assert names(vcsim) == set()
    done_ = ensure(missing, bundles_file, Lines(), **given(image))
    assert (told.actions, told.after, told.data) == (done_.actions, done_.after, done_.data)


def test_new_tags_are_made_with_their_categories(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image
) -> None:
    for name in ("prod-cp", "prod-md"):
        missing.documents[name]["spec"]["osFamily"] = "redhat"
    assert "os:redhat" in ensure(missing, bundles_file, Lines(), **given(image)).after
    with vcsim.connect() as content:
        assert content.searchIndex.FindByInventoryPath(PATH.strip("/")).config.template


def test_a_wrong_checksum_makes_nothing(vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image) -> None:
    error = failure(missing, bundles_file, ova=image.path, checksum="sha256:" + "0" * 64)
    assert error.code == "template.checksum_mismatch"
    assert error.details["seen"] == image.checksum.removeprefix("sha256:")
    assert names(vcsim) == set()


def test_sha512_will_do(vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image) -> None:
    digest = hashlib.sha512(pathlib.Path(image.path).read_bytes()).hexdigest()
    assert ensure(missing, bundles_file, Lines(), ova=image.path, checksum=f"sha512:{digest}").changed


@pytest.mark.parametrize("checksum", ["", "md5:00", "sha512:" + "0" * 64, "sha256:zz"])
def test_other_checksums_are_refused(missing: Cluster, bundles_file: str, image: Image, checksum: str) -> None:
    assert failure(missing, bundles_file, ova=image.path, checksum=checksum).code == "template.checksum_invalid"


def test_without_an_ova_it_says_so(missing: Cluster, bundles_file: str) -> None:
    assert failure(missing, bundles_file).code == "template.source_missing"


def test_an_ova_for_two_templates_is_unclear(missing: Cluster, bundles_file: str, image: Image) -> None:
    missing.machine["template"] = f"{FOLDER}/other"
    assert failure(missing, bundles_file, **given(image)).code == "template.unclear"
    assert ensure(missing, bundles_file, Lines(), template=f"{FOLDER}/other", **given(image)).changed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"held": 0}, "the descriptor names disk0.vmdk"),
        ({"ovf": "<Envelope"}, "is no xml"),
        ({"ovf": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}, "entities"),
    ],
)
def test_a_damaged_ova_leaves_nothing(
    case: Case, tmp_path: pathlib.Path, options: dict[str, t.Any], words: str
) -> None:
    path = tmp_path / "bad.ova"
    digest = ova.write(path, **options)
    error = failure(case.config, case.bundles, ova=str(path), checksum=digest)
    assert error.code == "template.not_an_ova"
    assert words in error.message.lower()
    assert names(case.vcsim) == set()


def test_what_is_no_tar_file_is_no_ova(missing: Cluster, bundles_file: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "bad.ova"
    path.write_bytes(b"x" * 10_000)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert failure(missing, bundles_file, ova=str(path), checksum=digest).code == "template.not_an_ova"
    lost = failure(missing, bundles_file, ova=str(tmp_path / "none.ova"), checksum=digest)
    assert lost.code == "template.source_unreadable"


class Killed(BaseException):
    """What a signal raises."""


@pytest.mark.parametrize("step", ["_ready", "upload.send", "_grow", "_finished", "renamed"])
def test_a_failure_at_any_step_leaves_nothing(case: Case, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*_args: t.Any, **_named: t.Any) -> t.NoReturn:
        raise Killed

    monkeypatch.setattr(f"{importing.__name__}.{step}", fail)
    if step == "_grow":
        for name in ("prod-cp", "prod-md"):
            spec = case.config.documents[name]["spec"]
            spec.update(osFamily="bottlerocket", users=[{**spec["users"][0], "name": "ec2-user"}])
    with pytest.raises(Killed):
        ensure(case.config, case.bundles, Lines(), **given(case.image))
    assert names(case.vcsim) == set()


def test_a_host_that_takes_no_disk_is_named(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = importing._ready

    def elsewhere(*args: t.Any) -> t.Any:
        info = ready(*args)
        for url in info.deviceUrl:
            url.url += "-gone"
        return info

    monkeypatch.setattr(importing, "_ready", elsewhere)
    error = failure(missing, bundles_file, **given(image))
    assert error.code == "template.upload_failed"
    assert "disk0.vmdk could not be uploaded to 127.0.0.1: it answered 404" in error.message
    assert names(vcsim) == set()


def test_what_a_killed_run_left_is_removed(vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image) -> None:
    leave(vcsim, staged(image))
    leave(vcsim, "eksa-import-of-mine")
    lines = Lines()
    assert ensure(missing, bundles_file, lines, **given(image)).changed
    assert f"Removing {FOLDER}/{staged(image)}, which an import left that did not end" in lines.lines
    assert names(vcsim) == {NAME, "eksa-import-of-mine"}


def test_what_lacks_its_name_alone_is_finished(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image
) -> None:
    leave(vcsim, staged(image), as_template=True)
    lines = Lines()
    assert ensure(missing, bundles_file, lines, **given(image)).changed
    assert lines.lines[-1] == f"✅ Template {PATH}, which another run had not named yet, is there"
    assert names(vcsim) == {NAME}


@pytest.mark.parametrize("who", [{"pid": 1}, {"realm": "of another machine"}])
def test_an_import_that_lives_is_waited_for(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image, who: dict[str, t.Any]
) -> None:
    leave(vcsim, staged(image, **who))
    error = failure(missing, bundles_file, **given(image))
    assert error.code == "template.busy"
    assert staged(image, **who) in error.message
    assert names(vcsim) == {staged(image, **who)}


def test_a_name_that_is_taken_meanwhile_is_left_to_its_owner(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = importing._finished

    def late(*args: t.Any) -> None:
        finished(*args)
        leave(vcsim, NAME, as_template=True)

    monkeypatch.setattr(importing, "_finished", late)
    lines = Lines()
    assert not ensure(missing, bundles_file, lines, **given(image)).changed
    assert lines.lines[-1] == f"✅ Template {PATH} is there: another run made it"
    assert names(vcsim) == {NAME}


def test_a_virtual_machine_of_that_name_is_no_template(
    vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image
) -> None:
    leave(vcsim, NAME)
    assert failure(missing, bundles_file, **given(image)).code == "vsphere.template_not_a_template"
    assert names(vcsim) == {NAME}


def test_who_may_only_read_makes_nothing(vcsim: Simulator, missing: Cluster, bundles_file: str, image: Image) -> None:
    assert failure(missing, bundles_file, user=READER, **given(image)).code == "vsphere.no_permission"
    assert names(vcsim) == set()


@pytest.mark.parametrize(("disks", "grown"), [((2, 1), [2, 20]), ((2,), [22]), ((30,), [30])])
def test_disks_of_bottlerocket_grow(
    case: Case, tmp_path: pathlib.Path, disks: tuple[int, ...], grown: list[int]
) -> None:
    for name in ("prod-cp", "prod-md"):
        spec = case.config.documents[name]["spec"]
        spec.update(osFamily="bottlerocket", users=[{**spec["users"][0], "name": "ec2-user"}])
    path = tmp_path / "rocket.ova"
    assert ensure(case.config, case.bundles, Lines(), ova=str(path), checksum=ova.write(path, disks_gib=disks)).changed
    with case.vcsim.connect() as content:
        devices = content.searchIndex.FindByInventoryPath(PATH.strip("/")).config.hardware.device
        sizes = [one.capacityInKB // GIB_IN_KIB for one in devices if hasattr(one, "capacityInKB")]
    assert sizes == grown


@pytest.mark.parametrize("right", [True, False])
def test_a_host_is_known_by_the_thumbprint_that_vcenter_tells(
    case: Case, monkeypatch: pytest.MonkeyPatch, right: bool
) -> None:
    ready = importing._ready

    def elsewhere(*args: t.Any) -> t.Any:
        info = ready(*args)
        for url in info.deviceUrl:
            url.url = url.url.replace("127.0.0.1", "localhost")
            url.sslThumbprint = case.vcsim.thumbprint if right else "00:" * 19 + "00"
        return info

    monkeypatch.setattr(importing, "_ready", elsewhere)
    if right:
        assert ensure(case.config, case.bundles, Lines(), **given(case.image)).changed
        return
    error = failure(case.config, case.bundles, **given(case.image))
    assert error.code == "template.upload_failed"
    assert "certificate changed" in error.message


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_request(self, *_args: t.Any) -> None:
        """Not a word."""

    log_error = log_request


@pytest.fixture
def site(tmp_path: pathlib.Path) -> t.Iterator[str]:
    """URL of a web server that has the image."""
    handler = functools.partial(Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_ova_is_downloaded_and_not_kept(
    case: Case, site: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile = tmp_path / "meanwhile"
    meanwhile.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(meanwhile))
    lines = Lines()
    options = {"ova": f"{site}/image.ova", "checksum": case.image.checksum}
    open_url, held = ova_room.open_url, []

    def counted(*args: t.Any, **named: t.Any) -> t.Any:
        held.append(case.vcsim.sessions()["open"])
        return open_url(*args, **named)

    monkeypatch.setattr(ova_room, "open_url", counted)
    assert ensure(case.config, case.bundles, lines, **options).changed
    assert [line for line in lines.lines if line.startswith("Downloading image.ova: 100 % of 4 MiB")]
    assert not list(meanwhile.iterdir())
    assert held == [0]  # no session idles meanwhile


def test_a_download_that_fails_makes_nothing(case: Case, site: str) -> None:
    error = failure(case.config, case.bundles, ova=f"{site}/none.ova", checksum=case.image.checksum)
    assert error.code == "template.source_unreadable"
    assert "the server answered 404" in error.message
    assert names(case.vcsim) == set()


def test_two_runs_at_a_time_make_one_template(case: Case) -> None:
    """As two clusters of a play do, each in a process of its own."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(run_child, case, "patient") for _number in range(2)]
        ends = [run.result() for run in runs]
    assert sorted(ends) == ["False", "True"]
    assert names(case.vcsim) == {NAME}


CHILD = """
import json, sys, time
from ansible_collections.eks.anywhere.plugins.module_utils._ops import template
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import importing
from ansible_collections.eks.anywhere.plugins.modules import vsphere_template
params, how = json.load(sys.stdin)
finished = importing._finished
def late(*args):
    print("uploaded", flush=True)
    time.sleep(60 if how == "asleep" else 2)
    finished(*args)
importing._finished = late
template.LOOK_SECONDS = 0.5
print(vsphere_template.operate(params, Context(check_mode=False, report=Lines())).changed)
"""


def child(case: Case, how: str) -> subprocess.Popen[str]:
    """A run in a process of its own, which takes its time once the disks are there."""
    params = {
        "config": case.config.text(),
        "config_file": None,
        "bundles_file": case.bundles,
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
        "snapshot": "root",
        "timeout_seconds": 60,
        **given(case.image),
    }
    process = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(json.dumps([params, how]))
    process.stdin.close()
    return process


def run_child(case: Case, how: str) -> str:
    """The last word of such a run."""
    with child(case, how) as process:
        assert process.stdout is not None
        return process.stdout.read().split()[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_leaves_nothing_or_what_the_next_one_removes(
    lab_bin: t.Callable[[str], str], bundles_file: str, image: Image, number: signal.Signals
) -> None:
    with simulator(lab_bin("vcsim"), templates=TEMPLATES) as vcsim:
        config = cluster_on(vcsim)
        for name in ("prod-cp", "prod-md"):
            config.documents[name]["spec"]["template"] = PATH
        with child(Case(vcsim, config, bundles_file, image), "asleep") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "uploaded\n"
            process.send_signal(number)
        killed = number == signal.SIGKILL
        assert len(names(vcsim)) == killed
        assert vcsim.sessions()["open"] == killed
        lines = Lines()
        assert ensure(config, bundles_file, lines, **given(image)).changed
        assert any(line.startswith("Removing") for line in lines.lines) == killed
        assert names(vcsim) == {NAME}
        assert vcsim.sessions()["open"] == killed


def play(case: Case, folder: pathlib.Path, playbook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A playbook of the collection, on that cluster."""
    (folder / "prod.yaml").write_text(case.config.text())
    bundles = folder / "bundles.yaml" if (folder / "releases").exists() else manifest(folder)
    common = {"ansible_connection": "local", "eksa_bundles_file": str(bundles), "eksa_state_dir": str(folder / "state")}
    hosts = {"prod": {"eksa_config_file": str(folder / "prod.yaml"), "eksa_skip_ip_check": True}}
    inventory = folder / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"eksa_clusters": {"hosts": hosts, "vars": common}}))
    credentials = {"EKSA_VSPHERE_USERNAME": ADMIN, "EKSA_VSPHERE_PASSWORD": PASSWORDS[ADMIN]}
    done_ = subprocess.run(
        ["ansible-playbook", "-i", str(inventory), f"eks.anywhere.{playbook}", *arguments],
        env={**os.environ, **credentials, "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert PASSWORDS[ADMIN] not in done_.stdout + done_.stderr
    return done_


def test_the_playbooks_lead_from_a_missing_template_to_a_good_config(case: Case, tmp_path: pathlib.Path) -> None:
    before = play(case, tmp_path, "validate_cluster")
    assert before.returncode == 2
    assert "playbook import_template" in before.stdout + before.stderr
    options = ("-e", f"eksa_ova={case.image.path}", "-e", f"eksa_ova_checksum={case.image.checksum}")
    first = play(case, tmp_path, "import_template", "--diff", *options)
    assert f"✅ Template {PATH} imported" in first.stdout, first.stdout + first.stderr
    assert f"+template: {PATH}" in first.stdout
    assert "changed=1" in first.stdout
    again = play(case, tmp_path, "import_template", *options)
    assert "changed=0" in again.stdout
    after = play(case, tmp_path, "validate_cluster", "-e", "eksa_try_places=true")
    assert after.returncode == 0, after.stdout + after.stderr
