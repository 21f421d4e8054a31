"""Job types that only the journeys publish."""
