"""Rules about NFS: mounts that time out, that are refused, and what the host lacks for them."""
