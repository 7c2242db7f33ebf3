"""Rules about disks, paths and maps."""
