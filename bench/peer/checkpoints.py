"""The cases of `pharos bench checkpoint`: the same chats and chains on LangGraph's own savers.

A case is SHAPE+DATABASE or SHAPE+DATABASE+DURABILITY. One thread at a time runs on the blocking saver and invoke;
many at once on the asynchronous one and ainvoke, PostgreSQL with as many connections as ours has.
"""
import asyncio
import contextlib
import random
import string
import time

from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, MessagesState, StateGraph
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

import shapes

MESSAGE_LENGTH = 800
CONNECTIONS = 8
SHAPES = ("chat-200", "chat-1000", "seq-3", "concurrent-64")


def repeat(case, place, seconds, loop):
    """Runs the case on a new database for so many seconds, at least once, and closes the database."""
    shape, database, *durability = case.split("+")
    if shape not in SHAPES or database not in ("sqlite", "postgres"):
        raise KeyError(f"there is no case '{case}'")
    name, count = shape.split("-")
    durability = durability[0] if durability else "async"
    if name == "concurrent":
        return loop.run_until_complete(crowds(database, place, int(count), durability, seconds))
    with saver(database, place) as keeping:
        if name == "chat":
            graph = chat(keeping)
            return timed(seconds, lambda number: talk(graph, f"chat-{number}", int(count), durability))
        graph, start = shapes.chain(int(count), keeping, shapes.plain)
        return timed(seconds, lambda number: graph.invoke(start, config(f"thread-{number}"), durability=durability))


def timed(seconds, work):
    times = []
    until = time.perf_counter() + seconds
    while not times or time.perf_counter() < until:
        began = time.perf_counter_ns()
        work(len(times))
        times.append((time.perf_counter_ns() - began) / 1000)
    return times


def config(thread):
    return {"configurable": {"thread_id": thread}}


@contextlib.contextmanager
def saver(database, place):
    kind = SqliteSaver if database == "sqlite" else PostgresSaver
    with kind.from_conn_string(place) as keeping:
        keeping.setup()
        yield keeping


@contextlib.asynccontextmanager
async def waiting_saver(database, place):
    if database == "sqlite":
        async with AsyncSqliteSaver.from_conn_string(place) as keeping:
            await keeping.setup()
            yield keeping
        return
    options = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    async with AsyncConnectionPool(place, min_size=CONNECTIONS, max_size=CONNECTIONS, kwargs=options) as pool:
        keeping = AsyncPostgresSaver(pool)
        await keeping.setup()
        yield keeping


def text():
    return "".join(random.choices(string.ascii_lowercase, k=MESSAGE_LENGTH))


def chat(keeping):
    builder = StateGraph(MessagesState)
    builder.add_node("answer", lambda _state: {"messages": [AIMessage(text())]})
    builder.add_edge(START, "answer")
    builder.add_edge("answer", END)
    return builder.compile(checkpointer=keeping)


def talk(graph, thread, turns, durability):
    for _ in range(turns):
        graph.invoke({"messages": [HumanMessage(text())]}, config(thread), durability=durability)


async def crowds(database, place, threads, durability, seconds):
    async with waiting_saver(database, place) as keeping:
        graph, start = shapes.chain_of_three_that_waits(keeping)
        times = []
        until = time.perf_counter() + seconds
        while not times or time.perf_counter() < until:
            began = time.perf_counter_ns()
            await asyncio.gather(*(graph.ainvoke(start, config(f"thread-{len(times)}-{i}"), durability=durability)
                                   for i in range(threads)))
            times.append((time.perf_counter_ns() - began) / 1000)
        return times
