"""A peer in a process of its own, so that one that hangs or crashes costs one case."""

import json
import multiprocessing

SECONDS = 10
CONTEXT = multiprocessing.get_context("spawn")


def serve(name, pipe):
    from peers import PEERS
    from schema import Inexpressible

    peer = PEERS[name]()
    pipe.send("ready")
    while True:
        schema, text = pipe.recv()
        try:
            answer = ("ok", encodable(peer.read(schema, text)))
        except Inexpressible as error:
            answer = ("inexpressible", str(error))
        except RecursionError:
            answer = ("error", "recursion too deep")
        except Exception as error:  # whatever a peer raises is its answer
            answer = ("error", f"{type(error).__name__}: {str(error)[:200]}")
        pipe.send(answer)


def encodable(value):
    """The value as it comes through JSON: surrogate pairs joined; a half of one is an error."""
    text = json.dumps(value, ensure_ascii=False)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    return json.loads(text)


class Worker:
    """Asks a peer, and starts it anew after a time-out or a crash."""

    def __init__(self, name):
        self.name = name
        self.process = None

    def read(self, schema, text):
        if self.process is None:
            self.start()
        self.pipe.send((schema, text))
        try:
            if self.pipe.poll(SECONDS):
                return self.pipe.recv()
            outcome = ("error", f"no answer in {SECONDS} s")
        except EOFError:
            outcome = ("error", "the process crashed")
        self.stop()
        return outcome

    def start(self):
        self.pipe, theirs = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=serve, args=(self.name, theirs), daemon=True)
        self.process.start()
        theirs.close()
        if self.pipe.recv() != "ready":
            raise RuntimeError(f"{self.name} does not start")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None
