#!/usr/bin/env python3
"""HTML reports in a real browser: do they render, filter, sort, open, and stay harmless and fast?

    python3 scripts/report_browser.py [--shots DIRECTORY]

Drives a headless Chromium through the DevTools protocol. Needs cargo, chromium (or CHROMIUM=path) and
pip, which installs `websocket-client` into target/report-venv. Without a Chromium it says so and ends
well. With --shots it keeps pictures at 1280 and 380 px, light and dark.
"""

import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import venv

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORK = ROOT / "target" / "report-browser"
ITEMS = 5000
SECONDS = 2.0
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    "<img src=x onerror='window.hacked = 3'>",
    "<!-- <script>window.hacked = 4</script> --> ]]>",
    "\" onmouseover=\"window.hacked = 5\" x='",
    "\u2028window.hacked = 6\u2029",
    "<b onclick=alert(1)>&lt;i&gt; &amp; javascript:alert(1)</b>",
]


def browser():
    given = os.environ.get("CHROMIUM")
    names = [given] if given else ["chromium", "chromium-browser", "google-chrome", "chrome"]
    return next((path for path in map(shutil.which, names) if path), None)


def with_websocket():
    """Runs this script again in a virtual environment that has the one package it needs."""
    try:
        import websocket  # noqa: F401
        return
    except ImportError:
        pass
    home = ROOT / "target" / "report-venv"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "websocket-client==1.9.0"], check=True)
    os.execv(python, [str(python), *sys.argv])


