"""The AWS edge: the callback routes of Application Auto Scaling, and the sweep on a schedule."""

from typing import Any
from uuid import uuid4

from chalice.app import CloudWatchEvent, IAMAuthorizer, Rate, Response
from chalicelib.answers import answer, body_of
from chalicelib.contract_app import ContractChalice
from chalicelib.wiring import wiring

from scaling.callback import describe, desired_capacity, dimension_named, scale
from scaling.sweep import sweep

app = ContractChalice(app_name="tidegate")
authorizer = IAMAuthorizer()
PATH = "/scalableTargetDimensions/{dimension_id}"
LAST_PART = 0.25
"""No pipeline is begun in the last quarter of the function's time."""
JSON = ["application/json", "application/json; charset=utf-8"]


@app.route(PATH, methods=["GET"], authorizer=authorizer)
def get_dimension(dimension_id: str) -> Response:
    """Describe: the truth, after the next step if one is due."""

    def respond() -> dict[str, str | float]:
        here = wiring()
        dimension = dimension_named(here.specs, dimension_id)
        edges = here.edges
        return describe(
            dimension, edges.cloud, edges.ledger, here.now(), f"callback-{uuid4()}"
        ).as_json()

    return answer(respond)


@app.route(PATH, methods=["PATCH"], authorizer=authorizer, content_types=JSON)
def patch_dimension(dimension_id: str) -> Response:
    """Ask for a capacity: the wish is kept and its first step taken."""

    def respond() -> dict[str, str | float]:
        here = wiring()
        dimension = dimension_named(here.specs, dimension_id)
        wanted = desired_capacity(body_of(app.current_request))
        edges = here.edges
        return scale(
            dimension, wanted, edges.cloud, edges.ledger, here.now(), f"callback-{uuid4()}"
        ).as_json()

    return answer(respond)


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_each_minute(event: CloudWatchEvent) -> None:
    """Sweep every pipeline of the packaged configuration."""
    here = wiring()
    context: Any = event.context
    given = context.get_remaining_time_in_millis()

    def is_late() -> bool:
        return bool(context.get_remaining_time_in_millis() < LAST_PART * given)

    holder = f"schedule-{event.event_id}"
    report = sweep(here.specs, here.edges, here.now(), holder=holder, is_late=is_late)
    for unreached in report.unreached:
        app.log.error("%s was not reached: %s", unreached.name, unreached.reason)
