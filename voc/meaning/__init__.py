"""Room 2: texts -> vectors, sentiment, themes with evidence spans, discovered topics."""
