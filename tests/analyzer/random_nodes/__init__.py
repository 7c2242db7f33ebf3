"""Random nodes whose truth is known: a truth is built, told by each tool in its own text, and judged.

`bends`      a node of plain residual and plain healthy LUNs, and single things that are otherwise
`truth`      what is so, and what may therefore be destroyed
`witnesses`  which probes must have answered before the law of removal may be content
`snapshot`   the truth as captures, each probe with its own gaps; the texts are in `told_by_*`
`judging`    the one way into the analyzer
"""
