"""People judge the verdicts: a local web application, their decisions, how far they agree, and what that says."""
