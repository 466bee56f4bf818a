"""Pictures on the internet: where they are, how to ask for them politely, how to open them safely."""
