"""Batches for training editors: pairs that are cropped, flipped and scaled as one, in an order that can be resumed.

Needs the extra `train`: pip install 'photoshop-request[train]'.
"""

from typing import TYPE_CHECKING, Any

from photoshop_request.training.buckets import bucket_shapes
from photoshop_request.training.sampling import Sampling

if TYPE_CHECKING:
    from photoshop_request.training.loader import TripletLoader, make_dataloader

__all__ = ["Sampling", "TripletLoader", "bucket_shapes", "make_dataloader"]


if not TYPE_CHECKING:  # type checkers know the names above, and no others

    def __getattr__(name: str) -> Any:
        # torch takes seconds, and is an extra
        if name not in {"TripletLoader", "make_dataloader"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from photoshop_request.training import loader
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "torch":
                raise
            raise ImportError("training needs torch: pip install 'photoshop-request[train]'") from error
        return getattr(loader, name)
