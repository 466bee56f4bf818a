"""Count what the charts of the report and the card show, with SQL over the corpus."""
