"""Made-up and real daily series with known answers, and the yardsticks to hold against them."""
