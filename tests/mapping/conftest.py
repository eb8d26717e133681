"""Examples have no deadline here: how long one takes says more about the machine than about the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("unhurried")
