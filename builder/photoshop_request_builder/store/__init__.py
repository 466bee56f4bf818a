"""Read and write the files of a corpus: tables, ledger, pictures, settings, tombstones, answers, decisions."""
