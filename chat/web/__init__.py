"""HTTP: what every site here has in common, and the site that people reach on the chat's own port."""
