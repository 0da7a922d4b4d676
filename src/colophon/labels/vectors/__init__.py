"""Labels as they occur, each with one trait: what every reader of them should agree on."""
