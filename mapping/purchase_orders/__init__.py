"""Purchase orders, IFS to JAGGAER, their status back."""
