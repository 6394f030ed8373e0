"""The other server of `pharos bench server --peer`: FastAPI with a bearer token on its one small route, as its own
tutorial has it, and a stream of numbers. Started by start_http.sh under uvicorn with two workers."""
import asyncio
import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

SECRET = os.environ["PEER_SECRET"]
app = FastAPI()
bearer = HTTPBearer()


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
