"""The benchmark: this server beside a C floor and the C and C++ IRC servers, measured in one run."""
