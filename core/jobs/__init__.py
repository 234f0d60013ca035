"""Work done once for a period, by whichever replica comes first."""
