"""From the committed notebooks to what is shown: slides and book, without a network."""
