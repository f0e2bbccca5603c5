"""A kind that says nothing of a plan takes no part in it."""

from datetime import timedelta

from tests.builders import NOON, SPEC, a_pipeline, signals
from tests.change_records import history
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look, Situation
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation

ANY = Lever.of(LeverKind.SHARD_COUNT, "racers")


def test_a_kind_that_says_nothing_is_no_source_and_its_levers_stay_as_they_were_decided() -> None:
    nothing, seen = Planning(), signals(a_pipeline())
    look = Look(seen, (), in_file(SPEC), history(), NOON)
    situation = Situation(seen, history(), NOON)
    recommendation = Recommendation(ANY, 2, 4, UNCHANGED)
    assert nothing.source is None
    assert list(nothing.executions(seen, look.said)) == []
    assert list(nothing.units_in_use(seen, look.said)) == []
    assert list(nothing.readers(seen, history())) == []
    assert (list(nothing.consumption(seen)), list(nothing.refusals(seen, ()))) == ([], [])
    assert (nothing.roles, nothing.in_effect_after) == ({}, timedelta())
    assert (list(nothing.capacity_causes), list(nothing.uneven_causes)) == ([], [])
    assert (nothing.limit_metrics, list(nothing.advice(look))) == ({}, [])
    assert (list(nothing.instead(look, [])), nothing.step(ANY, 4)) == ([], None)
    raises = Raises(seen, history(), NOON, {})
    assert list(nothing.why_ineffective(raises, recommendation)) == []
    assert list(nothing.limits_instead(situation, recommendation)) == []
    assert nothing.preferred(ANY, 2, 3) == 3
    assert list(nothing.shared_levers) == []
    assert not nothing.needs_other_owners(look.said)
    assert nothing.look_closer(seen, None, NOON) == (seen, ())
    assert list(nothing.recommendations_after(look, ())) == []
    assert (nothing.monthly_usd(seen, ANY, 4), list(nothing.unpriced)) == (None, [])
