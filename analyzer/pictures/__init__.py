"""The way of each affected volume, from its pod to its LUN and to its paths on every node that saw it."""
