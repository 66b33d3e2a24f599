/** Served as /sandbox.css. In a module, because the program runs from a bundle that knows no other files. */
export const stylesheet = `:root {
  color-scheme: light dark;
  --surface: light-dark(#fbfaf8, #17181a);
  --text: light-dark(#1d1f23, #e9e7e3);
  --muted: light-dark(#5b5f68, #a9adb5);
  --line: light-dark(#d9d6cf, #3a3d42);
  --accent: light-dark(#1f5fa8, #8fc0f5);
  --on-accent: light-dark(#fff, #10243a);
  --warn: light-dark(#ffe9a8, #5a4510);
  --bad: light-dark(#a3212a, #ff9a9a);
}

* { box-sizing: border-box; }

body {
  margin: 0;
  background: var(--surface);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}

main {
  max-inline-size: 72rem;
  margin-inline: auto;
  padding: 1rem 1rem 4rem;
}

.banner {
  padding: .5rem 1rem;
  background: var(--warn);
  text-align: center;
}

.banner p { margin: 0; }
h1 { margin-block: 1rem; font-size: 1.75rem; line-height: 1.2; }
h2 { margin-block: 2rem .5rem; font-size: 1.2rem; }
a { color: var(--accent); }
time { white-space: nowrap; }
code { font-size: .85em; overflow-wrap: anywhere; }
caption { text-align: start; font-weight: 600; padding-block: .5rem; }
table { border-collapse: collapse; inline-size: 100%; }
th, td { padding: .4rem .6rem; border-block-end: 1px solid var(--line); text-align: start; vertical-align: baseline; }
thead th { color: var(--muted); font-weight: 500; font-size: .9rem; }
tfoot th { font-weight: 400; }
.total { font-weight: 700; }
.total th { font-weight: 700; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
.scroll { overflow-x: auto; }
.fine { color: var(--muted); font-size: .9rem; margin-block-start: 2rem; }
.problem { color: var(--bad); font-weight: 600; }
label { display: block; font-weight: 600; }

input, select, button {
  font: inherit;
  color: inherit;
  min-block-size: 2.5rem;
  padding: .35rem .75rem;
  border: 1px solid var(--muted);
  border-radius: .4rem;
  background: transparent;
}

input, select { inline-size: min(100%, 28rem); }
select option { background: var(--surface); }
button { cursor: pointer; }
.scroll button { min-block-size: 1.75rem; padding-block: .1rem; white-space: nowrap; }
.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
input[type='number'] { inline-size: 8rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; }
.buttons label { display: inline; }
details { margin-block: 1rem; }
summary { font-weight: 600; cursor: pointer; }
td .buttons { flex-wrap: nowrap; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`
