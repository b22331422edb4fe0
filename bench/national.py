"""The whole country's list, made from a seed: 258.5 M numbers in 350 areas, clustered as exchanges are.

Numbers are assigned to carriers in blocks of a thousand, and how many of a block's numbers are registered differs from
block to block: a fifth of the blocks is not in use, the others are filled with a weight of exchange times block, both
gamma distributed. The size of areas is log-normal. Within a block every number is listed with the block's chance,
independently, so the entropy of the whole is known: it is what no lossless format can go below.
How real blocks are filled is published nowhere; shape parameters are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pyroaring import BitMap
from quietline.lists import build
from quietline.profiles import load_profile

NUMBERS = 258_500_000
"""Active registrations, FY 2025."""
AREAS = 350
SEED = 20030627
FIRST, BLOCKS, WIDTH = 2_000_000, 8_000, 1_000
FULLEST = 0.9
CHANGES_A_DAY = 60_000
REMOVED_SHARE = 0.1
SCALES = (1, 10, 100)


@dataclass(frozen=True)
class Area:
    """One area: its chance of being listed per block, and how many numbers it is to have."""

    key: str
    seed: int
    size: int

    @cached_property
    def chances(self) -> npt.NDArray[np.float64]:
        chance = np.random.default_rng([SEED, self.seed])
        weights = np.repeat(chance.gamma(2.0, size=BLOCKS // 10), 10) * chance.gamma(0.7, size=BLOCKS)
        weights[chance.random(BLOCKS) < 0.2] = 0
        low, high = 0.0, 1e6
        for _ in range(60):
            middle = (low + high) / 2
            enough = np.minimum(weights * middle, FULLEST).sum() * WIDTH >= self.size
            low, high = (low, middle) if enough else (middle, high)
        return np.minimum(weights * high, FULLEST)

    def numbers(self) -> BitMap:
        """Return the subscriber parts, exactly `size` of them."""
        chance = np.random.default_rng([SEED, self.seed, 1])
        threshold = (self.chances * 65_536).astype(np.uint32)
        drawn = chance.integers(0, 65_536, (BLOCKS, WIDTH), np.uint16)
        flags = (drawn < threshold[:, None]).reshape(-1)
        bits = np.flatnonzero(flags)
        excess = len(bits) - self.size
        if excess > 0:
            bits = np.delete(bits, chance.choice(len(bits), excess, replace=False))
        elif excess < 0:
            spare = np.flatnonzero(~flags & np.repeat(self.chances > 0, WIDTH))
            bits = np.sort(np.concatenate([bits, chance.choice(spare, -excess, replace=False)]))
        return BitMap((bits + FIRST).astype(np.uint32))

    def entropy_bits(self) -> float:
        """Return the information in the area's list, in bits, its blocks' chances being known."""
        p = self.chances[(self.chances > 0) & (self.chances < 1)]
        return float((-(p * np.log2(p) + (1 - p) * np.log2(1 - p))).sum() * WIDTH)


def areas(numbers: int = NUMBERS, count: int = AREAS) -> list[Area]:
    """Return areas that hold so many numbers in all."""
    keys = sorted(load_profile("us").area_keys)[:count]
    shares = np.random.default_rng(SEED).lognormal(0.0, 0.4, count)
    edges = np.round(np.concatenate([[0], np.cumsum(shares / shares.sum())]) * numbers).astype(int)
    return [Area(key, seed, int(size)) for seed, (key, size) in enumerate(zip(keys, np.diff(edges), strict=True))]


def changes(area: Area, numbers: BitMap, a_day: int = CHANGES_A_DAY, total: int = NUMBERS) -> tuple[BitMap, BitMap]:
    """Return what a day adds to an area and removes from it, in proportion to its size."""
    chance = np.random.default_rng([SEED, area.seed, 2])
    count = round(a_day * area.size / total)
    removals = round(count * REMOVED_SHARE)
    listed = build.array(numbers)
    removed = BitMap(chance.choice(listed, min(removals, len(listed)), replace=False)) if len(listed) else BitMap()
    wanted = chance.integers(FIRST, FIRST + BLOCKS * WIDTH, 2 * (count - removals) + 8, np.uint32)
    fresh = np.setdiff1d(wanted, listed)
    return BitMap(chance.permutation(fresh)[: count - removals]), removed


def write_bitmaps(folder: Path, wanted: Sequence[Area]) -> None:
    """Write each area's list of yesterday as `<area>.roar`."""
    for area in wanted:
        (folder / f"{area.key}.roar").write_bytes(build.dump(area.numbers()))


def uniform_bits(size: int, universe: int = 10**7) -> float:
    """Return the bits it takes at least to say which of so many equally likely sets of a size it is."""
    from math import lgamma, log

    return (lgamma(universe + 1) - lgamma(size + 1) - lgamma(universe - size + 1)) / log(2)
