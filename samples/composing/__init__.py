"""How the sample folders are made from recorded command outputs, and the objects around them."""