class Tab:
    """A page under the DevTools protocol."""

    def __init__(self, address):
        import websocket

        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.number = 0
        self.faults = []
        self.requests = []
        self.loaded = False
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = self.take()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def take(self):
        message = json.loads(self.socket.recv())
        method, found = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.faults.append(found["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif method == "Runtime.consoleAPICalled" and found["type"] in ("error", "warning", "assert"):
            self.faults.append(str(found["args"]))
        elif method == "Log.entryAdded" and found["entry"]["level"] in ("error", "warning"):
            self.faults.append(found["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(found["request"]["url"])
        elif method == "Page.loadEventFired":
            self.loaded = True
        return message

    def open(self, path, fragment=""):
        self.faults, self.requests, self.loaded = [], [], False
        begun = time.monotonic()
        self.call("Page.navigate", url="about:blank")
        while not self.loaded:
            self.take()
        self.faults, self.requests, self.loaded = [], [], False
        begun = time.monotonic()
        self.call("Page.navigate", url=path.as_uri() + fragment)
        while not self.loaded:
            self.take()
        # Until what is there has been painted.
        self.js("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")
        return time.monotonic() - begun

    def js(self, code):
        found = self.call("Runtime.evaluate", expression=code, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise RuntimeError(f"{code}: {found['exceptionDetails']}")
        return found["result"].get("value")

    def key(self, key, code):
        text = {"Enter": "\r", "Space": " "}.get(key, "")
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=" " if key == "Space" else key, code=key,
                      windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "")

    def shape(self, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)
        self.call("Emulation.setEmulatedMedia", media="screen",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def shoot(self, path, whole=True, most=9000):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], most), "scale": 1}
        options = {"captureBeyondViewport": True, "clip": clip} if whole else {}
        picture = self.call("Page.captureScreenshot", format="png", **options)
        path.write_bytes(base64.b64decode(picture["data"]))


class Checks:
    def __init__(self):
        self.failed = 0

    def __call__(self, name, truth, note=""):
        print(f"{'ok  ' if truth else 'FAIL'} {name}{f': {note}' if note != '' else ''}", flush=True)
        self.failed += not truth


def is_right(index):
    """Seven items of ten."""
    return index * 7919 // 7 % 10 < 7


def evaluation(path, count, hostile):
    """A saved evaluation as `Evaluation::save` writes it."""
    usage = {"calls": 1, "prompt_tokens": 900, "completion_tokens": 40, "cached_tokens": 0,
             "cache_write_tokens": 0, "reasoning_tokens": 0, "usd": 0.0002, "unpriced_calls": 0}
    system = "Your input fields are…\n" + "A prompt with an instruction and demonstrations.\n" * 120
    with open(path, "w", encoding="utf-8") as file:
        bad = "".join(HOSTILE) if hostile else ""
        note = {"identity": "abc" * 10, "model": "test/model" + bad, "parameters": [
            {"path": "self" + bad, "kind": "instructions", "value": "Say which." + bad}]}
        head = {"dspy_evaluation": 1, "version": "0.1.0", "rows": count, "program": note}
        file.write(json.dumps(head, ensure_ascii=False) + "\n")
        for index in range(count):
            evil = HOSTILE[index % len(HOSTILE)] if hostile else ""
            right = is_right(index)
            answer = ["red", "green", "blue"][index % 3 if right else (index + 1) % 3]
            label = ["red", "green", "blue"][index % 3]
            text = f"Item {index} of the great list: " + "words that say what it is about, " * 6 + evil
            messages = [{"role": "system", "parts": [{"type": "text", "text": system}]},
                        {"role": "user", "parts": [{"type": "text", "text": text}]}]
            item = {"index": index, "id": f"id-{index}{evil}", "slice": f"slice {index % 5}{bad}",
                    "input": {"text" + evil: text}, "label": {"colour": label + evil},
                    "score": float(right), "scores": [float(right)],
                    "feedback": ("" if right else f"{label} is wanted") + evil,
                    "output": {"reasoning": f"It seems {answer}." + evil, "colour": answer + evil},
                    "usage": usage, "elapsed_s": 0.2 + index % 17 / 100,
                    "trace": [{"path": "self" + evil, "invocation": 1, "inputs": {}, "outputs": {},
                               "requests": [{"messages": messages, "settings": {}}],
                               "responses": [{"completions": [{"parts": [
                                   {"type": "text", "text": f"[[ ## colour ## ]]\n{answer}\n{evil}"}],
                                   "finish": "stop"}], "usage": usage, "model": "test/model" + evil,
                                   "request_id": None}],
                               "usage": usage, "warnings": [evil] if evil else [], "elapsed_s": 0.2}]}
            if hostile and index % 5 == 0:
                item.pop("output")
                item.update(score=0.0, scores=[0.0], error="it broke " + evil)
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
        summary = {"score": 0.7, "interval": [0.6, 0.8], "rows": count, "failed": 0, "usage": usage,
                   "metric_spent": {"usd": 0.0, "tokens": 0, "calls": 0}, "elapsed_s": 9.0}
        file.write(json.dumps({"summary": summary}) + "\n")


def evolution(path):
    """The saved report of a run in which candidates came from one another."""
    parents = [[], [0], [0], [1], [1], [3], [2], [3, 6], [5], [8], [7], [4], [10]]
    words = "Decide by what the text is mainly about, and name the one category that fits it best.".split()

    def candidate(index, of):
        score = 0.52 + 0.024 * index - (0.07 if index % 3 == 2 else 0)
        instruction = " ".join(words[: 4 + index]) + ("" if index < 8 else "\nThink of the year first.")
        return {"name": "as given" if index == 0 else f"step {index}, `classify`", "parents": of, "score": score,
                "interval": [score - 0.09, score + 0.08], "estimate": score - 0.01, "demos": index % 4,
                "items": list(range(60)), "scores": [score] * 60,
                "changes": {} if index == 0 else {"classify": {"instructions": instruction}},
                "run_cost": {"usd": 0.0004 + 0.00006 * (index * 5 % 7), "tokens": 700 + 90 * (index * 5 % 7), "calls": 2}}

    candidates = [candidate(index, of) for index, of in enumerate(parents)]
    spent = {"usd": 0.61, "tokens": 812345, "calls": 1210}
    usage = {"calls": 1210, "prompt_tokens": 700000, "completion_tokens": 112345, "cached_tokens": 0,
             "cache_write_tokens": 0, "reasoning_tokens": 0, "usd": 0.61, "unpriced_calls": 0}
    small = {"usd": 0.08, "tokens": 41200, "calls": 24}
    none = {"usd": 0.0, "tokens": 0, "calls": 0}
    note = lambda text: {"identity": "0123456789abcdef", "model": "openai/gpt-4o-mini", "parameters": [
        {"path": "classify", "kind": "instructions", "value": text}]}
    lead = 0
    steps = []
    for index in range(len(parents)):
        lead = max(range(index + 1), key=lambda i: candidates[i]["estimate"])
        steps.append({"step": f"step {index}", "leader": candidates[lead]["name"], "score": candidates[lead]["score"],
                      "items": 60, "calls": 60 + 95 * index, "tokens": 50000 + 60000 * index,
                      "usd": 0.04 + 0.052 * index, "candidates": index + 1})
    best = candidates[lead]["changes"]["classify"]["instructions"]
    path.write_text(json.dumps({
        "optimizer": "Gepa", "seed": 7, "data": "d", "winner": lead, "given": note("Decide what the text is about."),
        "returned": note(best), "candidates": candidates, "stopped": {"budget": "1.00 US dollars"},
        "judgement": {"basis": "holdout", "rows": 140, "found": lead, "baseline": 0.521, "winner": 0.764,
                      "difference": 0.243, "interval": [0.151, 0.334], "probability": 0.9998, "p_value": 0.00004,
                      "optimism": 0.034, "cost_ratio": 1.31, "better": ["holdout 3", "holdout 9"], "worse": ["holdout 4"],
                      "verdict": {"accepted": True, "reasons": ["better by at least 0.02 with a probability of 0.9998"]}},
        "demo_counts": [], "usage": {"student": usage, "teacher": {**usage, **none, "prompt_tokens": 0, "completion_tokens": 0},
                                     "proposer": {**usage, **small}},
        "spending": {"student": spent, "teacher": none, "proposer": small, "metric": none},
        "trajectory": steps, "warnings": ["3 rows are in both the training and the validation set"], "elapsed_s": 402.5}))


def make_files():
    WORK.mkdir(parents=True, exist_ok=True)
    evaluation(WORK / "large.jsonl", ITEMS, hostile=False)
    evaluation(WORK / "hostile.jsonl", 70, hostile=True)
    evolution(WORK / "evolution.json")
    run = ["cargo", "run", "--quiet", "--all-features", "--example", "html_report", "--"]
    subprocess.run(run, cwd=ROOT, check=True)
    for name in ("large.jsonl", "hostile.jsonl", "evolution.json"):
        out = WORK / f"{name.split('.')[0]}.html"
        subprocess.run([*run, str(out), str(WORK / name)], cwd=ROOT, check=True)
    paths = {name: ROOT / "target" / f"report-{name}.html" for name in ("evaluation", "comparison", "run")}
    return {**paths, "evolution": WORK / "evolution.html"}


def rows(tab):
    return tab.js("[...document.querySelectorAll('table.items tbody')].map(b => Number(b.id.slice(4)))")


def status(tab):
    return tab.js("document.getElementById('status').textContent")


def set_value(tab, name, value):
    tab.js(f"""(() => {{ const field = document.getElementById({json.dumps(name)});
        field.value = {json.dumps(value)}; field.dispatchEvent(new Event('input'));
        field.dispatchEvent(new Event('change')); }})()""")


def check_large(tab, check, path):
    tab.shape(1280, 900, "light")
    times = [tab.open(path) for _ in range(3)]
    size = path.stat().st_size / 1e6
    check(f"{ITEMS} items open in less than {SECONDS:.0f} s", min(times) < SECONDS,
          f"{', '.join(f'{t:.2f} s' for t in times)}, {size:.1f} MB")
    check("no fault", tab.faults == [], tab.faults or "")
    check("nothing is loaded", [u for u in tab.requests if not u.startswith("file:")] == [])
    check("a page has 50 rows", len(rows(tab)) == 50, status(tab))
    scores = tab.js("[...document.querySelectorAll('table.items tbody td:nth-child(2)')].map(c => c.textContent)")
    check("failing rows are first", set(scores) == {"0.000"})
    begun = time.monotonic()
    set_value(tab, "search", "item 4321 ")
    check("search finds one", rows(tab) == [4321], f"{status(tab)}; {time.monotonic() - begun:.2f} s")
    set_value(tab, "search", "")
    set_value(tab, "show", "failing")
    wanted = sum(1 for index in range(ITEMS) if not is_right(index))
    check("failing only", f"of {wanted:,} items" in status(tab), status(tab))
    set_value(tab, "slice", "2")
    wanted = sum(1 for index in range(ITEMS) if index % 5 == 1 and not is_right(index))
    check("failing of a slice", f"of {wanted:,} items" in status(tab), status(tab))
    set_value(tab, "slice", "")
    set_value(tab, "show", "all")
    press = "document.querySelectorAll('table.items thead button')[{}]"
    tab.js(press.format(0) + ".click()")
    check("sorted by row", rows(tab)[:3] == [0, 1, 2])
    tab.js(press.format(0) + ".click()")
    check("sorted back", rows(tab)[:3] == [ITEMS - 1, ITEMS - 2, ITEMS - 3])
    marks = tab.js("[...document.querySelectorAll('table.items th[aria-sort]')].map(h => h.ariaSort)")
    check("the heading says so", marks == ["descending"], marks)
    tab.js("[...document.querySelectorAll('.pages button')][1].click()")
    check("the next page", rows(tab)[0] == ITEMS - 51)
    tab.open(path, "#row-777")
    check("an address opens its row", tab.js("document.getElementById('more-777') !== null"))
    check("no fault after all that", tab.faults == [], tab.faults or "")


def check_keyboard(tab, check, path):
    tab.open(path)
    tab.js("document.querySelector('button.row').focus()")
    tab.key("Enter", 13)
    check("Enter opens an item", tab.js("document.querySelector('button.row').ariaExpanded") == "true")
    check("its messages are shown", tab.js("document.querySelectorAll('tr.more details.message').length") >= 3)
    tab.key("Space", 32)
    check("Space closes it", tab.js("document.querySelector('tr.more')") is None)
    tab.open(path)
    tab.key("Tab", 9)
    check("Tab begins at the skip link", tab.js("document.activeElement.className") == "skip")
    outline = tab.js("getComputedStyle(document.activeElement).outlineStyle")
    check("focus is visible", outline not in ("none", ""), outline)


def check_hostile(tab, check, path):
    tab.open(path)
    tab.js("document.querySelectorAll('button.row').forEach(b => b.click())")
    tab.js("document.querySelectorAll('details').forEach(d => d.open = true)")
    tab.js("document.querySelectorAll('*').forEach(e => { e.dispatchEvent(new MouseEvent('mouseover')); })")
    check("nothing ran", tab.js("window.hacked === undefined"))
    check("no element came of a text", tab.js("document.querySelectorAll('main img, main script, main b').length") == 0)
    check("only the two scripts are there", tab.js("document.scripts.length") == 2)
    text = tab.js("document.querySelector('main').innerText")
    for piece in HOSTILE[:2]:
        check(f"shown as text: {piece}", piece in text)
    check("no fault", tab.faults == [], tab.faults or "")


def check_widths(tab, check, paths):
    for name, path in paths.items():
        for width in (1280, 380):
            tab.shape(width, 900, "light")
            tab.open(path)
            tab.js("document.querySelectorAll('button.row').forEach((b, i) => i < 2 && b.click())")
            wide = tab.js("document.documentElement.scrollWidth")
            check(f"{name} at {width} px does not scroll sideways", wide <= width, wide)
            check(f"{name} has no fault", tab.faults == [], tab.faults or "")


def check_scriptless(tab, check, path):
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.faults, tab.loaded = [], False
    tab.call("Page.navigate", url=path.as_uri())
    while not tab.loaded:
        tab.take()
    tab.call("Emulation.setScriptExecutionDisabled", value=False)
    found = tab.js("document.querySelectorAll('table.items tbody').length")
    check("without a script 25 items are written out", found == 25, found)
    check("with their messages", tab.js("document.querySelectorAll('table.items details.message').length") >= 75)


def check_print(tab, check, paths, folder):
    tab.call("Emulation.setEmulatedMedia", media="", features=[])
    for name, path in paths.items():
        tab.open(path)
        paper = base64.b64decode(tab.call("Page.printToPDF", printBackground=True)["data"])
        check(f"{name} prints", paper.startswith(b"%PDF") and tab.faults == [], f"{len(paper) // 1024} KiB")
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.pdf").write_bytes(paper)


def shoot(tab, paths, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in paths.items():
        for width in (1280, 380):
            for scheme in ("light", "dark"):
                tab.shape(width, 900, scheme)
                tab.open(path)
                tab.js("document.querySelector('button.row')?.click()")
                tab.shoot(folder / f"{name}-{width}-{scheme}.png")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--shots", type=pathlib.Path, help="keep pictures in this directory")
    options = options.parse_args()
    path = browser()
    if path is None:
        print("skipped: there is no chromium; install one, or name it in CHROMIUM")
        return 0
    with_websocket()
    paths = make_files()
    check = Checks()
    with tempfile.TemporaryDirectory() as profile:
        chromium = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port_file = pathlib.Path(profile) / "DevToolsActivePort"
            for _ in range(300):
                if port_file.exists() and port_file.read_text().strip():
                    break
                time.sleep(0.1)
            port = port_file.read_text().split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = json.load(answer)
            tab = Tab(next(page for page in pages if page["type"] == "page")["webSocketDebuggerUrl"])
            check_large(tab, check, WORK / "large.html")
            check_keyboard(tab, check, paths["evaluation"])
            check_hostile(tab, check, WORK / "hostile.html")
            check_widths(tab, check, paths)
            check_scriptless(tab, check, paths["evaluation"])
            check_print(tab, check, paths, options.shots)
            if options.shots:
                shoot(tab, paths, options.shots)
        finally:
            chromium.terminate()
            chromium.wait(timeout=30)
    print(f"{check.failed} failed" if check.failed else "all well")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
