"""A light load generator: closed loop over keep-alive connections, plain asyncio, no HTTP library.

A library would cost more of the two cores than the server that is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

HEAD_END = b"\r\n\r\n"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Measured:
    """Of one type of address: seconds of every request, and bytes of every body as sent."""

    seconds: list[float] = field(default_factory=list)
    first_seconds: list[float] = field(default_factory=list)
    """Of the first request to each address only."""
    n_bytes: list[int] = field(default_factory=list)
    bad: dict[int, str] = field(default_factory=dict)
    """By status that is not 200 or 304: one address that answered so."""
    wall_seconds: float = 0.0

    def percentile_ms(self, share: float) -> float:
        return 1000 * float(np.percentile(self.seconds, share)) if self.seconds else 0.0

    def first_percentile_ms(self, share: float) -> float:
        return 1000 * float(np.percentile(self.first_seconds, share)) if self.first_seconds else 0.0

    @property
    def n(self) -> int:
        return len(self.seconds)

    @property
    def rate(self) -> float:
        return self.n / self.wall_seconds if self.wall_seconds else 0.0


class Connection:
    """One keep-alive connection, opened again where the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.writer: asyncio.StreamWriter | None = None

    async def get(self, address: str, *, headers: str = "Accept-Encoding: gzip\r\n") -> Answer:
        """The answer to a GET, its body whole."""
        request = f"GET {address} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n{headers}\r\n"
        for attempt in (0, 1):
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection(
                    self.host, self.port, limit=2**24
                )
            try:
                self.writer.write(request.encode())
                return await self._read()
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if attempt:
                    raise
        raise AssertionError

    async def _read(self) -> Answer:
        head = (await self.reader.readuntil(HEAD_END)).decode("latin-1")
        first, *lines = head.split("\r\n")
        pairs = (line.partition(":") for line in lines if line)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        status = int(first.split()[1])
        if headers.get("transfer-encoding") == "chunked":
            body = await self._chunks()
        elif status in (204, 304):
            body = b""
        elif "content-length" in headers:
            body = await self.reader.readexactly(int(headers["content-length"]))
        else:
            body = await self.reader.read()
            self.close()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(status, headers, body)

    async def _chunks(self) -> bytes:
        parts = []
        while size := int(await self.reader.readline(), 16):
            parts.append(await self.reader.readexactly(size))
            await self.reader.readexactly(2)
        await self.reader.readline()
        return b"".join(parts)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None


async def _drive(
    host: str, port: int, addresses: Sequence[str], *, seconds: float, at_once: int, seed: int
) -> Measured:
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(addresses)).tolist()
    found = Measured()
    seen: set[str] = set()
    begin = time.perf_counter()
    turn = 0

    async def visitor() -> None:
        nonlocal turn
        connection = Connection(host, port)
        while time.perf_counter() - begin < seconds:
            address = addresses[order[turn % len(order)]]
            turn += 1
            is_first = address not in seen
            seen.add(address)
            start = time.perf_counter()
            answer = await connection.get(address)
            took = time.perf_counter() - start
            found.seconds.append(took)
            if is_first:
                found.first_seconds.append(took)
            found.n_bytes.append(len(answer.body))
            if answer.status not in (200, 304):
                found.bad.setdefault(answer.status, address)
        connection.close()

    await asyncio.gather(*(visitor() for _ in range(at_once)))
    found.wall_seconds = time.perf_counter() - begin
    return found


def drive(
    host: str, port: int, addresses: Sequence[str], *, seconds: float, at_once: int, seed: int
) -> Measured:
    """Ask for the addresses in turn, so many at a time, for so long."""
    return asyncio.run(_drive(host, port, addresses, seconds=seconds, at_once=at_once, seed=seed))


def fetch(
    host: str, port: int, address: str, *, headers: str = "Accept-Encoding: gzip\r\n"
) -> Answer:
    """One answer."""

    async def once() -> Answer:
        connection = Connection(host, port)
        answer = await connection.get(address, headers=headers)
        connection.close()
        return answer

    return asyncio.run(once())
