"""What tests of listening share with those of the network."""

from tests.network.conftest import logged_failures  # noqa: F401
