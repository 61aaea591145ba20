"""A real S3-compatible object store on loopback, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEY, SECRET = "AKIA-TEST-KEY", "S3-SECRET-1"
BUCKET = "cohorts"
PARTS = ("s3", "s3.port.grpc", "master", "master.port.grpc", "filer", "filer.port.grpc", "volume", "volume.port.grpc")
OPTIONS = (
    *("-s3", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-master.telemetry=false", "-master.volumeSizeLimitMB=64"),
    *("-volume.preStopSeconds=0", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"),
)


@dataclass(frozen=True)
class ObjectStore:
    """A running store with one empty bucket, `cohorts`."""

    environ: dict[str, str]
    files: Any

    def put(self, key: str, octets: bytes) -> None:
        """Keep an object."""
        with self.files.open_output_stream(f"{BUCKET}/{key}", compression=None) as stream:
            stream.write(octets)


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """A store for as long as the block runs. `environ` says where it is and who may ask."""
    folder = Path(tempfile.mkdtemp(prefix="maniple-objects-"))
    identity = {"accessKey": KEY, "secretKey": SECRET}
    actions = ["Admin", "Read", "Write", "List"]
    identities = {"identities": [{"name": "tests", "credentials": [identity], "actions": actions}]}
    (folder / "s3.json").write_text(json.dumps(identities))
    ports = dict(zip(PARTS, _free_ports(len(PARTS)), strict=True))
    words = [f"-{name if '.' in name else name + '.port'}={port}" for name, port in ports.items()]
    options = [*OPTIONS, f"-dir={folder}", f"-s3.config={folder}/s3.json", *words]
    process = subprocess.Popen(
        [Path(sys.executable).with_name("weed"), "server", *options],
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
        cwd=folder,
    )
    try:
        yield _ready(f"127.0.0.1:{ports['s3']}", process, folder / "log")
    finally:
        # Its polite end takes ten seconds, and nothing in it is to be kept.
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _ready(place: str, process: subprocess.Popen[bytes], log: Path) -> ObjectStore:
    from pyarrow.fs import S3FileSystem

    files = S3FileSystem(
        access_key=KEY,
        secret_key=SECRET,
        endpoint_override=place,
        scheme="http",
        region="us-east-1",
        allow_bucket_creation=True,
    )
    for _ in range(300):
        try:
            files.create_dir(BUCKET)
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
            continue
        environ = {"AWS_ENDPOINT_URL_S3": f"http://{place}", "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
        return ObjectStore({**environ, "AWS_EC2_METADATA_DISABLED": "true"}, files)
    raise AssertionError(log.read_text())


def _free_ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
