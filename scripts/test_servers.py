"""Runs the conformance suite against real servers: test_servers.py [CARGO-TEST-ARGUMENT...]

Installs llama.cpp's server, the litellm proxy and aimock under target/servers (which may be thrown
away at any time), starts them on free ports of this machine, tells tests/conformance.rs where they
are, and stops them. A server whose packages cannot be had is left out, with the reason.
"""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "servers"
PYTHON = HOME / "venv" / "bin" / "python"
KEY = "sk-conformance-canary-71f0"
ANSWER = "[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]"


class Missing(Exception):
    """Why a server cannot be had."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quietly(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Missing(f"{command[0]} failed: {' '.join(last)}")


def install_python(*packages):
    if not PYTHON.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        quietly(sys.executable, "-m", "venv", str(HOME / "venv"))
    quietly(str(PYTHON), "-m", "pip", "install", "--quiet", "--only-binary=:all:", *packages)


class Server:
    """A process that is stopped at the end, and its log."""

    def __init__(self, name, command, ready, log, env=None):
        self.name = name
        self.log = log
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env
            )
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(ready, timeout=2)
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.2)
        self.stop()
        tail = log.read_text(errors="replace").strip().splitlines()[-5:]
        raise Missing(f"{name} did not start: {' / '.join(tail)}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def llama(work):
    install_python("xllamacpp", "gguf", "numpy")
    script = str(ROOT / "scripts" / "tiny_llama.py")
    model = work / "tiny.gguf"
    quietly(str(PYTHON), script, "make", str(model))
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [str(PYTHON), script, "serve", str(model), str(port)]
    server = Server("llama.cpp", command, f"{base}/health", work / "llama.log")
    targets = [
        {"server": "llama.cpp", "provider": provider, "base": f"{base}/v1", "model": "tiny"}
        for provider in ("openai", "openai-responses", "anthropic")
    ]
    targets.append(
        {"server": "llama.cpp", "provider": "openai-text", "base": f"{base}/v1", "model": "tiny"}
    )
    return server, targets


def litellm(work, llama_base):
    install_python("litellm[proxy]")
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    models = [
        {"model_name": "mock", "litellm_params": {"model": "openai/mock", "api_key": "none", "mock_response": ANSWER}},
        {
            "model_name": "limited",
            "litellm_params": {"model": "openai/mock", "api_key": "none", "mock_response": "litellm.RateLimitError"},
        },
        {
            "model_name": "too-long",
            "litellm_params": {
                "model": "openai/mock",
                "api_key": "none",
                "mock_response": "litellm.ContextWindowExceededError",
            },
        },
    ]
    if llama_base:
        params = {"model": "openai/tiny", "api_base": llama_base, "api_key": "none"}
        models.append({"model_name": "tiny", "litellm_params": params})
    config = work / "litellm.yaml"
    # YAML reads JSON.
    config.write_text(json.dumps({"model_list": models, "litellm_settings": {"num_retries": 0}}))
    env = dict(os.environ, LITELLM_MASTER_KEY=KEY, LITELLM_LOCAL_MODEL_COST_MAP="True")
    command = [str(HOME / "venv" / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1"]
    command += ["--port", str(port)]
    server = Server("litellm", command, f"{base}/health/liveliness", work / "litellm.log", env)
    bases = {
        "openai": f"{base}/v1",
        "openai-responses": f"{base}/v1",
        "anthropic": base,
        "gemini": f"{base}/v1beta",
    }
    targets = []
    for provider, api_base in bases.items():
        for model in ["mock"] + (["tiny"] if llama_base else []):
            targets.append(
                {"server": "litellm", "provider": provider, "base": api_base, "model": model, "key": KEY}
            )
    return server, targets


def aimock(work):
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        raise Missing("there is no npm")
    home = HOME / "aimock"
    bin = home / "node_modules" / "@copilotkit" / "aimock" / "dist" / "cli.js"
    if not bin.exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}')
        quietly(npm, "install", "--silent", "--no-audit", "--no-fund", "@copilotkit/aimock@1", cwd=home)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    fixtures = work / "fixtures.json"

    def error(word, status, message, kind):
        return {
            "match": {"userMessage": word},
            "response": {"error": {"message": message, "type": kind}, "status": status},
        }

    weather = {"id": "call_weather_1", "name": "weather", "arguments": {"city": "Paris"}}
    fixtures.write_text(
        json.dumps(
            {
                "fixtures": [
                    error("please fail with 429", 429, "slow down", "rate_limit_error"),
                    error("please fail with 503", 503, "overloaded", "server_error"),
                    error("please fail with 401", 401, "bad key", "authentication_error"),
                    {
                        "match": {"userMessage": "weather", "hasToolResult": False},
                        "response": {"toolCalls": [weather]},
                    },
                    {
                        "match": {"userMessage": "weather", "hasToolResult": True},
                        "response": {"content": "It rains."},
                    },
                    {
                        "match": {"userMessage": "think first"},
                        "response": {"content": "Paris.", "reasoning": "France's capital."},
                    },
                    {
                        "match": {"userMessage": "cut short"},
                        "response": {"content": "Par", "finishReason": "length"},
                    },
                    {
                        "match": {"userMessage": "a JSON object"},
                        "response": {"content": {"city": "Paris", "size": "large", "score": 7}},
                    },
                    {"match": {}, "response": {"content": ANSWER}},
                ]
            }
        )
    )
    command = [node, str(bin), "--port", str(port), "--fixtures", str(fixtures)]
    server = Server("aimock", command, f"{base}/health", work / "aimock.log")
    bases = {
        "openai": f"{base}/v1",
        "openai-responses": f"{base}/v1",
        "anthropic": base,
        "gemini": f"{base}/v1beta",
        "ollama": base,
    }
    models = {"gemini": "gemini-2.5-flash", "anthropic": "claude-sonnet-4-5"}
    targets = [
        {
            "server": "aimock",
            "provider": provider,
            "base": api_base,
            "model": models.get(provider, "gpt-4o-mini"),
            "key": KEY,
        }
        for provider, api_base in bases.items()
    ]
    return server, targets


def main():
    servers, targets, left_out = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        try:
            llama_base = None
            for name, start in (
                ("llama.cpp", lambda: llama(work)),
                ("litellm", lambda: litellm(work, llama_base)),
                ("aimock", lambda: aimock(work)),
            ):
                try:
                    server, found = start()
                except Missing as reason:
                    left_out.append(name)
                    print(f"skipped {name}: {reason}", flush=True)
                    continue
                servers.append(server)
                targets += found
                if name == "llama.cpp":
                    llama_base = found[0]["base"]
            if not targets:
                return 0
            env = dict(os.environ, DSPY_TEST_SERVERS=json.dumps(targets), RUST_BACKTRACE="0")
            if llama_base:
                env["DSPY_TEST_LLAMA_BASE"] = llama_base
            command = ["cargo", "test", "-p", "dspy", "--no-fail-fast", "--test", "conformance"]
            command += ["--test", "llama_server", "--test", "llama_structured"]
            command += ["--", "--nocapture", "--test-threads", "1", *sys.argv[1:]]
            done = subprocess.run(command, cwd=ROOT, env=env)
            if done.returncode != 0:
                for server in servers:
                    tail = server.log.read_text(errors="replace").strip().splitlines()[-15:]
                    print(f"-- the log of {server.name} ends with:", *tail, sep="\n   ")
            return done.returncode
        finally:
            for server in servers:
                server.stop()


sys.exit(main())
