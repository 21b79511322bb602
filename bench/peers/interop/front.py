"""One server for both sides: it answers for the shop, and hands tickets on to `dspy-bench sim`."""

import json
import threading
import urllib.parse
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import shop


class Front:
    """Listens on a free port; `/shop/v1`, and `/NAME/v1` for each world of tickets."""

    def __init__(self, worlds):
        self.worlds = {name: urllib.parse.urlsplit(url) for name, url in worlds.items()}
        self.calls = None
        self.lock = threading.Lock()
        self.kept = threading.local()
        handler = type("Handler", (Handler,), {"front": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def base(self, name):
        return f"{self.url}/{name}/v1"

    def record(self):
        """Starts over with an empty list of calls, and gives it."""
        self.calls = []
        return self.calls

    def reply(self, name, body):
        request = json.loads(body)
        for message in request["messages"]:
            if isinstance(message["content"], list):
                message["content"] = "".join(part["text"] for part in message["content"])
        if name == "shop":
            content = shop.answer(request["messages"])
            answer = json.dumps({
                "id": "shop", "object": "chat.completion", "created": 1, "model": "shop",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }).encode()
        else:
            answer = self.ask(self.worlds[name], json.dumps(request).encode())
        if self.calls is not None:
            content = json.loads(answer)["choices"][0]["message"]["content"]
            with self.lock:
                self.calls.append((request["messages"], content))
        return answer

    def ask(self, url, body):
        kept = self.kept.__dict__.setdefault(url.netloc, HTTPConnection(url.netloc))
        kept.request("POST", f"{url.path}/chat/completions", body, {"content-type": "application/json"})
        return kept.getresponse().read()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A reply is one write, and none waits for the other side's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    front = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.path.split("/")[1]
        try:
            status, answer = 200, self.front.reply(name, body)
        except Exception as error:  # what the client then shows is the reason
            status, answer = 400, json.dumps({"error": {"message": repr(error)}}).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass
