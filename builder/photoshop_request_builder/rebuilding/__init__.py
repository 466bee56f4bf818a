"""The dataset anew from a manifest, where pictures were not published."""
