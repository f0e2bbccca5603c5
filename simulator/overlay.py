"""What the world answers where moto is not AWS, for botocore's event handlers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tidegate.simulator.kind import Face
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Answer, Call
from tidegate.simulator.world import World

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["Overlay"]


class _Response:
    """As much of an HTTP response as botocore looks at."""

    def __init__(self, status_code: int) -> None:
        self.status_code = status_code
        self.headers: dict[str, str] = {}


class Overlay:
    """The world's answers to AWS's operations: CloudWatch's here, the others by kind."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._faces: list[Face] = [kind.face(world.site) for kind in world.kinds]

    def lay(self, session: "Session") -> None:
        """Give moto the resources, and answer before or after it."""
        for face in self._faces:
            face.put(session)
        for operation, answer in self.answers().items():
            _lay(session, operation, answer)
        self.correct(session)

    def correct(self, session: "Session") -> None:
        """Change what moto answers to a session's clients."""
        for face in self._faces:
            for operation, correction in face.corrections().items():
                session.events.register(f"after-call.{operation}", correction)

    def answers(self) -> Mapping[str, Call]:
        """What the world answers by itself, by ``service.Operation``."""
        found: dict[str, Call] = {
            "cloudwatch.GetMetricData": self._metric_data,
            "cloudwatch.ListMetrics": self._list_metrics,
        }
        for face in self._faces:
            found |= face.answers()
        return found

    def _list_metrics(self, params: Answer) -> Answer | None:
        if not params.get("Namespace", "AWS/").startswith("AWS/"):
            return None
        wanted = [(each["Name"], each.get("Value")) for each in params.get("Dimensions", [])]
        found = [
            {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": each, "Value": value} for each, value in dimensions],
            }
            for namespace, name, dimensions in self._world.site.publisher.published
            if namespace == params.get("Namespace", namespace)
            and name == params.get("MetricName", name)
            and all(_has(dict(dimensions), *each) for each in wanted)
        ]
        return {"Metrics": found}

    def _metric_data(self, params: Answer) -> Answer:
        queries = params["MetricDataQueries"]
        if len(queries) > 500:
            raise Refusal("ValidationError", "at most 500 metrics a request")
        return {"MetricDataResults": [self._series(each, params) for each in queries]}

    def _series(self, query: Answer, params: Answer) -> Answer:
        asked = query["MetricStat"]
        metric = asked["Metric"]
        dimensions = tuple((each["Name"], each["Value"]) for each in metric["Dimensions"])
        period = timedelta(seconds=asked["Period"])
        start: datetime = params["StartTime"]
        key = (metric["Namespace"], metric["MetricName"], dimensions)
        count = -((start - params["EndTime"]) // period)
        result = self._world.ask(key, asked["Stat"], start, count, asked["Period"] // 60)
        known = [
            (start + period * at, value)
            for at, value in enumerate(result.values)
            if value is not None
        ]
        return {
            "Id": query["Id"],
            "Timestamps": [at for at, _ in known],
            "Values": [value for _, value in known],
            "StatusCode": result.status,
        }


def _lay(session: "Session", operation: str, answer: Call) -> None:
    """Answer an operation instead of moto, unless it is about what is none of the world's; a
    Refusal becomes the error AWS would send."""

    def keep(params: Answer, context: Answer, **_: Any) -> None:
        context["tidegate-params"] = params

    def respond(context: Answer, **_: Any) -> Any:
        try:
            answered = answer(context.get("tidegate-params", {}))
        except Refusal as refusal:
            error = {"Code": refusal.code, "Message": refusal.message}
            return _Response(refusal.http_status), {"Error": error, "ResponseMetadata": {}}
        if answered is None:
            return None
        return _Response(200), {**answered, "ResponseMetadata": {}}

    session.events.register(f"provide-client-params.{operation}", keep)
    session.events.register(f"before-call.{operation}", respond)


def _has(dimensions: dict[str, str], name: str, value: str | None) -> bool:
    return name in dimensions and value in (None, dimensions[name])
