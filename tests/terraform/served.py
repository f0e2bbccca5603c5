"""A provider for Terraform that has the schema of a wheel of bindings, and nothing behind it.

Terraform is told by TF_REATTACH_PROVIDERS where it is, and asks it by gRPC (Terraform's plugin
protocol, version 5). Run with a Python that has grpcio: WHEEL KIND... where a kind is a type of
resource, or ``data.`` and a type of data source. Prints where it is, and ends with its input.
"""

import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bindings import Bindings, Place

ADDRESS = "registry.terraform.io/hashicorp/aws"
LIST, ANY_NUMBER = 2, 0


def field(number: int, value: bytes | int | str) -> bytes:
    """A field of a message of protocol buffers."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    head, tail = value & 0x7F, value >> 7
    return bytes([head | 0x80]) + varint(tail) if tail else bytes([head])


def attribute(name: str, kind: Any, *, required: bool, computed: bool) -> bytes:
    asked = field(4, 1) if required else (b"" if kind is None else field(5, 1))
    told = json.dumps("string" if kind is None else kind)
    return field(1, name) + field(2, told) + asked + (field(6, 1) if computed else b"")


def block(bindings: Bindings, place: Place) -> bytes:
    """The message ``Block``."""
    arguments, found = bindings.arguments(place), b""
    for name, (wanted, must) in arguments.items():
        inner = bindings.block_in(place, wanted)
        if inner is None:
            told = attribute(name, bindings.type_of(wanted), required=must, computed=not must)
            found += field(2, told)
        else:
            at_most = ANY_NUMBER if inner.is_many else 1
            nested = field(1, name) + field(2, block(bindings, inner.place)) + field(3, LIST)
            found += field(3, nested + field(4, int(must)) + field(5, at_most))
    if place.is_resource:
        for name in bindings.attributes(place) - arguments.keys():
            if not name.endswith("_input") and name.islower():
                found += field(2, attribute(name, None, required=False, computed=True))
    return found


def schema(bindings: Bindings, kinds: list[str]) -> bytes:
    """The message ``GetProviderSchema.Response``."""
    found = field(1, field(2, b""))
    for each in kinds:
        data, _, kind = each.rpartition(".")
        place = bindings.resource(kind, "data-sources" if data else "resources")
        if place is not None:
            entry = field(1, kind) + field(2, field(2, block(bindings, place)))
            found += field(3 if data else 2, entry)
    return found


def serve(answers: dict[str, bytes | None]) -> Iterator[dict[str, Any]]:
    """Answers by the name of a call; what it was sent where there is none."""
    import grpc

    class Handler(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> Any:
            name = details.method.rpartition("/")[2]
            if not details.method.startswith("/tfplugin5.") or name not in answers:
                return None
            told = answers[name]
            return grpc.unary_unary_rpc_method_handler(
                lambda sent, _: sent if told is None else told
            )

    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers([Handler()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    place = {"Network": "tcp", "String": f"127.0.0.1:{port}"}
    yield {
        "Protocol": "grpc",
        "ProtocolVersion": 5,
        "Pid": os.getpid(),
        "Test": True,
        "Addr": place,
    }
    server.stop(None)


if __name__ == "__main__":
    wheel, *wanted = sys.argv[1:]
    calls = {
        "GetSchema": schema(Bindings(Path(wheel)), wanted),
        # The configuration that was sent is the prepared one; the others find nothing wrong.
        "PrepareProviderConfig": None,
        "ValidateResourceTypeConfig": b"",
        "ValidateDataSourceConfig": b"",
        "Stop": b"",
    }
    for reattach in serve(calls):
        print(json.dumps({ADDRESS: reattach}), flush=True)
        sys.stdin.read()
