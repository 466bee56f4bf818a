"""Words of requests for edits. English only: texts in other languages stay whole."""

from photoshop_request.text.word_patterns import word_set

EDIT_VERBS = word_set(
    "add adjust airbrush alter animate apply blend blur blurr bleach brighten change clean clear clone close colorize colourize "
    "colorise colourise color colour combine composite convert copy correct cover create crop cut darken deblur dehaze delete denoise "
    "depixelate design redesign desaturate digitize draw duplicate edit eliminate embed enhance enlarge erase exchange expand extend extract "
    "face-swap faceswap fade fill filter fix flip frame fuse generate green-screen hide highlight illustrate improve include incorporate insert "
    "isolate lengthen lighten lift lower make mask match merge mirror mock morph move narrow obscure open outline overlay paint paste "
    "patch photoshop pixelate place polish pose position print put raise reconstruct recolor recolour recreate redo reduce "
    "refine relight remake remaster remove rename render reorder repair replace reposition rescale reshape resize restore retouch reverse "
    "revive rework rid rotate saturate scale shade sharpen shift shop shorten shrink sketch slim smooth soften spruce straighten stretch "
    "superimpose swap switch thicken thin tidy tint tone touch trace transfer transform transpose trim turn tweak unblur uncrop undo unify "
    "untag upgrade upscale vectorize vectorise warp whiten widen write zoom zombify spice jazz liven salvage resurrect rejuvenate re-create "
    "re-color re-colour decolorize simulate mash stitch join connect attach stick slap throw toss bring rearrange decorate dress undress shave fatten "
    "age de-age deage iron wipe wash rebuild reassemble re-touch touch-up take-out strip lose drop substitute save rescue trash ditch nuke scrub snip tuck plump scoot slide nudge zoomify declutter defog"
)
LIGHT_VERBS = word_set(
    "get take give have do use keep leave let try see show work play mess come find help pull go look provide build"
)
MODALS = word_set("can could would will might may cud cld couldnt couldn't can't wouldn't")
DESIRES = word_set(
    "like love need needs needed want wants wanted wish hoping hope wondering looking trying appreciate appreciated request requesting asking "
    "grateful thankful possible please pls plz help great awesome amazing nice cool wonderful perfect fantastic ideally ideal preferably "
    "would'd could should maybe perhaps possibly beg begging kill die dying fun funny hilarious rad sweet chance way use deserves begs screams if mind willing interested care"
)


def _participle(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeo":
        return verb[:-1] + "ied"
    return verb + "ed"


_DOUBLED = {
    "blur": "blurred", "crop": "cropped", "flip": "flipped", "photoshop": "photoshopped", "shop": "shopped", "swap": "swapped",
    "slim": "slimmed", "trim": "trimmed", "thin": "thinned", "zoom": "zoomed", "strip": "stripped", "uncrop": "uncropped",
}  # fmt: skip
_IRREGULAR = word_set("cut redone drawn put shrunk hidden undone rebuilt taken made turned blown written brought")
_NO_PARTICIPLE = word_set(
    "make put cut close open like age draw shrink hide lose bring write stick throw rid even tone iron print place frame drop go"
)
EDIT_PARTICIPLES = (
    frozenset(_DOUBLED.get(verb, _participle(verb)) for verb in EDIT_VERBS - _NO_PARTICIPLE) | _IRREGULAR
) - word_set("matched poses posed included photoshopeds")
GERUNDS = frozenset(
    ending for verb in EDIT_VERBS for ending in (f"{verb}ing", f"{verb.removesuffix('e')}ing", f"{verb}{verb[-1]}ing")
)
"""Every possible -ing form of each verb. Forms that do not exist do no harm."""
EDIT_NOUNS = word_set(
    "restoration restorations colorization colourization colorisation colourisation colorizing colourising coloring colouring color colour retouching "
    "retouch photoshopping editing edit edits removal faceswap face-swap swap touch-up touchup touch-ups cleanup clean-up clean repair repairs "
    "repairing restoring enhancement enhancing resizing upscaling upscale vectorization vector vectorized background-removal sharpening fixing "
    "removing adding replacing combining merging cropping swapping changing cleaning photoshop composite collage recoloring transparency improvement improvements "
    "logo poster banner wallpaper avatar icon gif meme cartoon silhouette mockup mock-up caricature sticker flyer background-free cut-out cutout "
    "clearer brighter darker sharper bigger larger smaller lighter thinner skinnier slimmer younger older cleaner nicer crisper crisp taller"
)
DEFECTS = word_set(
    "crease creases creased tear tears torn rip rips ripped scratch scratches scratched stain stains stained fade faded fading blur blurry "
    "blurred dark damage damaged water-damaged fold folds folded overexposed underexposed glare noise noisy grain grainy red-eye redeye washed "
    "reflection reflections spot spots dust dusty crack cracks cracked wrinkle wrinkles wrinkled pixelated watermark watermarks mold mould "
    "discolored yellowed backlit shadow shadows photobomb photobombed photobomber photobombing blotch blotches smudge smudges cropped "
    "sepia tinted orange ruined ruins blocking blocked covering distracting squinting blinking closed crooked upside sideways"
)


def plain_verb(gerund: str) -> str:
    """Return the verb of an -ing form ("removing" -> "remove", "cropping" -> "crop"), or the form if it has none."""
    if gerund == "getting":
        return "get"
    stem = gerund[:-3]
    shorter = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    for verb in (stem, stem + "e", shorter):
        if verb in EDIT_VERBS and verb != gerund:
            return verb
    return gerund
