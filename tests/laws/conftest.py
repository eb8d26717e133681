"""The laws of DESIGN, each with the failure that would break it."""

from pipeline.fixtures import _one_tls_context, _short_back_off, _short_send_by, postgres, product, small_world, world

__all__ = ["_one_tls_context", "_short_back_off", "_short_send_by", "postgres", "product", "small_world", "world"]
