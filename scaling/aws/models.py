"""botocore's descriptions of services, found by the name of the service."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader

__all__ = ["Models", "models_in"]


class Models(Loader):
    """Says of the services that were asked for alone whether they are there.

    botocore's own loader looks into the folders of all its services, some 400, for each of the two
    files that it reads of one: a twelfth of a cold start.
    """

    def __init__(self, search_paths: list[str]) -> None:
        super().__init__(list(search_paths), include_default_search_paths=False)
        self._asked_for: set[str] = set()

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """One file of a service. Raises botocore's UnknownServiceError."""
        self._asked_for.add(service_name)
        return super().load_service_model(service_name, type_name, api_version=api_version)

    def list_available_services(self, type_name: str) -> list[str]:
        """Those of them that have a file of the type."""
        return [each for each in sorted(self._asked_for) if self._has(each, type_name)]

    def _has(self, service_name: str, type_name: str) -> bool:
        try:
            return bool(self.list_api_versions(service_name, type_name))
        except DataNotFoundError:
            return False


def models_in(search_paths: Iterable[str]) -> Models:
    """Those below some folders, read once a process: another session has them at once."""
    return _models(tuple(search_paths))


@cache
def _models(search_paths: tuple[str, ...]) -> Models:
    return Models(list(search_paths))
