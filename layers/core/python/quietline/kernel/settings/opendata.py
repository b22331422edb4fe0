"""Settings of the functions that publish and answer open data."""

from dataclasses import dataclass

from quietline.kernel.settings.base import Settings


@dataclass(frozen=True, kw_only=True)
class PublishOpenDataSettings(Settings):
    """`publish_open_data`: the daily files of reported calls."""

    cases_table: str
    open_data_bucket: str
    signing_key_ids: str
    app_secret_id: str


@dataclass(frozen=True, kw_only=True)
class PublishStatisticsSettings(Settings):
    """`publish_statistics`: the data book's tables and pages."""

    registry_table: str
    sellers_table: str
    cases_table: str
    lists_bucket: str
    open_data_bucket: str
    signing_key_ids: str


@dataclass(frozen=True, kw_only=True)
class OpenDataApiSettings(Settings):
    """`open_data_api`: questions to the published files."""

    cases_table: str
    open_data_bucket: str
