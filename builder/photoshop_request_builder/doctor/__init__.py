"""doctor: what could keep a run from going well, looked at before or after it."""

from photoshop_request_builder.doctor.findings import Finding, State
from photoshop_request_builder.doctor.integrity import Damage, damages
from photoshop_request_builder.doctor.repair import repair
from photoshop_request_builder.doctor.surroundings import surroundings

__all__ = ["Damage", "Finding", "State", "damages", "repair", "surroundings"]
