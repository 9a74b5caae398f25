"""Room 1: files, exports and frames -> the `comments` table; text -> normalized text, language, redaction.

Where to begin: `read.read` (whatever was passed -> `Survey`), `normalize.normalize`, `language`.

- a file as a grid of cells: sources, containers, encodings, delimited + cutting, sheets, records, frames;
- what the grid is: exports (header rows of survey tools), headers + looks + columns (which column is what);
- cells into values: cells, numerals, likert, scales + guess (scores), moments + months + dates, periods;
- rows into the table: answers, identity, rejects + reasons, survey;
- personal data out: privacy, personal_numbers + checksums, personal_names, masking;
- text: aligned, steps, charmaps, normalize (recipes with offsets), arabizi + romanized;
- language: evidence, language, dialect, wordlists.
"""
