"""doctor: what could keep a run from going well, looked at before or after it."""

from photoshop_request_builder.commands.doctor.environment import surroundings
from photoshop_request_builder.commands.doctor.findings import Finding, State
from photoshop_request_builder.commands.doctor.integrity import Damage, damages
from photoshop_request_builder.commands.doctor.repair import repair

__all__ = ["Damage", "Finding", "State", "damages", "repair", "surroundings"]
