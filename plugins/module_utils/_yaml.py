# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""PyYAML, the one library that pure rooms use: ``from ..._yaml import yaml``.

Where it is not installed our files still import, as Ansible wants of every module; the first use says what is missing.
"""

from __future__ import annotations

import sys
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import MissingLibrary

if t.TYPE_CHECKING:
    import yaml
else:
    try:
        import yaml
    except ImportError:

        class _Absent(type):
            """Class of everything that the absent library has: it can be inherited from and named, not called."""

            def __call__(cls, *_args: t.Any, **_kwargs: t.Any) -> t.NoReturn:
                raise MissingLibrary(
                    f"The Python package PyYAML is not installed for {sys.executable}.",
                    code="library.yaml_missing",
                    hint="Install PyYAML 6.0.1 or newer for that Python.",
                )

            def __getattr__(cls, name: str) -> t.Any:
                if name.startswith("__"):
                    raise AttributeError(name)
                return lambda *args, **kwargs: None

        class _Library:
            """Stands in for the module; each name is an exception class, so that ``except yaml.YAMLError`` works."""

            def __getattr__(self, name: str) -> t.Any:
                if name.startswith("__"):
                    raise AttributeError(name)
                found = _Absent(name, (Exception,), {})
                setattr(self, name, found)
                return found

        yaml = _Library()

__all__ = ("yaml",)
