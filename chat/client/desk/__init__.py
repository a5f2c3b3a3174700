"""What all user interfaces share: pages, what happens to them, and what people type."""
