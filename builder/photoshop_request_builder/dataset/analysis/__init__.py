"""Count the numbers of the report's and the card's charts, with SQL over the corpus."""
