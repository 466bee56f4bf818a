"""Exports for trainers: what each of them takes unchanged, written row by row with bounded memory.

Pictures are written as they are published, byte for byte. Every function takes rows of its config with undecoded
pictures and an existing empty folder, and says what became of the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

from photoshop_request.export.bagel import bagel, bagel_turns
from photoshop_request.export.chats import ms_swift, trl
from photoshop_request.export.diffusers import columns, imagefolder
from photoshop_request.export.folders import ai_toolkit, diffusion_pipe, musubi_tuner, simpletuner
from photoshop_request.export.path_lists import diffsynth, diffsynth_csv, firered, omnigen2
from photoshop_request.export.preference_pairs import diffusion_dpo, editreward, simpletuner_dpo
from photoshop_request.export.webdataset import webdataset
from photoshop_request.export.writing import ExportSummary, LeftOut, Row

__all__ = ["FORMATS", "ExportSummary", "Format", "LeftOut", "Row"]

_PAIR = ("source_image", "instruction", "edited_image", "second_source_image", "submission_id", "comment_id")
_ALL_SOURCES = (*_PAIR, "reference_images")
_PREFERENCE = (
    "source_image",
    "instruction",
    "chosen_image",
    "rejected_image",
    "margin",
    "submission_id",
    "chosen_comment_id",
    "rejected_comment_id",
)
_CHAT = ("messages", "images", "submission_id")
_TURN = ("source_image", "before_image", "after_image", "first_instruction", "instruction", "submission_id")


@dataclass(frozen=True, slots=True)
class Format:
    """One export."""

    write: Callable[..., ExportSummary]
    """`(rows, folder)`, with `paths_under` where `absolute`."""
    config: str
    """Whose rows it takes."""
    columns: tuple[str, ...] | None
    """What it needs of them; None for everything."""
    trainer: str
    """Who reads it."""
    flags: str
    """With which flags or settings; OUT stands for the folder."""
    absolute: bool = False
    """Whether absolute paths are written, so that the folder must be exported again after it was moved."""


FORMATS: dict[str, Format] = {
    "diffusers": Format(
        columns,
        "triplets",
        _PAIR,
        "diffusers train_instruct_pix2pix.py, train_dreambooth_lora_flux_kontext.py",
        "--dataset_name OUT; Kontext: --image_column edited_image --cond_image_column input_image "
        "--caption_column edit_prompt",
    ),
    "imagefolder": Format(
        imagefolder, "triplets", _PAIR, "diffusers train_instruct_pix2pix.py", "--train_data_dir OUT"
    ),
    "ai-toolkit": Format(
        ai_toolkit,
        "triplets",
        _ALL_SOURCES,
        "ostris/ai-toolkit",
        "folder_path: OUT/target, control_path: [OUT/control_1, OUT/control_2, OUT/control_3], caption_ext: txt",
    ),
    "musubi-tuner": Format(
        musubi_tuner,
        "triplets",
        _ALL_SOURCES,
        "kohya-ss/musubi-tuner",
        'image_jsonl_file = "OUT/dataset.jsonl"; or image_directory = "OUT/target", control_directory = "OUT/control", '
        'caption_extension = ".txt"',
        absolute=True,
    ),
    "diffusion-pipe": Format(
        diffusion_pipe,
        "triplets",
        _PAIR,
        "tdrussell/diffusion-pipe",
        "path = 'OUT/target', control_path = 'OUT/control'",
    ),
    "simpletuner": Format(
        simpletuner,
        "triplets",
        _ALL_SOURCES,
        "SimpleTuner",
        "instance_data_dir OUT/target, caption_strategy textfile, conditioning_data; OUT/control_1: dataset_type "
        "conditioning, conditioning_type reference_loose",
    ),
    "diffsynth": Format(
        diffsynth,
        "triplets",
        _ALL_SOURCES,
        "DiffSynth-Studio",
        "--dataset_base_path OUT --dataset_metadata_path OUT/metadata.json --data_file_keys image,edit_image "
        "--extra_inputs edit_image (Kontext: kontext_images)",
    ),
    "diffsynth-csv": Format(
        diffsynth_csv,
        "triplets",
        _PAIR,
        "DiffSynth-Studio",
        "--dataset_base_path OUT --dataset_metadata_path OUT/metadata.csv --data_file_keys image,edit_image "
        "--extra_inputs edit_image",
    ),
    "omnigen2": Format(omnigen2, "triplets", _ALL_SOURCES, "OmniGen2", "data: data_path: OUT/data.yml", absolute=True),
    "firered": Format(
        firered,
        "triplets",
        _ALL_SOURCES,
        "FireRed-Image-Edit extract_vlm_embeds.py",
        "OUT/train.jsonl with --disable_inverse",
        absolute=True,
    ),
    "bagel": Format(
        bagel,
        "triplets",
        (*_PAIR, "instruction_rewritten"),
        "BAGEL unified_edit",
        "data_dir OUT/data, parquet_info_path OUT/parquet_info.json",
        absolute=True,
    ),
    "bagel-turns": Format(
        bagel_turns,
        "turns",
        _TURN,
        "BAGEL unified_edit, several turns",
        "data_dir OUT/data, parquet_info_path OUT/parquet_info.json",
        absolute=True,
    ),
    "webdataset": Format(
        webdataset, "triplets", None, "webdataset", 'WebDataset("OUT/train-{000000..N}.tar").decode("pil")'
    ),
    "diffusion-dpo": Format(
        diffusion_dpo,
        "preferences",
        _PREFERENCE,
        "diffusers train_diffusion_dpo_sdxl.py, DiffusionDPO",
        "--dataset_name OUT",
    ),
    "editreward": Format(
        editreward, "preferences", _PREFERENCE, "EditReward", "train_json_list: [OUT/train.json]", absolute=True
    ),
    "simpletuner-dpo": Format(
        simpletuner_dpo,
        "preferences",
        _PREFERENCE,
        "SimpleTuner Flow-DPO",
        "OUT/win: dataset_type image; OUT/lose: dataset_type conditioning, conditioning_type reference_strict, "
        "source_dataset_id",
    ),
    "trl": Format(trl, "conversations", _CHAT, "TRL SFTTrainer", 'load_dataset("OUT", split="train")'),
    "ms-swift": Format(ms_swift, "conversations", _CHAT, "ms-swift", "--dataset OUT/train.jsonl", absolute=True),
}
"""Name on the command line -> what it is."""
