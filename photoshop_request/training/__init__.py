"""Load batches for training editing models: pairs are cropped, flipped and scaled together, in a resumable order.

Requires the extra `train`: pip install 'photoshop-request[train]'.
"""

from typing import TYPE_CHECKING, Any

from photoshop_request.training.batch_plan import bucket_shapes
from photoshop_request.training.sampling import Sampling

if TYPE_CHECKING:
    from photoshop_request.training.loader import TripletLoader, make_dataloader

__all__ = ["Sampling", "TripletLoader", "bucket_shapes", "make_dataloader"]


if not TYPE_CHECKING:  # type checkers see the imports above, and report unknown names

    def __getattr__(name: str) -> Any:
        # torch is an extra and takes seconds to import
        if name not in {"TripletLoader", "make_dataloader"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            from photoshop_request.training import loader
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "torch":
                raise
            raise ImportError("training needs torch: pip install 'photoshop-request[train]'") from error
        return getattr(loader, name)
