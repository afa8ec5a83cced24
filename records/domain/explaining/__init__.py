"""The reading assistant (E11): what is certain about a prescription, report or document, each with its source; then,
where a model is configured, a draft in plain words of which every sentence cites what it is from."""
