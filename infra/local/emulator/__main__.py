"""Start the emulator: `python -m infra.local.emulator` in the emulator's own environment."""

import logging

from infra.local.emulator.fixes import apply_all


def main() -> None:
    """Apply the fixes, then run the emulator until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    apply_all()
    from ministack.app import main as serve

    serve()


if __name__ == "__main__":
    main()
