"""Room 2: texts -> vectors, sentiment, themes with evidence spans, discovered topics.

Where to begin: `reading` (everything said about a text), `topics.discover`.

- what models see: prepare, clauses, windows, asked (the question's share);
- models: network + onnx_session + cache (embedded), hub and camel (others'), encode (vectors);
- sentiment: tiers (accurate, fast, cascade), sentiment, heads, calibration, fast_tier + fast_words;
- themes: themes, theme_words, theme_heads, theme_by_words, theme_training (a user's own), theme_quality;
- topics: topics, topic_corpus -> topic_space -> topic_graph or topic_bertopic -> topic_assembly ->
  topic_model, with topic_words, topic_labels, topic_map, topic_history, topic_stability;
- around them: chunk + finished (long runs), duplicates, edits + edit_file, quotes, journey.
"""
