"""Check the machine and a corpus, and repair a damaged corpus."""

from photoshop_request_builder.commands.doctor.environment import check_environment
from photoshop_request_builder.commands.doctor.findings import CheckState, Finding
from photoshop_request_builder.commands.doctor.integrity import Damage, damages
from photoshop_request_builder.commands.doctor.repair import repair

__all__ = ["CheckState", "Damage", "Finding", "check_environment", "damages", "repair"]
