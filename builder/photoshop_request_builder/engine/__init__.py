"""Declare stages, plan their jobs, and run the jobs on this machine or on a cluster."""
