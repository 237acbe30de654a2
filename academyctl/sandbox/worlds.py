"""Which account the embedded AWS plays."""

from enum import StrEnum


class World(StrEnum):
    """`empty`: network, roles, log group. `seeded`: and a sound env in each parameter. `live`: and a Batch at work,
    with leftovers. `healthy`: everything as the stack declares it, and nothing else."""

    EMPTY = "empty"
    SEEDED = "seeded"
    LIVE = "live"
    HEALTHY = "healthy"
