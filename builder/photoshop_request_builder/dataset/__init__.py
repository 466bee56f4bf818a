"""What is published of a corpus: the choice of edits, its rows, files and their pictures."""
