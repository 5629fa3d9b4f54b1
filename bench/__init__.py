"""Benches: ratios measured side by side in one run, never a pass or fail. `python -m bench [NAME ...]`."""
