"""The AWS edge: the callback routes of Application Auto Scaling, and the sweep on a schedule."""

import os

from chalice.app import CloudWatchEvent, IAMAuthorizer, Rate, Response
from chalicelib import started
from chalicelib.answers import answer, body_of
from chalicelib.contract_app import ContractChalice

from tidegate.scaling.autoscaling_api.contract import desired_capacity
from tidegate.scaling.autoscaling_api.endpoint import describe, scale

app = ContractChalice(app_name="tidegate")
authorizer = IAMAuthorizer()
PATH = "/scalableTargetDimensions/{dimension_id}"
JSON = ["application/json", "application/json; charset=utf-8"]


@app.route(PATH, methods=["GET"], authorizer=authorizer, content_types=[])
def get_dimension(dimension_id: str) -> Response:
    """Describe: what there is, and what is under way. Only reads."""
    return answer(app.current_request, dimension_id, describe)


@app.route(PATH, methods=["PATCH"], authorizer=authorizer, content_types=JSON)
def patch_dimension(dimension_id: str) -> Response:
    """Ask for a capacity: the first step is taken, and what was asked for is kept."""
    request = app.current_request
    return answer(
        request, dimension_id, lambda asked: scale(asked, desired_capacity(body_of(request)))
    )


@app.schedule(Rate(1, unit=Rate.MINUTES))
def sweep_each_minute(event: CloudWatchEvent) -> None:
    """Sweep every pipeline of the configuration in force."""
    # Imported here: the callback's cold start is shorter without what only a sweep needs.
    from chalicelib.sweeping import sweep_all

    started()
    sweep_all(event.event_id, event.context)


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
    # Imported here: without a snapshot a start has no time for it.
    from chalicelib.snapshot import prepare

    prepare()
