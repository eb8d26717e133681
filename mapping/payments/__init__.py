"""Payment status, IFS to JAGGAER."""
