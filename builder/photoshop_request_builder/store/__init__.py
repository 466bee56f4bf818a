"""Everything that lies on a disk: tables, ledger, pictures, settings, tombstones, answers, decisions."""
