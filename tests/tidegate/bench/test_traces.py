"""Loads from files: read whole or not at all, scaled, cut by a rule."""

from pathlib import Path

import pytest

from tidegate.bench.suite import own_case
from tidegate.bench.traces import load_of, read_trace, shared_loads, window
from tidegate.scaling.model.errors import ConfigurationError

HOUR = 3600


def trace(folder: Path, text: str) -> Path:
    file = folder / "own.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_trace_is_read(tmp_path: Path) -> None:
    file = trace(tmp_path, "second,value\n0,1\n600,2.5\n")
    assert read_trace(file) == ((0, 1), (600, 2.5))


def test_columns_may_stand_anywhere(tmp_path: Path) -> None:
    file = trace(tmp_path, "value,host,second\n3,a,0\n4,a,600\n")
    assert read_trace(file) == ((0, 3), (600, 4))


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("", ["1:1: no column 'second'; the first line must name second and value"]),
        ("second,rate\n", ["1:1: no column 'value'; the first line must name second and value"]),
        ("second,value\n0,1\n", ["1:1: a trace needs at least two rows"]),
        ("second,value\n0,0\n60,0\n", ["1:1: value: no row has more than 0"]),
        (
            "second,value\n0,x\n60\ninf,2\n70,-1\n",
            [
                "2:3: value: 'x' is not a number of at least 0",
                "3:4: value: '' is not a number of at least 0",
                "4:1: second: 'inf' is not a number",
                "5:4: value: '-1' is not a number of at least 0",
            ],
        ),
        ("second,value\n0,1\n60,1\n60,2\n700,1\n", ["4:1: second: 60 does not come after 60"]),
        (
            "second,value\n0,1\n540,1\n",
            ["3:1: second: the trace lasts 540 s; it needs at least 600"],
        ),
    ],
    ids=["empty", "no value", "one row", "all zero", "every mistake", "not in order", "short"],
)
def test_every_mistake_is_told_with_file_line_and_column(
    tmp_path: Path, text: str, mistakes: list[str]
) -> None:
    file = trace(tmp_path, text)
    with pytest.raises(ConfigurationError) as error:
        read_trace(file)
    assert str(error.value).splitlines() == [f"{file}:{each}" for each in mistakes]


def test_a_load_beyond_all_bounds_is_a_mistake(tmp_path: Path) -> None:
    file = trace(tmp_path, "second,value\n0,10844\n1800,39197\n")
    with pytest.raises(ConfigurationError, match="39,197 records/s; at most 30,000 are run"):
        own_case(file, None, 1)
    assert max(own_case(file, 1000, 1).load.minutes()) <= 1000


def test_a_file_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not readable"):
        read_trace(tmp_path / "none.csv")


def test_the_window_is_where_the_hourly_mean_changes_most() -> None:
    hours = [5, 5, 5, 6, 6, 90, 40, 41, 42, 43, 44, 45]
    series = tuple((at * 600.0, float(hours[at // 6])) for at in range(len(hours) * 6))
    assert window(series, 3 * HOUR) == (3 * HOUR, 6 * HOUR)


def test_a_short_series_is_its_own_window() -> None:
    assert window(((0, 1), (60, 2)), HOUR) == (0, 60)


def test_a_part_is_scaled_to_its_own_peak_and_keeps_its_past() -> None:
    series = tuple((60.0 * at, 1.0 + at) for at in range(100))
    load = load_of("rise", "own", series, 500, (1800, 3600))
    assert (load.points[0][0], load.duration_seconds) == (-1800, 1800)
    assert max(rate for at, rate in load.points if 0 <= at <= 1800) == pytest.approx(500)


def test_without_the_folder_there_are_no_shared_loads(tmp_path: Path) -> None:
    assert shared_loads(tmp_path / "nowhere") == ()


def test_shared_traces_are_cut_to_eight_hours_at_every_peak(tmp_path: Path) -> None:
    rows = "".join(f"{at * 300},{1 + at % 50}\n" for at in range(288))
    (tmp_path / "nyc_taxi.csv").write_text(f"second,value\n{rows}", encoding="utf-8")
    loads = shared_loads(tmp_path)
    assert [(each.name, each.half, each.duration_seconds) for each in loads] == [
        ("nyc_taxi@1500", "tuning", 8 * HOUR),
        ("nyc_taxi@6000", "tuning", 8 * HOUR),
    ]
