"""Packages whose `__init__` runs only when somebody asks for what it brings.

Importing `package.module` runs `package/__init__.py` first. Powertools' imports every kind of resolver there and, for
AppSync, asyncio; botocore's imports the generator of its documentation. A function needs none of it (docs/adr/0008).
"""

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any


def open_late(name: str, *submodules: str) -> None:
    """Make the package `name` importable without running its `__init__`, which runs at the first name it lacks.

    Args:
        name: the package; one that is loaded already is left as it is.
        submodules: those that define what is asked of the package, so that asking for that does not run `__init__`.

    Raises:
        ModuleNotFoundError: there is no such package.
    """
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(name)
    module = module_from_spec(spec)
    loader = spec.loader

    def missing(attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        if find_spec(f"{name}.{attribute}"):
            return import_module(f"{name}.{attribute}")
        for submodule in submodules:
            source = import_module(f"{name}.{submodule}")
            if hasattr(source, attribute):
                return getattr(source, attribute)
        del module.__dict__["__getattr__"]
        loader.exec_module(module)
        return getattr(module, attribute)

    module.__dict__["__getattr__"] = missing
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
