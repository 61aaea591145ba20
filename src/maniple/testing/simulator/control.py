"""The simulator's own routes: what the partners hold, and forgetting it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import orjson
from fastapi import FastAPI, Query, Response

if TYPE_CHECKING:
    from maniple.testing.simulator.app import Simulator


def control_app(simulator: Simulator) -> FastAPI:
    """The routes below `/__`."""
    app = FastAPI(title="maniple simulator", docs_url=None, redoc_url=None, openapi_url=None)

    # Answered as bytes: a framework that looks at every member of a large list would take seconds.
    @app.get("/__state")
    async def state(members: Annotated[Literal["all", "count"], Query()] = "all") -> Response:
        tree = simulator.shown(counts=members == "count")
        return Response(orjson.dumps(tree, option=orjson.OPT_INDENT_2) + b"\n", media_type="application/json")

    @app.post("/__reset")
    async def reset() -> Response:
        simulator.reset()
        return Response(status_code=204)

    return app
