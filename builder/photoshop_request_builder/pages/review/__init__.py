"""Review verdicts in the browser: a local web application that stores decisions and measures agreement."""
