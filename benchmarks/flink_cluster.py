"""A real Flink of one process, one job on it, and what its REST interface tells of the job."""

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.simulator.kinds.flink_application.fidelity.cases import Case
from tests.simulator.kinds.flink_application.fidelity.seen import Seen, TaskSeen

__all__ = ["Flink"]

JOB = Path(__file__).with_name("flink")

STARTS_SECONDS = 180
WARM_UP_SECONDS = 15
SAMPLES, SAMPLE_SECONDS = 20, 1
"""Flink renews its rates every five seconds (View.UPDATE_INTERVAL_SECONDS), and what REST tells of
them when it is asked, for the next time that it is asked (MetricFetcherImpl)."""

TIMES = ("busyTimeMsPerSecond", "backPressuredTimeMsPerSecond", "idleTimeMsPerSecond")
OPENS = (  # As flink-dist sets them (conf/config.yaml, env.java.opts.all).
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
)
CPU = "Status.JVM.CPU.Time"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass(frozen=True)
class Flink:
    """Flink's jars, the job's classes, and a port for its REST interface."""

    jars: Path
    classes: Path
    port: int = field(default_factory=_free_port)

    def compile(self) -> None:
        """Make the job."""
        sources = sorted(map(str, JOB.glob("*.java")))
        command = ["javac", "-nowarn", "-d", str(self.classes), "-cp", f"{self.jars}/*", *sources]
        subprocess.run(command, check=True)

    def measure(self, case: Case) -> Seen:
        """Run the job of a case, and look at it for as long as it takes."""
        with self._running(case):
            job = self._wait_for_job()
            vertices = self._ask(f"/jobs/{job}")["vertices"]
            self._samples(job, vertices, WARM_UP_SECONDS)
            return self._watch(job, vertices, case)

    @contextmanager
    def _running(self, case: Case) -> Iterator[None]:
        words = [f"{name}={value}" for name, value in _given(case, self.port).items()]
        path = f"{self.classes}:{self.jars}/*"
        command = ["java", "-Xmx1g", "-XX:+UseSerialGC", *OPENS, "-cp", path, "Job", *words]
        with (self.classes / f"{case.name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.kill()
                process.wait()

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return json.load(answer)

    def _wait_for_job(self) -> str:
        until = time.monotonic() + STARTS_SECONDS
        while time.monotonic() < until:
            try:
                jobs = self._ask("/jobs")["jobs"]
            except OSError:
                jobs = []
            running = [each["id"] for each in jobs if each["status"] == "RUNNING"]
            if running:
                return str(running[0])
            time.sleep(0.5)
        raise TimeoutError(f"no job runs after {STARTS_SECONDS} s")

    def _watch(self, job: str, vertices: Any, case: Case) -> Seen:
        source = vertices[0]
        begun, cpu, read = time.monotonic(), self._cpu(), self._records_read(job, source)
        samples = self._samples(job, vertices, SAMPLES)
        seconds = time.monotonic() - begun
        cpu, read = self._cpu() - cpu, self._records_read(job, source) - read
        kpus = -(-case.job.parallelism // case.job.parallelism_per_kpu)
        return Seen(
            tuple(
                _task(each["name"], times) for each, times in zip(vertices, samples, strict=True)
            ),
            round(read / seconds, 1),
            round(min(100.0, 100 * cpu / seconds / kpus), 1),
            round(self._behind(job, source), 1),
        )

    def _samples(self, job: str, vertices: Any, count: int) -> list[list[dict[str, Any]]]:
        """By task."""
        found: list[list[dict[str, Any]]] = [[] for _ in vertices]
        for _ in range(count):
            time.sleep(SAMPLE_SECONDS)
            for of_task, vertex in zip(found, vertices, strict=True):
                of_task.append(self._subtasks(job, vertex, TIMES))
        return found

    def _subtasks(self, job: str, vertex: Any, names: tuple[str, ...]) -> dict[str, Any]:
        path = f"/jobs/{job}/vertices/{vertex['id']}/subtasks/metrics?get={','.join(names)}"
        return {each["id"]: each for each in self._ask(path)}

    def _named(self, job: str, vertex: Any, ending: str) -> Any:
        """Of a metric of an operator, which has the operator's name before its own."""
        path = f"/jobs/{job}/vertices/{vertex['id']}/subtasks/metrics"
        name = next(each["id"] for each in self._ask(path) if each["id"].endswith(ending))
        return self._subtasks(job, vertex, (name,))[name]

    def _records_read(self, job: str, vertex: Any) -> float:
        return float(self._named(job, vertex, "Source__shards.numRecordsIn")["sum"])

    def _behind(self, job: str, vertex: Any) -> float:
        return float(self._named(job, vertex, ".millisBehindLatest")["max"]) / 1000

    def _cpu(self) -> float:
        """Seconds of CPU that were used."""
        return float(self._ask(f"/taskmanagers/metrics?get={CPU}")[0]["max"]) / 1e9


def _task(name: str, samples: list[dict[str, Any]]) -> TaskSeen:
    def mean(metric: str, of: str) -> float:
        return round(sum(float(each[metric][of]) for each in samples) / len(samples), 1)

    busy, held_back, idle = TIMES
    return TaskSeen(
        name.replace(" ", "_"),
        mean(busy, "avg"), mean(busy, "max"), mean(held_back, "avg"), mean(idle, "avg"),
    )  # fmt: skip


def _given(case: Case, port: int) -> dict[str, Any]:
    job = case.job
    micros = 1e6 / job.records_per_second_per_subtask
    return {
        "name": case.name,
        "port": port,
        "parallelism": job.parallelism,
        "max_parallelism": job.max_parallelism,
        "tasks": job.tasks,
        "is_keyed": int(job.is_keyed),
        "skew": job.skew,
        "shards": case.shards,
        "rate": case.rate,
        "backlog_seconds": case.backlog_seconds,
        "source_micros": micros * job.source_share if job.tasks > 1 else 0,
        "operator_micros": micros,
        "io_share": job.io_share,
        "io_requests": case.io_requests,
        "sink_micros": micros * job.sink_share if job.tasks > 2 else 0,
        "sink_per_second": job.sink_records_per_second or 0,
        "sink_is_async": int(case.sink_is_async),
    }
