"""A jurisdiction's law as data: one TOML file each, with sources and effective dates."""

from quietline.profiles.profile import Profile, load_profile

__all__ = ["Profile", "load_profile"]
