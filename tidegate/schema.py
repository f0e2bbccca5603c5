"""The JSON Schema of the pipeline file, for editors: ``python -m tidegate.schema > FILE``."""

import json
from typing import Any

__all__ = ["schema"]


def schema() -> dict[str, Any]:
    """Generated from the dataclasses that the file is validated against."""
    from pydantic import TypeAdapter

    from tidegate.scaling.config.specification import PipelineFile

    described = TypeAdapter(PipelineFile).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))
