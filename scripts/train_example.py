"""Fine-tune an InstructPix2Pix-shaped model on the dataset: python scripts/train_example.py DATASET [--steps 300].

DATASET is a Hub name or a folder. Without `--model` the script builds a tiny untrained model. It runs on a CPU in a minute,
downloads nothing, and shows that the loss falls on a fixed batch and on held-out triplets. Start a real run on GPUs with
`accelerate launch … --model timbrooks/instruct-pix2pix --resolution 512`. A restart resumes from the last checkpoint, in the
middle of an epoch.
"""

import argparse
import itertools
import sys
from functools import partial
from pathlib import Path
from typing import Any

try:
    import torch
    from accelerate import Accelerator
    from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
    from tokenizers import Tokenizer, models, pre_tokenizers
    from tokenizers.trainers import BpeTrainer
    from transformers import AutoTokenizer, CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast
except ModuleNotFoundError as error:
    sys.exit(f"{error}. Install it with: pip install 'photoshop-request[train,train-example]'")

import photoshop_request
from photoshop_request.training import Sampling, make_dataloader


def tiny_parts(words: list[str]) -> tuple[Any, ...]:
    """Build the tokenizer, text encoder, autoencoder and UNet of InstructPix2Pix in 1 MB."""
    pieces = Tokenizer(models.BPE(unk_token="[END]"))
    pieces.pre_tokenizer = pre_tokenizers.Whitespace()
    pieces.train_from_iterator(words, BpeTrainer(vocab_size=512, special_tokens=["[END]"], show_progress=False))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, pad_token="[END]", model_max_length=32)
    text = CLIPTextConfig(
        vocab_size=512, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=32, eos_token_id=0, bos_token_id=0, pad_token_id=0,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 16, 16), layers_per_block=1, latent_channels=4, norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        in_channels=8, out_channels=4, block_out_channels=(32, 64), layers_per_block=1, norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32, attention_head_dim=8,
    )  # fmt: skip
    return tokenizer, CLIPTextModel(text), vae, unet


def pretrained_parts(name: str) -> tuple[Any, ...]:
    """Load the same parts of a model on the Hub."""
    kinds = (AutoTokenizer, CLIPTextModel, AutoencoderKL, UNet2DConditionModel)
    parts = ("tokenizer", "text_encoder", "vae", "unet")
    return tuple(kind.from_pretrained(name, subfolder=part) for kind, part in zip(kinds, parts, strict=True))


def loss_of(batch: dict[str, Any], unet: Any, vae: Any, text: Any, noise: Any, generator: Any = None) -> torch.Tensor:
    """Return the mean square error of the predicted noise, given source and instruction."""
    device = vae.device
    with torch.no_grad():
        latents = vae.encode(batch["edited"].to(device)).latent_dist.mode() * vae.config.scaling_factor
        source = vae.encode(batch["source"].to(device)).latent_dist.mode()
        source[batch["source_dropped"].to(device)] = 0
        words = text(batch["tokens"].to(device))[0]
    steps = torch.randint(noise.config.num_train_timesteps, (len(latents),), generator=generator).to(device)
    added = torch.randn(latents.shape, generator=generator).to(device)
    seen = torch.cat([noise.add_noise(latents, added, steps), source], dim=1)
    return torch.nn.functional.mse_loss(unet(seen, steps, words).sample.float(), added)


