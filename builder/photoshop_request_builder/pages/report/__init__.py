"""Write the report: charts of the corpus as one HTML file."""
