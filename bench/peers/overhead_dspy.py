"""Python DSPy's own cost of a call: overhead_dspy.py BASE REQUESTS CONCURRENCY

Prints the JSON line that `dspy-bench overhead` prints.
"""

import asyncio
import json
import resource
import sys
import time

import dspy


async def drive(base: str, requests: int, concurrency: int) -> None:
    lm = dspy.LM("openai/bench", api_base=base, api_key="none", cache=False)
    dspy.configure(lm=lm)
    predict = dspy.Predict("question -> answer")
    left = requests
    times = []

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            start = time.perf_counter()
            prediction = await predict.acall(question="What is the capital of France?")
            times.append(time.perf_counter() - start)
            assert prediction.answer == "Paris", prediction

    await predict.acall(question="What is the capital of France?")
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(min(concurrency, requests))))
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    times.sort()
    print(
        json.dumps(
            {
                "client": "python dspy",
                "requests": requests,
                "concurrency": concurrency,
                "wall_s": round(wall, 3),
                "rps": round(requests / wall),
                "p50_us": round(times[len(times) // 2] * 1e6),
                "p99_us": round(times[int(len(times) * 0.99)] * 1e6),
                "cpu_us_per_call": round(cpu * 1e6 / requests, 2),
                "peak_rss_mb": round(after.ru_maxrss / 1024, 1),
            }
        )
    )


asyncio.run(drive(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
