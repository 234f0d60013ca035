"""The commands of `cost-tracker`, by noun."""
