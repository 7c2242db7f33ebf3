"""The picture of a volume: boxes and wires, their words, and the SVG that is made of them."""
