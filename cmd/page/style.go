package page

// pageStyle loads nothing; it uses the reader's fonts. Colours are variables, with values for light and dark
// mode; text has a contrast of at least 4.5 to its background. Colour is never the only sign: a shape or a word
// repeats it.
const pageStyle markup = `
:root{--bg:#fff;--raised:#f7f8fa;--line:#dfe3e8;--text:#1b2028;--muted:#5a6472;--code:#f1f3f6;
--good:#146c39;--good-bg:#eaf6ee;--wait:#8a4b00;--wait-bg:#fdf3e3;--bad:#b3261e;--bad-bg:#fdeeed;--look:#2456a6;--look-bg:#edf3fc;
--p1:#a9c7f2;--p2:#6a9be3;--p3:#2f6cc4;--done:#1f8a4c;--fail:#c5352c;--queue:#e0a030;--idle:#c9d0d9;--track:#eef0f3;
--on-1:#14181f;--on-2:#14181f;--on-3:#fff;--on-queue:#14181f;--on-idle:#14181f}
@media (prefers-color-scheme:dark){:root{--bg:#12151a;--raised:#1a1e25;--line:#2c323c;--text:#e6e9ee;--muted:#9aa5b4;--code:#20252e;
--good:#6fd498;--good-bg:#14291d;--wait:#f2b75c;--wait-bg:#2d2312;--bad:#ff8f86;--bad-bg:#331917;--look:#8db8f5;--look-bg:#16233a;
--p1:#2f5690;--p2:#4a80cc;--p3:#85b2f3;--done:#35a765;--fail:#e2574d;--queue:#c98a1e;--idle:#4a5361;--track:#222730;
--on-1:#fff;--on-2:#0d1014;--on-3:#0d1014;--on-queue:#0d1014;--on-idle:#fff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:68rem;padding:2rem 2rem 3rem;background:var(--bg);color:var(--text);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,dl,dd,ul,ol,pre{margin:0;padding:0}
header{--tone:var(--look);--tone-bg:var(--look-bg);background:var(--tone-bg);border:1px solid var(--line);border-left:5px solid var(--tone);border-radius:8px;padding:1.25rem 1.5rem 1.35rem}
.good{--tone:var(--good);--tone-bg:var(--good-bg)}.waiting{--tone:var(--wait);--tone-bg:var(--wait-bg)}
.bad{--tone:var(--bad);--tone-bg:var(--bad-bg)}.looked{--tone:var(--look);--tone-bg:var(--look-bg)}
.kicker{font-size:.8125rem;color:var(--muted);display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between}
h1{font-size:2rem;line-height:1.2;letter-spacing:-.015em;color:var(--tone);display:flex;align-items:center;gap:.6rem;margin:.3rem 0 .35rem}
.icon{width:1em;height:1em;flex:none;fill:none;stroke:var(--tone);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
h1 .icon{width:.95em;height:.95em;stroke-width:2.2}
.lead{font-size:1.0625rem;max-width:78ch}
.pills{display:flex;flex-wrap:wrap;gap:.4rem;margin-top:.85rem}
.pill{font-size:.8125rem;border:1px solid var(--line);background:var(--bg);border-radius:99px;padding:.1rem .65rem;color:var(--muted);font-variant-numeric:tabular-nums}
.simulated{color:var(--wait);border-color:var(--wait);font-weight:600}
.pill b{color:var(--text);font-weight:600}
section{margin-top:2rem}
h2{font-size:1.0625rem;line-height:1.3;letter-spacing:-.005em;padding-bottom:.4rem;border-bottom:1px solid var(--line);margin-bottom:.75rem}
h3{font-size:.9375rem;margin:1rem 0 .35rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.55rem 2rem}
.facts dt{font-size:.75rem;color:var(--muted);line-height:1.35}
.facts dd{line-height:1.4}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(19rem,100%),1fr));gap:1rem}
.card{border:1px solid var(--line);border-radius:8px;padding:.9rem 1.1rem 1.05rem;background:var(--raised)}
.card h2{display:flex;justify-content:space-between;align-items:center;gap:.75rem;margin:0;padding:0 0 .6rem;border:0;font-size:1rem}
.rows{grid-template-columns:1fr;gap:0}
.rows>div{display:grid;grid-template-columns:5.5rem 1fr;gap:.75rem;padding:.28rem 0;border-top:1px solid var(--line)}
.rows dt{font-size:.8125rem;line-height:1.5}
section>.rows>div{grid-template-columns:11rem 1fr}section>.rows>div:first-child,dd>.rows>div:first-child{border:0}
.rows dd{line-height:1.45;font-size:.875rem}.rows .rows>div{grid-template-columns:9rem 1fr}.rows .plain{list-style:none;padding:0}
.chip{display:inline-flex;align-items:center;gap:.35rem;font-size:.8125rem;font-weight:600;color:var(--tone)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
.command{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:.6rem .8rem;margin:.5rem 0 .75rem;white-space:pre-wrap}
.error{border:1px solid var(--line);border-left:5px solid var(--tone);border-radius:8px;padding:1rem 1.25rem 1.1rem}
.error h2{border:0;margin:0;padding:0 0 .35rem}
.message{font-weight:600}
.help{margin-top:.6rem}
.note,.more{font-size:.8125rem;color:var(--muted);margin-top:.6rem}
.muted{color:var(--muted)}.nowrap{white-space:nowrap}
.scroll{overflow-x:auto;margin-top:.25rem}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--look);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4}
th{text-align:left;font-size:.75rem;font-weight:600;color:var(--muted);padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:.38rem .9rem .38rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th:last-child,td:last-child{padding-right:0}
.number,time{font-variant-numeric:tabular-nums;white-space:nowrap}
.went-wrong b,.again{color:var(--bad)}
.method{font-size:.75rem;letter-spacing:.02em}
.went-wrong .method{color:inherit}
.bar-name{font-weight:600;margin-top:.6rem}.bar-name .muted{font-weight:400;font-size:.8125rem;margin-left:.4rem;font-variant-numeric:tabular-nums}
.bar{display:block;width:100%;height:46px;overflow:visible}
.bar .mark{overflow:visible}
.axis{display:block;width:100%;height:20px;overflow:visible}
.axis line{stroke:var(--muted)}.axis text{fill:var(--muted);font-size:11.5px;font-variant-numeric:tabular-nums}
.bar rect{stroke:var(--bg);stroke-width:1}.bar .track{stroke:none}
.track{fill:var(--track)}.p-looking,.p-before{fill:var(--idle)}.p-queued{fill:var(--queue)}.p-retrying{fill:var(--queue)}
.p-received{fill:var(--p1)}.p-lived{fill:var(--p2)}.p-deployed{fill:var(--p3)}.p-done{fill:var(--done)}.p-failed{fill:var(--fail)}
.bar text{font-size:11.5px;fill:var(--on-idle)}.bar .on-p-queued,.bar .on-p-retrying{fill:var(--on-queue)}
.bar .on-p-received{fill:var(--on-1)}.bar .on-p-lived{fill:var(--on-2)}.bar .on-p-deployed{fill:var(--on-3)}
.usual{stroke:var(--text);stroke-width:1.5;stroke-dasharray:3 3}.retry{fill:var(--bad)}
.end{fill:none;stroke:#fff;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
.swatch{width:.8rem;height:.8rem;margin-right:.5rem;vertical-align:-1px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.25rem;font-size:.8125rem;color:var(--muted);margin:.5rem 0 .75rem}
.legend svg{width:.75rem;height:.875rem;margin-right:.4rem;vertical-align:-2px}
details+details{margin-top:.35rem}
summary{cursor:pointer;font-size:.875rem;color:var(--muted);padding:.1rem 0}
.events{list-style:none;font-size:.875rem;margin-top:.4rem}.events li{padding:.2rem 0}.events time{color:var(--muted);margin-right:.5rem}
.plain{padding-left:1.1rem}
.wave{margin-top:1rem}.wave .note{margin:0 0 .5rem}.wave p.muted{font-size:.75rem;margin-top:.35rem}
.cells{display:flex;flex-wrap:wrap;gap:3px;margin:.2rem 0}
.c{display:inline-block;flex:none;width:15px;height:15px;border-radius:3px;font:600 10px/15px system-ui,sans-serif;text-align:center;vertical-align:-2px;background:var(--idle);color:var(--on-idle)}
.c:before{content:"\00a0"}
.c-done{background:var(--done);color:var(--bg)}.c-done:before{content:"\2713"}.c-fail{background:var(--fail);color:var(--bg)}.c-fail:before{content:"\2715"}
.c-way{background:var(--p3);color:var(--on-3)}.c-way:before{content:"\2026"}.c-back{background:var(--queue);color:var(--on-queue)}.c-back:before{content:"\21a9"}
.c-unknown{background:var(--queue);color:var(--on-queue)}.c-unknown:before{content:"?"}.c-out{background:var(--track);color:var(--muted)}.c-out:before{content:"\2013"}
@media (max-width:40rem){body{padding:.75rem .75rem 2rem}header{padding:1rem 1.1rem 1.1rem}h1{font-size:1.625rem}section{margin-top:1.5rem}
.facts{grid-template-columns:1fr;gap:0}.facts>div{display:grid;grid-template-columns:5.5rem 1fr;gap:.75rem;padding:.28rem 0;border-top:1px solid var(--line)}
.facts dt{font-size:.8125rem;line-height:1.5}.facts dd{font-size:.875rem}.narrow th,.narrow td{padding-right:.6rem}.error{padding:.9rem 1rem}.bar-name .muted{display:block;margin:0}
.wide thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.bar text{display:none}
.wide,.wide tbody,.wide tr,.wide td{display:block}.wide tr{padding:.45rem 0;border-bottom:1px solid var(--line)}
.wide td{border:0;padding:.1rem 0;display:grid;grid-template-columns:6rem 1fr;gap:.75rem}
.wide td:before{content:attr(data-label);color:var(--muted);font-size:.8125rem}.wide td:empty{display:none}}
@media print{body{max-width:none;padding:0;font-size:10.5pt}header,.card,.error,tr{break-inside:avoid}h2{break-after:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}.scroll{overflow:visible}}
`
