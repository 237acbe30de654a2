"""Which account the embedded AWS plays."""

from enum import StrEnum


class World(StrEnum):
    """`empty`: network, roles, log group. `seeded`: and a sound env in each parameter. `live`: and a Batch at work."""

    EMPTY = "empty"
    SEEDED = "seeded"
    LIVE = "live"
