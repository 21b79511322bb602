"""Sends the spans and metrics of examples/telemetry.rs to a receiver of OpenTelemetry's protocol, and
checks what came: otel.py

The receiver speaks HTTP and decodes with the classes that the OpenTelemetry project generates from the
protocol's definitions for Python (`opentelemetry-proto`), which are installed under target/otel. Says
why and ends well where they cannot be had.
"""

import http.server
import os
import pathlib
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "otel"
PYTHON = HOME / "bin" / "python"
KEY = "canary-71f0"

RUN = """\
  item {number}
    invoke_workflow Cook
      retrieve
      invoke_agent ReAct
        predict agent.react
          chat script
        execute_tool add
        predict agent.react
          chat script
        predict agent.extract.predict
          chat script
"""
TREE = "evaluate Cook\n" + RUN.format(number=0) + RUN.format(number=1)
ATTRIBUTES = {
    "evaluate Cook": {"dspy.rows": 2, "dspy.score": 1.0},
    "item 1": {"dspy.item.index": 1, "gen_ai.evaluation.score.value": 1.0},
    "invoke_workflow Cook": {
        "gen_ai.operation.name": "invoke_workflow",
        "gen_ai.workflow.name": "Cook",
        "dspy.calls": 3,
    },
    "invoke_agent ReAct": {"gen_ai.operation.name": "invoke_agent", "dspy.path": "agent"},
    "retrieve": {"gen_ai.operation.name": "retrieval", "k": 2},
    "execute_tool add": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "add"},
    "predict agent.react": {"dspy.path": "agent.react"},
    "chat script": {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "script",
    },
}
CLIENT = 3


def install():
    """Where the generated classes are, or why they are not."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "opentelemetry-proto"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        print(f"skipped: pip cannot get opentelemetry-proto: {' '.join(last)}")
        sys.exit(0)


def value(any_value):
    return getattr(any_value, any_value.WhichOneof("value"))


def attributes(of):
    return {one.key: value(one.value) for one in of.attributes}


class Receiver(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def tree(spans):
    known = {span.span_id for span in spans}

    def branch(span, depth):
        inside = [child for child in spans if child.parent_span_id == span.span_id]
        for child in inside:
            early = child.start_time_unix_nano < span.start_time_unix_nano
            late = child.end_time_unix_nano > span.end_time_unix_nano
            assert not early and not late, f"{child.name} goes beyond {span.name}"
        lines = "".join(branch(child, depth + 1) for child in inside)
        return f"{'  ' * depth}{span.name}\n{lines}"

    return "".join(branch(span, 0) for span in spans if span.parent_span_id not in known)


def check_spans(requests):
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

    spans = []
    for _, _, body in requests:
        message = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
        for resource in message.resource_spans:
            service = attributes(resource.resource)["service.name"]
            assert service == "kitchen", service
            spans += [span for scope in resource.scope_spans for span in scope.spans]
    spans.sort(key=lambda span: span.start_time_unix_nano)
    assert len({span.trace_id for span in spans}) == 1, "one evaluation is one trace"
    assert tree(spans) == TREE, f"got\n{tree(spans)}"
    for name, wanted in ATTRIBUTES.items():
        for span in (span for span in spans if span.name == name):
            got = attributes(span)
            for key, expected in wanted.items():
                assert key in got and got[key] == expected, f"{name}: {key} is {got.get(key)}"
        assert any(span.name == name for span in spans), name
    chats = [span for span in spans if span.name == "chat script"]
    assert all(span.kind == CLIENT for span in chats), "a call of a model is a client's span"
    everything = str(spans)
    for content in ("How many", "cups of flour", "2 + 1", KEY):
        assert content not in everything, f"{content!r} is in a span"
    return len(spans)


def check_metrics(requests):
    from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2

    found = {}
    for _, _, body in requests:
        message = metrics_service_pb2.ExportMetricsServiceRequest.FromString(body)
        for resource in message.resource_metrics:
            for scope in resource.scope_metrics:
                found.update({metric.name: metric for metric in scope.metrics})
    duration = found["gen_ai.client.operation.duration"]
    assert duration.unit == "s", duration.unit
    [point] = duration.histogram.data_points
    assert point.count == 6, point.count
    assert attributes(point)["gen_ai.request.model"] == "script", point
    tokens = found["gen_ai.client.token.usage"]
    kinds = {attributes(point)["gen_ai.token.type"] for point in tokens.histogram.data_points}
    assert tokens.unit == "{token}" and kinds == {"input", "output"}, tokens
    return sorted(found)


def receive():
    receiver = Receiver()
    settings = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{receiver.server_port}",
        "OTEL_EXPORTER_OTLP_HEADERS": f"x-api-key={KEY}",
        "OTEL_SERVICE_NAME": "kitchen",
    }
    example = ["cargo", "run", "--quiet", "--all-features", "--example", "telemetry"]
    environment = {name: it for name, it in os.environ.items() if name != "DSPY_LM"}
    done = subprocess.run(
        example, cwd=ROOT, env=environment | settings, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert KEY not in done.stdout + done.stderr
    sent = {"/v1/traces": [], "/v1/metrics": []}
    for request in receiver.requests:
        path, headers, _ = request
        headers = {name.lower(): it for name, it in headers.items()}
        assert headers["content-type"] == "application/x-protobuf", headers
        assert headers["x-api-key"] == KEY, "the header of the environment is sent"
        sent[path].append(request)
    count = check_spans(sent["/v1/traces"])
    names = check_metrics(sent["/v1/metrics"])
    print(TREE, end="")
    print(f"{count} spans as they should be, and the metrics {', '.join(names)}")


if __name__ == "__main__":
    if sys.argv[1:] == ["receive"]:
        receive()
    else:
        install()
        sys.exit(subprocess.run([str(PYTHON), __file__, "receive"]).returncode)
