"""Let the tests of this folder import `threads_made`."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
