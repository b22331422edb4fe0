"""Run the benchmarks: `python -m bench` runs all, `python -m bench <name> [--scale 0.01]` one.

Results land in bench/results/<name>.json, charts of them in docs/images/ (`python -m bench charts`).
"""

import importlib
import sys

BENCHMARKS = ("coldstart", "publish", "growth", "imports", "pull", "wash", "lookup", "charts")
"""In the order of a run of all; charts draws what the others stored."""


def main() -> int:
    names = sys.argv[1:2] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            print(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
            return 2
        print(f"{name}:", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
