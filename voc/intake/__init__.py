"""Room 1: files, exports and frames -> the `comments` table; text -> normalized text, language, redaction."""
