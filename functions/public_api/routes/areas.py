"""The areas of the list."""

from pydantic import ConfigDict, Field
from quietline.http.auth import Rule, route
from quietline.http.model import Model
from quietline.http.problems import documented

from functions.public_api import wiring
from functions.public_api.app import app


class StateOut(Model):
    """One state or region and its areas."""

    state: str
    areas: list[str] = Field(description="Area keys, sorted (United States: three-digit area codes).")


class AreasOut(Model):
    """Every area that this registry serves."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"profile": "us", "count": 2, "states": [{"state": "District of Columbia", "areas": ["202", "771"]}]}
            ]
        }
    )

    profile: str = Field(description="Name of the jurisdiction's profile.")
    count: int = Field(description="How many areas there are.")
    states: list[StateOut] = Field(description="By name.")


@route(
    app,
    "GET",
    "/v1/areas",
    Rule.PUBLIC,
    summary="List the areas",
    description="The areas that numbers can be registered in and lists are published for, by state.",
    tags=["Lists"],
    operation_id="listAreas",
    responses=documented(200, "The areas.", AreasOut),
)
def areas() -> AreasOut:
    """List the areas."""
    profile = wiring.profile()
    return AreasOut(
        profile=profile.name,
        count=len(profile.area_keys),
        states=[StateOut(state=state, areas=sorted(profile.areas[state])) for state in sorted(profile.areas)],
    )
