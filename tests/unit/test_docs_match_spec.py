# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation, specs, actions, action group and role specs say the same."""

from __future__ import annotations

import ast
import importlib
import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = "ansible_collections.eks.anywhere.plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
BLOCKS = (
    "blocked_drain",
    "cluster",
    "fleet",
    "kube",
    "management",
    "packages",
    "settling",
    "tools",
    "vsphere",
    "wait",
)
PROMISED = ("check_mode", "diff_mode", "idempotent")

Doc = dict[str, t.Any]


def constants(name: str) -> dict[str, t.Any]:
    """``DOCUMENTATION``, ``EXAMPLES`` and ``RETURN`` of a module, parsed without running it."""
    tree = ast.parse((ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8"))
    assigned = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {key: yaml.safe_load(assigned[key]) for key in ("DOCUMENTATION", "EXAMPLES", "RETURN")}


def fragment(name: str) -> Doc:
    """One of our doc fragments."""
    module = importlib.import_module(f"{PACKAGE}.doc_fragments.{name}")
    return t.cast(Doc, yaml.safe_load(module.ModuleDocFragment.DOCUMENTATION))


def documentation(name: str) -> Doc:
    """A module's documentation with its fragments merged in, as Ansible does it: the module's own words win."""
    own = t.cast(Doc, constants(name)["DOCUMENTATION"])
    merged: Doc = {**own, "options": {}, "attributes": {}}
    for reference in own.get("extends_documentation_fragment", []):
        shared = fragment(reference.removeprefix("eks.anywhere."))
        merged["options"].update(shared.get("options", {}))
        merged["attributes"].update(shared.get("attributes", {}))
    merged["options"].update(own.get("options", {}))
    for key, value in own.get("attributes", {}).items():
        merged["attributes"][key] = {**merged["attributes"].get(key, {}), **value}
    return merged


def interface(options: t.Mapping[str, Doc]) -> dict[str, Doc]:
    """What documentation and spec must agree on."""
    return {
        name: {
            "type": option.get("type", "str"),
            "required": bool(option.get("required", False)),
            "default": option.get("default"),
            "choices": sorted(option.get("choices") or ()),
            "elements": option.get("elements"),
            "aliases": sorted(option.get("aliases") or ()),
            "options": interface(option.get("options") or option.get("suboptions") or {}),
        }
        for name, option in options.items()
    }


def spec(name: str) -> t.Any:
    """The module's ``SPEC``."""
    return importlib.import_module(f"{PACKAGE}.modules.{name}").SPEC


@pytest.mark.parametrize("name", MODULES)
def test_module_documents_its_spec(name: str) -> None:
    assert interface(documentation(name)["options"]) == interface(spec(name).options)


@pytest.mark.parametrize("name", MODULES)
def test_module_is_named_dated_and_shown(name: str) -> None:
    doc, shown = documentation(name), constants(name)["EXAMPLES"]
    assert doc["module"] == name
    assert doc["version_added"]
    assert doc["short_description"][0].isupper()
    used = {key for task in shown for key in task if key.startswith("eks.anywhere.")}
    assert f"eks.anywhere.{name}" in used, "an example runs the module by its full name"


@pytest.mark.parametrize("name", MODULES)
def test_examples_use_documented_options(name: str) -> None:
    for task in constants(name)["EXAMPLES"]:
        given = task.get(f"eks.anywhere.{name}") or {}
        unknown = set(given) - set(spec(name).options)
        missing = {key for key, option in spec(name).options.items() if option.get("required")} - set(given)
        assert not unknown, f"{task.get('name')}: {unknown}"
        assert not missing, f"{task.get('name')}: {missing}"


@pytest.mark.parametrize("name", MODULES)
def test_module_says_how_it_behaves(name: str) -> None:
    attributes = documentation(name)["attributes"]
    assert set(attributes) >= {*PROMISED, "action_group", "async", "platform"}, "extend eks.anywhere.attributes"
    unsaid = [key for key in PROMISED if attributes[key].get("support") not in ("full", "partial", "none")]
    assert not unsaid
    unexplained = [
        key for key in PROMISED if attributes[key]["support"] != "full" and not attributes[key].get("details")
    ]
    assert not unexplained, "say why support is not full"


@pytest.mark.parametrize("name", MODULES)
def test_secrets_are_marked(name: str) -> None:
    open_secrets = [
        key
        for key, option in spec(name).options.items()
        if re.search(r"password|token|secret|private_key", key) and "no_log" not in option
    ]
    assert not open_secrets


@pytest.mark.parametrize("name", MODULES)
def test_module_has_an_action_twin(name: str) -> None:
    action = importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule
    module = importlib.import_module(f"{PACKAGE}.modules.{name}")
    assert action.MODULE.SPEC is module.SPEC
    assert action.MODULE.operate is module.operate


def test_every_action_has_a_module() -> None:
    assert sorted(path.stem for path in (ROOT / "plugins" / "action").glob("[a-z]*.py")) == MODULES


def test_action_group_is_complete() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["action_groups"]["eksa"] == MODULES


@pytest.mark.parametrize("block", BLOCKS)
def test_fragment_mirrors_its_block(block: str) -> None:
    argspec = importlib.import_module(f"{PACKAGE}.module_utils._argspec")
    assert interface(fragment(block)["options"]) == interface(getattr(argspec, block.upper()))


def test_every_fragment_is_a_block_or_the_attributes() -> None:
    names = sorted(path.stem for path in (ROOT / "plugins" / "doc_fragments").glob("[a-z]*.py"))
    assert names == sorted((*BLOCKS, "attributes"))


def test_execution_environment_needs_what_the_collection_needs() -> None:
    def wanted(path: str) -> list[str]:
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        return [line for line in lines if line and not line.startswith("#")]

    assert wanted("meta/ee-requirements.txt") == wanted("requirements.txt")


def test_minimums_are_the_same_everywhere() -> None:
    wanted = dict(
        re.findall(r"^([\w.]+)>=([\d.]+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    said: dict[str, set[str]] = {}
    for path in sorted((ROOT / "plugins").rglob("*.py")):
        for name, version in re.findall(
            r"(kubernetes|pyvmomi|docker|PyYAML) ?(?:\()?>= ?(\d[\d.]*\d)", path.read_text("utf-8")
        ):
            said.setdefault(name, set()).add(version)
    vsphere = importlib.import_module(f"{PACKAGE}.module_utils._vsphere.session").MINIMUM
    kube = importlib.import_module(f"{PACKAGE}.module_utils._kube.connect").MINIMUM_KUBERNETES
    assert {"pyvmomi": vsphere, "kubernetes": kube}.items() <= wanted.items()
    for name, versions in said.items():
        assert all(wanted[name].startswith(version) for version in versions), (name, versions)


def role_options(role: str) -> dict[str, Doc]:
    """Options of a role's main entry point."""
    path = ROOT / "roles" / role / "meta" / "argument_specs.yml"
    return t.cast(dict[str, Doc], yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"])


def role_defaults(role: str) -> Doc:
    """Defaults of a role; none when it has no such file."""
    path = ROOT / "roles" / role / "defaults" / "main.yml"
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def role_tasks(role: str) -> str:
    """All task files of a role as one text."""
    return "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "roles" / role / "tasks").glob("*.yml"))
    )


@pytest.mark.parametrize("role", ROLES)
def test_role_defaults_are_documented(role: str) -> None:
    options, defaults = role_options(role), role_defaults(role)
    assert not set(defaults) - set(options), "undocumented defaults"
    for name, value in defaults.items():
        computed = isinstance(value, str) and "{{" in value
        assert computed or options[name].get("default") == value, name
        assert not options[name].get("required"), f"{name} has a default, so it is not required"


@pytest.mark.parametrize("role", ROLES)
def test_documented_role_defaults_hold(role: str) -> None:
    defaults, tasks = role_defaults(role), role_tasks(role)
    for name, option in role_options(role).items():
        if option.get("default") is None or name in defaults:
            continue
        inline = yaml.safe_dump(option["default"], default_flow_style=True).removesuffix("...\n").strip()
        assert re.search(rf"{name} \| default\('?{re.escape(inline)}'?\)", tasks), (
            f"{name}: default {inline} is nowhere"
        )


@pytest.mark.parametrize("role", ROLES)
def test_role_uses_documented_variables_only(role: str) -> None:
    tasks = role_tasks(role)
    code = re.sub(r"eks\.anywhere\.\w+|'[^'\n]*'", "", tasks)  # names of modules and of phases are no variables
    named = set(re.findall(r"(?<![\w.])eksa_\w+", code))
    made = set(re.findall(r"(?:register|loop_var): (\w+)", tasks)) | {"eksa_cluster", "eksa_clusters"}
    made |= {path.name for path in (ROOT / "roles").iterdir()}
    made |= set(
        re.findall(r"^    (eksa_\w+): ", tasks, re.MULTILINE)
    )  # what a task hands to the tasks that it includes
    assert not named - set(role_options(role)) - made


@pytest.mark.parametrize("role", ROLES)
def test_role_readme_names_every_option(role: str) -> None:
    readme = (ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")
    missing = [name for name in role_options(role) if f"`{name}`" not in readme]
    assert not missing
