"""Run the benchmarks: `python -m bench [name …]`; results land in bench/results/<name>.json."""

import importlib
import sys

BENCHMARKS = ("coldstart", "imports")


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    for name in names:
        if name not in BENCHMARKS:
            print(f"There is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}.", file=sys.stderr)
            return 2
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
