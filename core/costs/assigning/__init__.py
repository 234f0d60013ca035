"""Which charges belong to which project: label rules, and the facts that follow them."""
