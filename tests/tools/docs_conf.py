# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sphinx settings of the documentation site (tests/tools/docs copies this beside the pages)."""

project = "eks.anywhere"
copyright = "eks.anywhere contributors"  # noqa: A001  (Sphinx wants this name)
title = html_short_title = "eks.anywhere"
extensions = ["sphinx_antsibull_ext"]
highlight_language = "YAML+Jinja"
html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
html_theme_options = {"documentation_home_url": "index.html", "topbar_links": {}, "vcs_pageview_mode": ""}
# No inventories of other sites: the build needs no network; their references show as plain text.
intersphinx_mapping: dict[str, tuple[str, None]] = {}
nitpicky = False
