"""`make demo`: the whole product on stand-ins, in the background, filled with the sample."""
