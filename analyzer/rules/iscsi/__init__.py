"""Rules about iSCSI on the node."""
