"""From a source's slice to facts and rollups: only the difference is written, exactly."""
