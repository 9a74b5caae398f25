"""Room 4: results -> pages, workbook and words, Arabic and English."""
