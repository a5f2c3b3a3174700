"""What others see instead of an address: the same for the same address, and nothing that leads back to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2s

from chat.domain.limits import address_key


def cloaker(key: bytes) -> Callable[[str], str]:
    """Return a function from an address to the host that others see; `key` is the server's secret."""

    @lru_cache(maxsize=4096)
    def cloak(address: str) -> str:
        network = address_key(address)
        if network is None:
            return "localhost"
        return blake2s(network.encode(), key=key, digest_size=6).hexdigest() + ".cloak"

    return cloak
