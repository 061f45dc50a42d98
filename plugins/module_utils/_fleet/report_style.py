# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How the report looks, and the few lines of script that sort and search its table. It loads nothing from anywhere."""

from __future__ import annotations

STYLE = """
:root { --ink:#1c2330; --soft:#5b6577; --line:#dde2ea; --paper:#fff; --back:#f5f7fa;
  --done:#2e7d4f; --failed:#b3261e; --running:#1f5fbf; --waiting:#7a8499; --deferred:#9a6700; --skipped:#9a6700;
  --halted:#7b3fa0; --unchanged:#7a8499; }
* { box-sizing:border-box; }
body { margin:0; background:var(--back); color:var(--ink);
  font:15px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif; }
main { max-width:1180px; margin:0 auto; padding:20px 16px 60px; }
h1 { font-size:26px; margin:6px 0 2px; } h2 { font-size:18px; margin:30px 0 10px; }
p.when { color:var(--soft); margin:0 0 18px; }
.tiles { display:flex; flex-wrap:wrap; gap:10px; }
.tile { background:var(--paper); border:1px solid var(--line); border-top:4px solid var(--tone,var(--line));
  border-radius:8px; padding:10px 16px; min-width:104px; }
.tile b { display:block; font-size:26px; line-height:1.15; } .tile span { color:var(--soft); }
.halt { background:#fdecea; border-left:5px solid var(--failed); border-radius:6px; padding:10px 14px;
  margin:16px 0 0; }
.scroll { overflow-x:auto; background:var(--paper); border:1px solid var(--line); border-radius:8px; }
table { border-collapse:collapse; width:100%; } th,td { text-align:left; padding:7px 12px; vertical-align:top; }
th { font-weight:600; color:var(--soft); white-space:nowrap; background:#fafbfc; border-bottom:1px solid var(--line); }
td { border-top:1px solid var(--line); overflow-wrap:anywhere; } tr:first-child td { border-top:0; }
td.w { white-space:nowrap; } td.n,th.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; }
th button { all:unset; cursor:pointer; } th button:focus-visible { outline:2px solid var(--running); }
th[aria-sort=ascending] button::after { content:" \\25B2"; }
th[aria-sort=descending] button::after { content:" \\25BC"; }
.chip { color:var(--tone); font-weight:600; white-space:nowrap; } .chip::before { content:"\\25CF\\00A0"; }
.soft { color:var(--soft); } code { font:13px ui-monospace,Menlo,Consolas,monospace; }
.lane { display:grid; grid-template-columns:minmax(90px,170px) 1fr 64px; gap:10px; align-items:center;
  padding:2px 12px; }
.lane .name { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; font-size:13px; }
.lane .took { text-align:right; font-size:12px; color:var(--soft); white-space:nowrap; }
.bar { position:relative; height:14px;
  background:linear-gradient(to right,var(--line) 1px,transparent 1px) 0 0/25% 100%; }
.bar i { position:absolute; top:1px; bottom:1px; min-width:2px; border-radius:2px; }
.bar i.end { outline:2px solid var(--failed); outline-offset:-1px; }
.ringname { padding:8px 12px 2px; font-weight:600; } .axis { font-size:12px; color:var(--soft); }
.axis .bar { background:none; height:18px; } .axis .bar span { position:absolute; white-space:nowrap; }
.legend { display:flex; flex-wrap:wrap; gap:4px 16px; padding:8px 12px 10px; font-size:13px; }
.legend i { display:inline-block; width:12px; height:12px; border-radius:2px; margin-right:6px; vertical-align:-1px; }
input[type=search] { font:inherit; padding:7px 10px; border:1px solid var(--line); border-radius:6px; width:100%;
  max-width:340px; margin-bottom:8px; }
@media (max-width:640px) {
  .axis .bar span { font-size:10px; }
  h1 { font-size:21px; } .tile { flex:1 1 28%; min-width:90px; padding:8px 10px; } .tile b { font-size:21px; }
  .lane { grid-template-columns:92px 1fr 48px; gap:6px; padding:2px 8px; }
  table.cards thead { display:none; } table.cards tr { display:block; padding:8px 0; border-top:1px solid var(--line); }
  table.cards td { display:flex; gap:12px; border:0; padding:2px 12px; text-align:left; white-space:normal; }
  table.cards td::before { content:attr(data-label); flex:0 0 92px; color:var(--soft); }
  table.cards td:empty { display:none; }
}
@media print {
  body { background:#fff; font-size:11px; } main { max-width:none; padding:0; } input[type=search] { display:none; }
  .scroll { border:0; overflow:visible; } tr,.lane,.tile { break-inside:avoid; } h2 { break-after:avoid; }
  * { -webkit-print-color-adjust:exact; print-color-adjust:exact; }
}
"""

SCRIPT = """
"use strict";
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.tHead.querySelectorAll("th").forEach((head, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      table.tHead.querySelectorAll("th").forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = row => row.cells[index].dataset.key ?? row.cells[index].textContent;
      const compare = (a, b) => key(a).localeCompare(key(b), "en", {numeric: true});
      body.append(...[...body.rows].sort((a, b) => up ? compare(a, b) : compare(b, a)));
    });
  });
}
const search = document.querySelector("input[type=search]");
if (search) {
  search.hidden = false;
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\\s+/);
    for (const row of document.querySelectorAll("#clusters tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every(word => text.includes(word));
    }
  });
}
"""

PALETTE = ("#4c78a8", "#f2a541", "#54a24b", "#b279a2", "#72b7b2", "#9d755d", "#e07a7a", "#8b8fc7", "#bab0ac")

__all__ = ("PALETTE", "SCRIPT", "STYLE")
