"""How long facts and daily rollups are kept."""
