"""Export the dataset in the formats of trainers, row by row in bounded memory. Pictures keep their published bytes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from photoshop_request.export.bagel import bagel, bagel_turns
from photoshop_request.export.chats import ms_swift, trl
from photoshop_request.export.diffusers import columns, diffusion_dpo, imagefolder
from photoshop_request.export.folders import ai_toolkit, diffusion_pipe, musubi_tuner, simpletuner, simpletuner_dpo
from photoshop_request.export.path_lists import diffsynth, diffsynth_csv, editreward, firered, omnigen2
from photoshop_request.export.webdataset import webdataset
from photoshop_request.export.writing import FOLDER_KINDS, Export, ExportSummary, LeftOut, Requirements, Row

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

_ONE_SOURCE = Requirements()
_SEVERAL_SOURCES = Requirements(takes_several_sources=True)
_ONE_SOURCE_FOLDERS = Requirements(kinds=FOLDER_KINDS)
_SEVERAL_SOURCES_FOLDERS = Requirements(kinds=FOLDER_KINDS, takes_several_sources=True)
_PREFERENCE_IMAGES = ("source_image", "chosen_image", "rejected_image")
_PREFERENCES = Requirements(_PREFERENCE_IMAGES)
_CHATS = Requirements(("images",))


@dataclass(frozen=True, slots=True)
class Format:
    """Describe the format of one trainer."""

    write_rows: Callable[[Export], None]
    config: str
    """Config whose rows the format takes."""
    columns: tuple[str, ...] | None
    """Columns that the format needs, or None for all."""
    requirements: Requirements
    trainer: str
    """Programs that read the format."""
    flags: str
    """Flags or settings of these programs. OUT stands for the folder."""
    absolute: bool = False
    """True if the files hold absolute paths, so that a moved folder must be exported again."""

    def write(self, rows: Iterable[Row], folder: Path, paths_under: Path | None = None) -> ExportSummary:
        """Write rows of the config to an existing empty folder and return the counts.

        Absolute paths begin with `paths_under` if the folder will be moved there.

        Raises:
            InputError: the rows hold decoded pictures.
        """
        export = Export(rows, self.requirements, folder, (paths_under or folder).absolute())
        self.write_rows(export)
        return export.summary()


FORMATS: dict[str, Format] = {
    "diffusers": Format(
        columns,
        "triplets",
        _PAIR,
        _ONE_SOURCE,
        "diffusers train_instruct_pix2pix.py, train_dreambooth_lora_flux_kontext.py",
        "--dataset_name OUT; Kontext: --image_column edited_image --cond_image_column input_image "
        "--caption_column edit_prompt",
    ),
    "imagefolder": Format(
        imagefolder, "triplets", _PAIR, _ONE_SOURCE, "diffusers train_instruct_pix2pix.py", "--train_data_dir OUT"
    ),
    "ai-toolkit": Format(
        ai_toolkit,
        "triplets",
        _ALL_SOURCES,
        _SEVERAL_SOURCES_FOLDERS,
        "ostris/ai-toolkit",
        "folder_path: OUT/target, control_path: [OUT/control_1, OUT/control_2, OUT/control_3], caption_ext: txt",
    ),
    "musubi-tuner": Format(
        musubi_tuner,
        "triplets",
        _ALL_SOURCES,
        _SEVERAL_SOURCES_FOLDERS,
        "kohya-ss/musubi-tuner",
        'image_jsonl_file = "OUT/dataset.jsonl"; or image_directory = "OUT/target", control_directory = "OUT/control", '
        'caption_extension = ".txt"',
        absolute=True,
    ),
    "diffusion-pipe": Format(
        diffusion_pipe,
        "triplets",
        _PAIR,
        _ONE_SOURCE_FOLDERS,
        "tdrussell/diffusion-pipe",
        "path = 'OUT/target', control_path = 'OUT/control'",
    ),
    "simpletuner": Format(
        simpletuner,
        "triplets",
        _ALL_SOURCES,
        _SEVERAL_SOURCES_FOLDERS,
        "SimpleTuner",
        "instance_data_dir OUT/target, caption_strategy textfile, conditioning_data; OUT/control_1: dataset_type "
        "conditioning, conditioning_type reference_loose",
    ),
    "diffsynth": Format(
        diffsynth,
        "triplets",
        _ALL_SOURCES,
        _SEVERAL_SOURCES,
        "DiffSynth-Studio",
        "--dataset_base_path OUT --dataset_metadata_path OUT/metadata.json --data_file_keys image,edit_image "
        "--extra_inputs edit_image (Kontext: kontext_images)",
    ),
    "diffsynth-csv": Format(
        diffsynth_csv,
        "triplets",
        _PAIR,
        _ONE_SOURCE,
        "DiffSynth-Studio",
        "--dataset_base_path OUT --dataset_metadata_path OUT/metadata.csv --data_file_keys image,edit_image "
        "--extra_inputs edit_image",
    ),
    "omnigen2": Format(
        omnigen2, "triplets", _ALL_SOURCES, _SEVERAL_SOURCES, "OmniGen2", "data: data_path: OUT/data.yml", absolute=True
    ),
    "firered": Format(
        firered,
        "triplets",
        _ALL_SOURCES,
        _SEVERAL_SOURCES,
        "FireRed-Image-Edit extract_vlm_embeds.py",
        "OUT/train.jsonl with --disable_inverse",
        absolute=True,
    ),
    "bagel": Format(
        bagel,
        "triplets",
        (*_PAIR, "instruction_rewritten"),
        _ONE_SOURCE,
        "BAGEL unified_edit",
        "data_dir OUT/data, parquet_info_path OUT/parquet_info.json",
        absolute=True,
    ),
    "bagel-turns": Format(
        bagel_turns,
        "turns",
        _TURN,
        Requirements(("source_image", "before_image", "after_image")),
        "BAGEL unified_edit, several turns",
        "data_dir OUT/data, parquet_info_path OUT/parquet_info.json",
        absolute=True,
    ),
    "webdataset": Format(
        webdataset,
        "triplets",
        None,
        _SEVERAL_SOURCES,
        "webdataset",
        'WebDataset("OUT/train-{000000..N}.tar").decode("pil")',
    ),
    "diffusion-dpo": Format(
        diffusion_dpo,
        "preferences",
        _PREFERENCE,
        _PREFERENCES,
        "diffusers train_diffusion_dpo_sdxl.py, DiffusionDPO",
        "--dataset_name OUT",
    ),
    "editreward": Format(
        editreward,
        "preferences",
        _PREFERENCE,
        _PREFERENCES,
        "EditReward",
        "train_json_list: [OUT/train.json]",
        absolute=True,
    ),
    "simpletuner-dpo": Format(
        simpletuner_dpo,
        "preferences",
        _PREFERENCE,
        Requirements(_PREFERENCE_IMAGES, FOLDER_KINDS),
        "SimpleTuner Flow-DPO",
        "OUT/win: dataset_type image; OUT/lose: dataset_type conditioning, conditioning_type reference_strict, "
        "source_dataset_id",
    ),
    "trl": Format(trl, "conversations", _CHAT, _CHATS, "TRL SFTTrainer", 'load_dataset("OUT", split="train")'),
    "ms-swift": Format(
        ms_swift, "conversations", _CHAT, _CHATS, "ms-swift", "--dataset OUT/train.jsonl", absolute=True
    ),
}
"""Formats by their name on the command line."""
