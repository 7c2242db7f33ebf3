"""Rules about volumes on their way to a node: scheduled, attached, handed to the driver there."""
