"""The style sheet of the HTML report: one column, both colour schemes, nothing fetched."""

STYLE = """
:root { color-scheme: light dark;
  --ground: #fff; --ink: #1a1a1a; --soft: #666; --line: #d8d8d8; --stripe: #f5f6f7;
  --c0: #0067b8; --c1: #c2410c; --c2: #15803d; --c3: #7e22ce; --c4: #a16207; --c5: #be185d; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #15171a; --ink: #e6e6e6; --soft: #9aa0a6; --line: #3a3d42; --stripe: #1d2024;
  --c0: #5eb0ef; --c1: #fb923c; --c2: #4ade80; --c3: #c084fc; --c4: #facc15; --c5: #f472b6; } }
body { margin: 0 auto; max-width: 100rem; padding: 1.5rem 1rem 4rem; background: var(--ground);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1, h2, h3, h4 { line-height: 1.2; margin: 2rem 0 .6rem; }
h1 { margin-top: 0; }
section + section { border-top: 1px solid var(--line); margin-top: 3rem; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin-bottom: 1.5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { padding: .2rem .5rem; text-align: right; white-space: nowrap; vertical-align: top; }
th { border-bottom: 1px solid var(--line); font-weight: 600; white-space: normal; }
tbody tr:nth-child(even) { background: var(--stripe); }
th.text, td.text { text-align: left; }
td.flags { white-space: normal; text-align: left; color: var(--soft); min-width: 10rem; }
tr.failed td { color: var(--c1); }
small { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: .5rem 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { color: var(--soft); }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; }
svg text { fill: var(--ink); paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
svg g line { opacity: .45; } svg .grid { stroke: var(--line); stroke-width: .7; }
""" + "\n".join(
    f".series{n} circle {{ fill: var(--c{n}); }} .series{n} line {{ stroke: var(--c{n}); }} "
    f".key{n} {{ color: var(--c{n}); }}"
    for n in range(6)
)
