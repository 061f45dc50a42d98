// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

//go:build tools

// Package tools names etcd's client, which only machines of an external etcd need.
package tools

import _ "go.etcd.io/etcd/etcdctl/v3"
