"""What purchase orders and requisitions have in common."""
