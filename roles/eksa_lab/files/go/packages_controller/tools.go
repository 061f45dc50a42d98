// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

//go:build tools

// Package tools names the controller of the curated packages, which compiles only with the versions of its own go.mod.
package tools

import _ "github.com/aws/eks-anywhere-packages"
