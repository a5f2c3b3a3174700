"""HTTP: what every site here has in common, the site on the chat's own port, and the page on which people talk."""
