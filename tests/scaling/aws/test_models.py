"""botocore's models are found by name, as botocore itself finds them, without a look at others."""

import subprocess
import sys
from pathlib import Path

import pytest
from botocore.exceptions import UnknownServiceError
from botocore.loaders import Loader

from tests.shape import ROOT
from tidegate.scaling.aws.models import Models

BOTOCORES = Loader()
LOOKED = """
import sys
looked = set()
sys.addaudithook(lambda event, told: event == "os.listdir" and looked.add(str(told[0])))
from tidegate.scaling.aws.clients import Clients
for service in ("kinesis", "dynamodb"):
    Clients(region="us-east-1").of(service)
print(*sorted({each.split("/data/")[1].split("/")[0] for each in looked if "/data/" in each}))
"""


@pytest.mark.parametrize("service", ["kinesis", "lambda", "application-autoscaling"])
@pytest.mark.parametrize("file", ["service-2", "endpoint-rule-set-1", "paginators-1"])
def test_a_service_is_described_as_botocore_has_it(service: str, file: str) -> None:
    found = Models(BOTOCORES.search_paths).load_service_model(service, file)
    assert found == BOTOCORES.load_service_model(service, file)


@pytest.mark.parametrize(
    ("service", "file"), [("kinesys", "service-2"), ("kinesis", "pigeons-1"), ("", "service-2")]
)
def test_what_is_not_there_is_refused_as_botocore_does(service: str, file: str) -> None:
    for loader in (BOTOCORES, Models(BOTOCORES.search_paths)):
        with pytest.raises(UnknownServiceError):
            loader.load_service_model(service, file)


def test_models_of_the_users_own_are_found(tmp_path: Path) -> None:
    own = tmp_path / "pigeon" / "2026-11-28"
    own.mkdir(parents=True)
    (own / "service-2.json").write_text('{"metadata": {}}', encoding="utf-8")
    found = Models([str(tmp_path), *BOTOCORES.search_paths])
    assert found.load_service_model("pigeon", "service-2") == {"metadata": {}}


def test_no_other_service_is_looked_at_for_a_client() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOKED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["dynamodb", "kinesis"]
