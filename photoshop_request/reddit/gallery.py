"""Read `media_metadata` in the order of display."""

from photoshop_request.reddit.fields import unescape
from photoshop_request.reddit.json_structs import JsonGallery, JsonGalleryItem, JsonMedia
from photoshop_request.reddit.records import DELETED, Media


def media_of(metadata: dict[str, JsonMedia | None] | None, gallery: JsonGallery | None, text: str) -> tuple[Media, ...]:
    """Return all entries: gallery items in the order of `gallery_data`, then others by their place in `text`.

    The order of `metadata` is ignored, because some archives sort keys. A gallery item without metadata is kept, with
    an empty kind and status.
    """
    metadata = metadata or {}
    items = {item.media_id: item for item in (gallery.items or () if gallery else ()) if item and item.media_id}
    others = [media_id for media_id in metadata if media_id not in items]
    others.sort(key=lambda media_id: (_place(text, media_id), media_id))
    return tuple(_media(media_id, metadata.get(media_id), items.get(media_id)) for media_id in (*items, *others))


def _place(text: str, media_id: str) -> int:
    place = text.find(media_id)
    return place if place >= 0 else len(text)


def _media(media_id: str, entry: JsonMedia | None, item: JsonGalleryItem | None) -> Media:
    entry = entry or JsonMedia()
    full = entry.s
    address = (full.u or full.gif) if full else None
    return Media(
        media_id=media_id,
        kind=entry.e or "",
        status=DELETED if item and item.is_deleted else entry.status or "",
        mime=entry.m or "",
        address=unescape(address) if address else None,
        width=full.x if full else entry.x,
        height=full.y if full else entry.y,
        sticker=entry.t,
        caption=unescape(item.caption) if item and item.caption else None,
        outbound_url=unescape(item.outbound_url) if item and item.outbound_url else None,
    )
