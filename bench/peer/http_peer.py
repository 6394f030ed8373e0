"""The other server of `pharos bench server --peer`: FastAPI with a bearer token on its one small route, as its own
tutorial has it, a stream of numbers, and LangGraph's graphs. Started by start_http.sh under uvicorn with two workers."""
import asyncio
import contextlib
import fcntl
import json
import operator
import os
import uuid
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import StreamWriter
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel
from typing_extensions import TypedDict

SECRET = os.environ["PEER_SECRET"]
kept = None  # the graph of three nodes with checkpoints in PostgreSQL, where there is one
bearer = HTTPBearer()


@contextlib.asynccontextmanager
async def with_checkpoints(app: FastAPI):
    global kept
    if not os.environ.get("PEER_POSTGRES"):
        yield
        return
    async with AsyncConnectionPool(os.environ["PEER_POSTGRES"], min_size=1, max_size=8,
                                   kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}) as pool:
        saver = AsyncPostgresSaver(pool)
        with open(__file__) as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)  # workers that make the tables at once fail
            await saver.setup()
        kept = three_nodes().compile(checkpointer=saver)
        yield


app = FastAPI(lifespan=with_checkpoints)


class WhoAmI(BaseModel):
    user_id: str
    team_id: str
    role: str


def caller(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> dict:
    try:
        return jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"], audience="peer", issuer="peer",
                          options={"require": ["exp", "iat", "sub"]})
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "that token is not known here") from error


@app.get("/api/v1/auth/whoami")
async def who_am_i(claims: Annotated[dict, Depends(caller)]) -> WhoAmI:
    return WhoAmI(user_id=claims["sub"], team_id=claims["team"], role="user")


@app.get("/api/v1/utils/ticks")
async def ticks(claims: Annotated[dict, Depends(caller)], count: int = 10, every_ms: int = 1000):
    async def numbers():
        for number in range(1, count + 1):
            yield f"id: {number}\nevent: tick\ndata: {number}\n\n"
            await asyncio.sleep(every_ms / 1000)
    return StreamingResponse(numbers(), media_type="text/event-stream")


# ---- graphs -------------------------------------------------------------------------------------------------


class Counted(TypedDict):
    count: Annotated[int, operator.add]


def one_more(state: Counted) -> Counted:
    return {"count": 1}


def three_nodes() -> StateGraph:
    graph = StateGraph(Counted)
    for name in ("a", "b", "c"):
        graph.add_node(name, one_more)
    graph.add_edge(START, "a")
    graph.add_edge("a", "b")
    graph.add_edge("b", "c")
    graph.add_edge("c", END)
    return graph


def fifty_words(state: Counted, writer: StreamWriter) -> Counted:
    for number in range(50):
        writer(f"word {number} ")
    return {"count": 50}


def talker() -> StateGraph:
    graph = StateGraph(Counted)
    graph.add_node("talk", fifty_words)
    graph.add_edge(START, "talk")
    graph.add_edge("talk", END)
    return graph


class Input(BaseModel):
    count: int


plain, talking = three_nodes().compile(), talker().compile()


@app.post("/runs/wait")
async def run(given: Input, claims: Annotated[dict, Depends(caller)]) -> Counted:
    return await plain.ainvoke({"count": given.count})


@app.post("/threads/runs/wait")
async def run_on_a_thread(given: Input, claims: Annotated[dict, Depends(caller)]) -> Counted:
    return await kept.ainvoke({"count": given.count}, {"configurable": {"thread_id": str(uuid.uuid4())}})


@app.post("/runs/stream")
async def stream(given: Input, claims: Annotated[dict, Depends(caller)]):
    async def events():
        yield f"event: metadata\ndata: {json.dumps({'run_id': str(uuid.uuid4())})}\n\n"
        async for chunk in talking.astream({"count": given.count}, stream_mode="custom"):
            yield f"event: custom\ndata: {json.dumps(chunk)}\n\n"
    return StreamingResponse(events(), media_type="text/event-stream")
