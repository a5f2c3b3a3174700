"""What many tests of the domain start from."""

import pytest

from tests.domain.hall import Hall


@pytest.fixture
def hall() -> Hall:
    """A chat at which nobody is."""
    return Hall()
