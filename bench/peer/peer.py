"""Runs the benchmarks' cases in LangGraph on request: the other half of `pharos bench graph|checkpoint --peer`.

Reads requests and writes answers, one JSON object a line:

    {"case": "seq-3+memory", "seconds": 0.5}
    {"runs_us": [812.1, 799.6], "memory_mb": null}   or   {"error": "there is no case 'seq-33'"}

A request with a "place", a file or a database's URL, is for a case of checkpoints.py.

A case is prepared when first asked for and kept until another one is. Its graph is written both for invoke and for
ainvoke, each is tried twice, and the quicker one is measured.
"""
import asyncio
import json
import sys
import time

import uvloop
from langgraph.checkpoint.memory import InMemorySaver

import checkpoints
import resident
import shapes

NO_LIMIT = 1_000_000_000


class Invocation:
    """One run of a graph; with a saver, each on a new thread."""

    def __init__(self, make, keep):
        self.saver = InMemorySaver() if keep else None
        self.graph, self.start = make(self.saver, shapes.plain)
        self.waiting_graph, _ = make(self.saver, shapes.waiting)
        self.config = {"recursion_limit": NO_LIMIT, "configurable": {"thread_id": "thread"}}
        self.call = None

    def run(self, loop):
        if self.call is None:
            second_try = {}
            for call in (self.invoke, self.ainvoke, self.invoke, self.ainvoke):
                second_try[call] = measured(call, loop)
                self.clear_up()
            self.call = min(second_try, key=second_try.get)
        return measured(self.call, loop)

    def invoke(self, _loop):
        self.graph.invoke(self.start, self.config)

    def ainvoke(self, loop):
        loop.run_until_complete(self.waiting_graph.ainvoke(self.start, self.config))

    def clear_up(self):
        if self.saver is not None:
            self.saver.delete_thread("thread")

    def memory_mb(self):
        return None


class Loop(Invocation):
    """One long run that takes resident memory when a tenth of the steps is over. It is slow: one way is tried."""

    def __init__(self, steps):
        self.warm_mb = self.growth_mb = 0.0
        super().__init__(lambda _saver, way: shapes.loop(steps, self.take_warm, way), False)
        self.call = self.invoke

    def take_warm(self):
        self.warm_mb = resident.resident_mb()

    def clear_up(self):
        self.growth_mb = resident.resident_mb() - self.warm_mb

    def memory_mb(self):
        return self.growth_mb


class Concurrent:
    """Many threads of a chain of three with a saver, all in flight at once."""

    def __init__(self, threads):
        self.threads = threads
        self.saver = InMemorySaver()
        self.graph, self.start = shapes.chain_of_three_that_waits(self.saver)
        self.peak_mb = 0.0

    def run(self, loop):
        before = resident.forget_peak_mb()
        took = measured(lambda loop: loop.run_until_complete(self.run_all()), loop)
        self.peak_mb = max(self.peak_mb, resident.peak_mb() - before)
        return took

    async def run_all(self):
        await asyncio.gather(*(self.graph.ainvoke(self.start, {"configurable": {"thread_id": f"thread-{i}"}})
                               for i in range(self.threads)))

    def clear_up(self):
        for i in range(self.threads):
            self.saver.delete_thread(f"thread-{i}")

    def memory_mb(self):
        return self.peak_mb


class Compiling:
    def __init__(self, length):
        self.builder = shapes.sequential(length)

    def run(self, loop):
        return measured(lambda _loop: self.builder.compile(), loop)

    def clear_up(self):
        pass

    def memory_mb(self):
        return None


def measured(work, loop):
    """How many microseconds the work took."""
    began = time.perf_counter_ns()
    work(loop)
    return (time.perf_counter_ns() - began) / 1000


KEPT_OR_NOT = {
    "seq-3": lambda saver, way: shapes.chain(3, saver, way),
    "par-5": lambda saver, way: shapes.side_by_side(5, saver, way),
    "seq-10": lambda saver, way: shapes.chain(10, saver, way),
    "seq-1000": lambda saver, way: shapes.chain(1000, saver, way),
    "fanout-10": lambda saver, way: shapes.fanout(10, saver, way),
    "fanout-100": lambda saver, way: shapes.fanout(100, saver, way),
    "sends-1000": lambda saver, way: shapes.sends(1000, saver, way),
    "sends-10000": lambda saver, way: shapes.sends(10000, saver, way),
    "react-10": lambda saver, way: shapes.react(10, saver, way),
    "react-100": lambda saver, way: shapes.react(100, saver, way),
    "wide-25x300": lambda saver, way: shapes.wide(5, 5, 300, saver, way),
    "wide-15x600": lambda saver, way: shapes.wide(3, 5, 600, saver, way),
    "wide-9x1200": lambda saver, way: shapes.wide(3, 3, 1200, saver, way),
}
OTHERS = {
    "concurrent-1000": lambda: Concurrent(1000),
    "concurrent-10000": lambda: Concurrent(10000),
    "compile-1000": lambda: Compiling(1000),
    "loop-100000": lambda: Loop(100000),
}


def prepare(name):
    if name in OTHERS:
        return OTHERS[name]()
    shape, plus, keep = name.partition("+")
    if shape not in KEPT_OR_NOT or (plus and keep != "memory"):
        raise KeyError(f"there is no case '{name}'")
    return Invocation(KEPT_OR_NOT[shape], bool(plus))


def repeat(case, seconds, loop):
    """Runs the case for so many seconds, at least once."""
    times = []
    until = time.perf_counter() + seconds
    while not times or time.perf_counter() < until:
        times.append(case.run(loop))
        case.clear_up()
    return {"runs_us": times, "memory_mb": case.memory_mb()}


def main():
    loop = uvloop.new_event_loop()
    prepared = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request["case"]
        try:
            if request.get("place"):
                times = checkpoints.repeat(name, request["place"], request["seconds"], loop)
                answer = {"runs_us": times, "memory_mb": None}
            else:
                if name not in prepared:
                    prepared = {name: prepare(name)}
                answer = repeat(prepared[name], request["seconds"], loop)
        except Exception as failure:  # whatever goes wrong here is said there
            answer = {"error": f"{type(failure).__name__}: {failure}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
