"""Run the benchmarks: `python -m bench` runs all, `python -m bench <name> [--scale 0.01]` one.

`complaints` and `bundle` need the running local cloud and are run only by their names.

Results land in bench/results/<name>.json, charts of them in docs/images/ (`python -m bench charts`).
"""

import importlib
import sys

BENCHMARKS = ("coldstart", "publish", "growth", "imports", "pull", "wash", "lookup", "charts")
"""In the order of a run of all; charts draws what the others stored."""
BY_NAME = ("complaints", "bundle")
"""Run only when named."""


def main() -> int:
    names = sys.argv[1:2] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS + BY_NAME:
            print(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS + BY_NAME)}.", file=sys.stderr)
            return 2
        print(f"{name}:", flush=True)
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
