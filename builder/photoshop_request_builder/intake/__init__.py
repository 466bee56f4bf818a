"""From lines of archives and answers of APIs to the rows of a part."""