def curves(losses: dict[str, list[tuple[int, float]]], path: Path) -> None:
    """Draw the losses by step as an SVG."""
    last, top = (max(point[axis] for line in losses.values() for point in line) for axis in (0, 1))
    parts = [f'<text x="40" y="20">mean square error of the noise, 0 to {top:.2f}; {last} steps</text>']
    for (name, line), colour in zip(losses.items(), ("#999", "#06c", "#c30"), strict=True):
        points = " ".join(f"{40 + 540 * step / max(last, 1):.1f},{330 - 290 * loss / top:.1f}" for step, loss in line)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>')
        label = f"{name}: {line[0][1]:.2f} to {line[-1][1]:.2f}"
        parts.append(f'<text x="300" y="{40 + 18 * len(parts) // 2}" fill="{colour}">{label}</text>')
    parts.append('<path d="M40 40V330H580" fill="none" stroke="#000"/>')
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 350" font-family="sans-serif" font-size="13">'
    path.write_text(f"{head}{''.join(parts)}</svg>\n")


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset")
    parser.add_argument("--held-out", default="validation", help="the split that is not trained on")
    parser.add_argument("--model", help="a Hub model with InstructPix2Pix's parts; default: a tiny untrained model")
    parser.add_argument("--out", type=Path, default=Path("trained"))
    for name, default in {"resolution": 64, "batch-size": 4, "steps": 300, "every": 25, "learning-rate": 1e-3}.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()


def main() -> None:
    """Train and print the losses."""
    given, accelerator = arguments(), Accelerator()
    torch.manual_seed(0)
    words = photoshop_request.load(given.dataset, columns=["instruction"])["instruction"]
    tokenizer, text, vae, unet = pretrained_parts(given.model) if given.model else tiny_parts(list(words))

    def tokens(texts: list[str]) -> torch.Tensor:
        return tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids

    size = {"resolution": given.resolution, "batch_size": given.batch_size}
    make = partial(make_dataloader, given.dataset, tokenize=tokens, **size)
    loader = make(instruction_dropout=0.1, source_dropout=0.1, sampling=Sampling(max_edits_per_request=2))
    fixed = next(iter(make(flip=0, drop_last=False)))
    unseen = list(make(split=given.held_out, flip=0, drop_last=False))
    if not given.model:  # latents of an untrained autoencoder have an arbitrary scale
        vae.register_to_config(scaling_factor=1 / vae.encode(fixed["edited"]).latent_dist.mode().std().item())
    noise = DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    optimizer = torch.optim.AdamW(unet.parameters(), lr=given.learning_rate)
    text, vae = text.to(accelerator.device), vae.to(accelerator.device)
    losses: dict[str, list[tuple[int, float]]] = {"training": [], "fixed batch": [], "held out": []}
    step, checkpoint = 0, given.out / "checkpoint.pt"
    given.out.mkdir(parents=True, exist_ok=True)
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
        for name, part in {"unet": unet, "optimizer": optimizer, "loader": loader}.items():
            part.load_state_dict(saved[name])
        losses, step = saved["losses"], saved["step"]
    unet, optimizer = accelerator.prepare(unet, optimizer)

    @torch.no_grad()
    def evaluate(batches: list[dict[str, Any]]) -> float:
        seed = torch.Generator().manual_seed(0)  # the same noise for every evaluation
        return sum(loss_of(batch, unet, vae, text, noise, seed).item() for batch in batches * 4) / len(batches * 4)

    for batch in itertools.chain.from_iterable(itertools.repeat(loader)):
        if step % given.every == 0 and accelerator.is_main_process:
            losses["fixed batch"].append((step, evaluate([fixed])))
            losses["held out"].append((step, evaluate(unseen)))
            print(step, {name: round(line[-1][1], 3) for name, line in losses.items() if line}, flush=True)
        if step == given.steps:
            break
        loss = loss_of(batch, unet, vae, text, noise)
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        losses["training"].append((step, loss.item()))
        step += 1
        if step % given.every == 0 and accelerator.is_main_process:
            trained = {"unet": accelerator.unwrap_model(unet).state_dict(), "optimizer": optimizer.state_dict()}
            part = checkpoint.with_suffix(".part")  # a killed process resumes from the previous checkpoint
            torch.save({**trained, "loader": loader.state_dict(), "losses": losses, "step": step}, part)
            part.replace(checkpoint)
    curves(losses, given.out / "loss.svg")


if __name__ == "__main__":
    main()
