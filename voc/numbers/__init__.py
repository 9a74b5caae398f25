"""Room 3: labels + scores -> score intervals, movement, drivers, trends.

Come in through `explain` (any tool's tables), `comparison` (a whole survey) or `movement` (the typed result
and its one verb, `between`). What happens inside `between`, in order:

1. which answers:   split (the two sides), join (tables -> `Answers`), segments, answers (the arrays), ends
                    (the two scores and their change), models (two models are never compared);
2. what they say:   decomposition = cells (sums per wave and segment) -> regression (effects of mentions)
                    -> influence (what each answer moves); by_segment; matrices (sparse or dense alike);
3. how sure it is:  verdicts (tests, false discovery rate, simultaneous), power (what could have been seen);
4. label error:     known_errors chooses what is known: labeled + labels_file + choosing (an analyst's labels)
                    or evidence (the model's own probabilities and its card); noise draws the true mentions
                    (imputation, imputation_models, confusion) and pools; moments is the quick correction
                    shown beside it;
5. what readers see: parts (bars), explained (all of it -> `Movement`), assemble (1 to 5 in order), frames
                    (table and waterfall), words (sentences, Arabic and English).

Beside it: scores (NPS, CSAT, CES, means: intervals and tests), levels + drivers (the level now),
target (a period against a number), chain (months that add up), series + watch + trends (early warnings),
history (change points, digest of a day), contradiction (score and text disagree), foreign (others' columns).

A fact to hold on to: parts always add up to the change exactly, as `general` is what the themes leave; tests
and intervals are about how much of it could be chance. The derivation is in docs/explanation/why-it-moved.md.
"""
