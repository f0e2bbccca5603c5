import json
from pathlib import Path

import pytest

from scaling.compiled import compiled, from_compiled
from tidegate.pipeline_file import load

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_what_is_packaged_says_the_same_as_the_file(path: Path) -> None:
    file = load(path)
    assert from_compiled(json.loads(json.dumps(compiled(file)))) == file
