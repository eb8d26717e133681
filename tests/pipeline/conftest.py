"""The pipeline over real HTTP against real sandboxes."""

from pipeline.fixtures import _one_tls_context, _short_back_off, _short_send_by, product, small_world, world

__all__ = ["_one_tls_context", "_short_back_off", "_short_send_by", "product", "small_world", "world"]
