"""The style of the page: one column, dark and light by the reader's setting, readable on a telephone."""

STYLE = """
:root{color-scheme:light dark;--bg:#f7f8fa;--card:#fff;--ink:#1b2430;--soft:#5a6675;--line:#dde2e9;
--act:#1d7d54;--observe:#2f6bc4;--hold:#b97a00;--tell:#c03a2b;--ignore:#97a1ae}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2029;--ink:#e6eaf0;--soft:#9aa6b5;--line:#2d3643;
--act:#45b887;--observe:#6aa2f0;--hold:#e0a93a;--tell:#ef7466;--ignore:#66717f}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 56px}
h1{font-size:24px;line-height:1.3;margin:4px 0 6px;text-wrap:balance;font-weight:650}
h2{font-size:17px;margin:36px 0 10px}
p{margin:0 0 8px}.soft,.none,footer{color:var(--soft)}.kicker{color:var(--soft);font-size:13px;margin:0}
.counts{display:flex;flex-wrap:wrap;gap:10px;margin:22px 0 6px;padding:0;list-style:none}
.counts li{flex:1 1 130px;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
.counts b{display:block;font-size:24px;line-height:1.2;font-variant-numeric:tabular-nums}
.counts span{font-size:13px;color:var(--soft)}
.key{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:7px;vertical-align:0}
.act{fill:var(--act);background:var(--act)}.observe{fill:var(--observe);background:var(--observe)}
.hold{fill:var(--hold);background:var(--hold)}.tell{fill:var(--tell);background:var(--tell)}
.ignore{fill:var(--ignore);background:var(--ignore)}
.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:14px 16px}
figure{margin:0 0 14px}figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 16px;font-size:13px;
margin-bottom:6px}.top{color:var(--soft)}
svg{display:block;width:100%}.base{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke}
.times{display:flex;justify-content:space-between;font-size:12px;color:var(--soft)}
details{margin-top:14px;font-size:14px}summary+.d{margin-top:10px}summary{cursor:pointer;color:var(--soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;padding:7px 22px 7px 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:13px;white-space:nowrap}td.zero{color:var(--soft)}
.c{width:1%}.v{white-space:nowrap}
.n,.c{font-variant-numeric:tabular-nums}.n{text-align:right;padding-right:26px}tr:last-child>*{border-bottom:0}
.d{border:1px solid var(--line);border-radius:8px;background:var(--card);padding:12px 16px;margin-bottom:10px}
.d header{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;color:var(--soft);margin-bottom:8px}
.d header b{color:var(--ink)}.d dl{display:grid;grid-template-columns:44px 88px minmax(0,1fr);gap:6px 8px;margin:0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}code{font:13px ui-monospace,Menlo,Consolas,monospace;
overflow-wrap:anywhere}
footer{margin-top:40px;font-size:13px}footer ul{margin:0 0 12px;padding-left:18px}
@media(max-width:560px){th,td,.n{padding-right:12px}table{font-size:13px}.scroll .key{margin-right:4px}
main{padding:20px 14px 40px}h1{font-size:21px}.counts li{flex-basis:40%}
.d dl{grid-template-columns:44px minmax(0,1fr)}.d dl dd+dd{grid-column:1/-1;margin-bottom:8px}}
"""
