"""The style sheet: both colour schemes, three widths and paper; nothing is fetched."""

from __future__ import annotations

from xlbench.report.draw.palette import DARK, LIGHT, variables
from xlbench.report.draw.svg import STYLE as PICTURE

_COLOURS = f"""
:root {{ color-scheme: light dark; {variables(LIGHT)}
  --panel: #f6f8fa; --link: #0b62a4; --alarm: #b42318; }}
@media (prefers-color-scheme: dark) {{ :root {{ {variables(DARK)}
  --panel: #1c2026; --link: #7cc0f5; --alarm: #ff8a7a; }} }}
"""

_TEXT = """
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -100rem; } .skip:focus { left: 1rem; top: 1rem; z-index: 9;
  background: var(--ground); padding: .5rem 1rem; }
h1, h2, h3, h4, figcaption { overflow-wrap: anywhere; }
h1 { font-size: clamp(1.4rem, 4vw, 2.1rem); line-height: 1.15; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.35rem; line-height: 1.2; margin: 0 0 .6rem; }
h2 a { color: inherit; text-decoration: none; } h2 a:hover { text-decoration: underline; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; } h4 { margin: 1rem 0 .2rem; font-size: .9rem; }
p, ul { max-width: 48rem; margin: 0 0 .8rem; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; } li { margin: .2rem 0; }
.soft, .reading, header p, figcaption, caption { color: var(--soft); }
code { font: .86em/1.4 ui-monospace, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .15rem 1rem;
  margin: .5rem 0; }
dt { color: var(--soft); overflow-wrap: anywhere; } dd { margin: 0; overflow-wrap: anywhere; }
summary { cursor: pointer; color: var(--link); }
"""

_LAYOUT = """
header { padding: 2rem 1.25rem 1rem; max-width: 100rem; margin: auto; }
header p { margin: .4rem 0 0; }
main { padding: 0 1.25rem 4rem; min-width: 0; }
section { padding-top: 2.2rem; }
nav { position: sticky; top: 0; z-index: 5; background: var(--ground);
  border-bottom: 1px solid var(--grid); }
nav ul { display: flex; gap: 1.1rem; list-style: none; margin: 0; padding: .55rem 1.25rem;
  overflow-x: auto; max-width: none; white-space: nowrap; }
nav li { margin: 0; } nav a { text-decoration: none; color: var(--soft); font-size: .9rem; }
nav a:hover, nav a[aria-current] { color: var(--ink); }
section { scroll-margin-top: 2.5rem; }
@media (min-width: 70rem) {
  body { display: grid; grid-template-columns: 14rem minmax(0, 1fr); max-width: 110rem;
    margin: auto; }
  header { grid-column: 1 / -1; width: 100%; }
  nav { align-self: start; border: 0; top: 0; max-height: 100vh; overflow-y: auto;
    padding: 2rem 0; }
  nav ul { display: block; padding-right: 0; white-space: normal; } nav li { margin: .35rem 0; }
}
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(10.5rem, 46%), 1fr));
  gap: .75rem; margin: 0 0 1.2rem; }
.tiles div { display: flex; flex-direction: column-reverse; justify-content: flex-end;
  background: var(--panel); border-radius: .5rem; padding: .8rem 1rem; }
.tiles dd { font-size: 1.25rem; font-weight: 650; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.tiles dt { font-size: .82rem; line-height: 1.35; }
.figures { columns: 21rem; column-gap: 2rem; }
@media (min-width: 70rem) { .figures { columns: 24rem; } }
figure { margin: 0 0 1.4rem; break-inside: avoid; max-width: 34rem; }
figcaption { font-size: .85rem; line-height: 1.4; margin-bottom: .2rem; }
figcaption b { color: var(--ink); font-weight: 650; margin-right: .5em; }
svg { display: block; width: 100%; height: auto; }
"""

_TABLES = """
nav .tools { padding: 0 1.25rem .5rem; margin: 0; }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: 0 0 .6rem;
  font-size: .85rem; }
.tools label, .tools output { color: var(--soft); min-width: 0; max-width: 100%; }
.tools input, .tools select { display: block; font: inherit; color: var(--ink);
  background: var(--ground); border: 1px solid var(--soft); border-radius: .3rem;
  padding: .3rem .5rem; min-height: 2.2rem; max-width: 100%; }
.frame { overflow: auto; max-height: 85vh; width: fit-content; max-width: 100%;
  border: 1px solid var(--grid); border-radius: .4rem; margin-bottom: 1rem; }
table { border-collapse: separate; border-spacing: 0; font-size: .84rem;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; padding: .5rem .6rem; font-size: .8rem; }
caption span { position: sticky; left: .6rem; display: inline-block;
  max-width: min(48rem, calc(100vw - 4rem)); }
th, td { padding: .25rem .6rem; text-align: right; white-space: nowrap; vertical-align: baseline; }
thead th { position: sticky; top: 0; z-index: 2; background: var(--panel); font-weight: 600;
  border-bottom: 1px solid var(--grid); vertical-align: bottom; white-space: normal;
  max-width: 8rem; }
th.text, td.text, th:first-child { text-align: left; }
th:first-child { position: sticky; left: 0; z-index: 1; background: var(--ground);
  font-weight: 400; border-right: 1px solid var(--grid); }
thead th:first-child { z-index: 3; background: var(--panel); font-weight: 600; }
tbody tr:nth-child(even of :not([hidden])) > * { background: var(--panel); }
td small, th small { color: var(--soft); font-size: .88em; }
tr.failed > * { color: var(--alarm); }
th button { all: unset; cursor: pointer; font: inherit; }
th button::after { content: "\\a0↕"; color: var(--soft); font-weight: 400; opacity: .6; }
th[aria-sort="ascending"] button::after { content: "\\a0↑"; color: var(--link); }
th[aria-sort="descending"] button::after { content: "\\a0↓"; color: var(--link); }
th button:focus-visible { outline: 2px solid var(--link); }
@media (max-width: 40rem) {
  main, header { padding-left: .9rem; padding-right: .9rem; }
  nav ul { padding-left: .9rem; padding-right: .9rem; } main > .tools { padding-top: 2rem; }
  th:first-child { white-space: normal; max-width: 9rem; }
  .tiles div { padding: .6rem .8rem; } .tiles dd { font-size: 1.15rem; }
  tbody th:first-child { white-space: nowrap; } tbody th small { display: block; }
}
"""

_PAPER = """
@page { size: A4 landscape; margin: 10mm; }
@media print {
  body { display: block; font-size: 9pt; } nav, .tools, .skip { display: none; }
  header, main { padding-left: 0; padding-right: 0; }
  section { padding-top: 1rem; } h2, h3 { break-after: avoid; }
  .tiles div { border: 1px solid var(--grid); }
  .figures { columns: 3; column-gap: 6mm; }
  .frame { overflow: visible; max-height: none; border: 0; width: 100%; }
  table { font-size: 7pt; width: 100%; } th, td { padding: .5mm 1mm; white-space: normal; }
  thead th, th:first-child, caption { position: static; }
  thead { display: table-header-group; break-inside: avoid; break-after: avoid; }
  tr, p, li { break-inside: avoid; } th button { display: contents; }
  td, td small { white-space: nowrap; } td.text { white-space: normal; }
  .tiles { grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); }
  .reading { break-after: avoid; } .figures { break-before: avoid; } figcaption { font-size: 8pt; }
  th button::after { content: none; }
  details { display: none; }
}
"""

STYLE = f"{_COLOURS}{_TEXT}{_LAYOUT}{_TABLES}{_PAPER}{PICTURE}"
