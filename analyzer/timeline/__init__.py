"""What happened, in what order, on which nodes: everything dated in a bundle, on one clock.

`gathering` takes what a node tells, in the worker that reads it; `objects` what the cluster tells; `clocks` sets both
against the collecting host's clock; `choosing` keeps what concerns the findings; `story` tells it in a few sentences.
"""
