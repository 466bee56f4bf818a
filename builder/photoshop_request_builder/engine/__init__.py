"""How the jobs of a stage are run: on processes of this machine or on a cluster, and which are due."""
